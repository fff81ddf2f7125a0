import { useEffect, useEffectEvent, useState } from 'react';
import { useConnection } from './connection.ts';
import { useSnapshot } from './snapshot.ts';

const checking = 'The keystore is still being checked.';

/** Why nothing can be changed just now, as a sentence; null when it can. */
export function useBlocked(): string | null {
  const connection = useConnection((state) => state.state);
  const state = useSnapshot().data?.keystore.state;
  if (connection.kind === 'lost') return 'The connection to the keystore is lost.';
  if (state === 'checking') return checking;
  if (state === 'locking') return 'The keystore is being locked.';
  if (state === 'read-only') return 'The keystore is open for reading only.';
  if (state !== 'verified') return 'The keystore is not open.';
  return null;
}

export interface OnceChecked {
  /** Pressed while the keystore was still being checked: it acts when that is over. */
  readonly waits: boolean;
  readonly press: () => void;
  /** What it was pressed for is not wished any more. */
  readonly drop: () => void;
}

/**
 * A press that comes while the keystore is being checked, as it is for a moment after it was opened, is
 * kept and acts as soon as that is over. Anything else in the way drops it.
 */
export function useOnceChecked(act: () => void): OnceChecked {
  const blocked = useBlocked();
  const [waits, setWaits] = useState(false);
  const acts = useEffectEvent(act);
  useEffect(() => {
    if (!waits || blocked === checking) return;
    setWaits(false);
    if (blocked === null) acts();
  }, [waits, blocked]);
  return {
    waits,
    press: () => {
      if (blocked === checking) setWaits(true);
      else if (blocked === null) act();
    },
    drop: () => setWaits(false),
  };
}

/** Why nothing can be pressed for now; null also while it is only being checked, which is waited for. */
export function useBlockedForLong(): string | null {
  const blocked = useBlocked();
  return blocked === checking ? null : blocked;
}
