import type { Group, Key } from '../../keystore/rows.ts';
import { isolate } from '../../../../shared/text/isolate.ts';

/** Names of jobs, in the words of the trade. */

const protection = (thing: { readonly storage: 'hsm' | 'software' }): string =>
  thing.storage === 'hsm' ? 'HSM protected' : 'software protected';

export const rotationTitle = (group: Group): string =>
  `Rotate ${protection(group)} keys: ${isolate(group.name)}`;
export const synchronizeTitle = (group: Group, key: Key): string =>
  `Synchronize ${protection(key)} key: ${isolate(group.name)}/${key.version}`;
export const makeActiveTitle = (group: Group, key: Key): string =>
  `Make active: ${isolate(group.name)}/${key.version}`;
export const discardTitle = (group: Group, key: Key): string =>
  `Discard unused KMS key: ${isolate(group.name)}/${key.version}`;
export const disableTitle = (group: Group, key: Key): string =>
  `Disable former key: ${isolate(group.name)}/${key.version}`;

/** Jobs that another job makes when it ends. */
export const followUpTitles = { 'key.disable': disableTitle, 'key.discard': discardTitle } as const;
