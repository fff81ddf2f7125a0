import { useConnection } from './connection.ts';
import { useSnapshot } from './snapshot.ts';

/** Why nothing can be changed just now, as a sentence; null when it can. */
export function useBlocked(): string | null {
  const connection = useConnection((state) => state.state);
  const state = useSnapshot().data?.keystore.state;
  if (connection.kind === 'lost') return 'The connection to the keystore is lost.';
  if (state === 'checking') return 'The keystore is still being checked.';
  if (state === 'locking') return 'The keystore is being locked.';
  if (state === 'read-only') return 'The keystore is open for reading only.';
  if (state !== 'verified') return 'The keystore is not open.';
  return null;
}
