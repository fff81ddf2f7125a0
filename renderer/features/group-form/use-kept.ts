import { useEffect, useState } from 'react';
import { type Dialog, useDialogs } from '../../state/dialogs.ts';

const kept = new WeakMap<Dialog, unknown>();

/**
 * State of a dialog that outlives the window being taken off the screen: a lock does that, and what
 * was typed must be there again afterwards. Nothing secret may be in it. One state for each dialog.
 */
export function useKept<Value>(
  dialog: Dialog,
  first: () => Value,
): readonly [Value, (change: (before: Value) => Value) => void] {
  // What is kept of a dialog was put there by its one component, below.
  const [value, setValue] = useState(() => (kept.get(dialog) as Value | undefined) ?? first());
  useEffect(() => {
    kept.set(dialog, value);
  }, [dialog, value]);
  useEffect(
    () => () => {
      if (!useDialogs.getState().open.includes(dialog)) kept.delete(dialog);
    },
    [dialog],
  );
  return [value, setValue];
}
