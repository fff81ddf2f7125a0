import type { Deed, DeedName } from './deeds.ts';
import { custodianDeeds } from './custodian-deeds.ts';
import { outsideDeeds } from './outside-deeds.ts';
import type { Walk } from './walk.ts';

/** Brings one deed about; answers what came of it, for the log of the walk. */
export type Happening = (walk: Walk, deed: Pick<Deed, 'a' | 'b' | 'c'>) => Promise<string | null>;

/** How each deed is done. */
export const happenings: Readonly<Record<DeedName, Happening>> = {
  ...custodianDeeds,
  ...outsideDeeds,
};
