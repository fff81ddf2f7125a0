import type { JobKind } from '../kind.ts';
import { disableFormer } from './disable.ts';
import { discard } from './discard.ts';
import { forceRotate } from './force-rotate.ts';
import { makeActive } from './make-active.ts';
import type { DeedServices } from './services.ts';
import { synchronize } from './synchronize.ts';

/** Every kind of job there is. A job of a kind not named here is parked, never deleted. */
export const jobKinds = (services: DeedServices): readonly JobKind<never>[] =>
  [forceRotate, synchronize, makeActive, disableFormer, discard].map(
    (kind) => kind(services) as unknown as JobKind<never>,
  );
