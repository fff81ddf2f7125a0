import type { OutputFor } from '../../shared/contract/index.ts';
import { type Read, useRead } from './reads.ts';

export type Snapshot = OutputFor<'session.snapshot'>;

/** The small picture of everything: keystore, HSM, counts, what needs somebody. */
export const useSnapshot = (): Read<Snapshot> => useRead('session.snapshot', {});

/** True once the keystore can be changed. */
export const isVerified = (snapshot: Snapshot | undefined): boolean =>
  snapshot?.keystore.state === 'verified';
