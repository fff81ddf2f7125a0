import type { QueryClient } from '@tanstack/react-query';
import type { OutputFor } from '../../shared/contract/index.ts';
import { type Read, useRead } from './reads.ts';

export type Snapshot = OutputFor<'session.snapshot'>;

/** The small picture of everything: keystore, HSM, counts, what needs somebody. */
export const useSnapshot = (): Read<Snapshot> => useRead('session.snapshot', {});

const shown: ReadonlySet<string | undefined> = new Set(['checking', 'verified', 'read-only']);

/** Whether the window last read that the keystore is open, for what is no component. */
export const isOpen = (reads: QueryClient): boolean =>
  shown.has(reads.getQueryData<Snapshot>(['session.snapshot', {}])?.keystore.state);
