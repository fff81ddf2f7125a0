import { useEffect, useState } from 'react';
import { type Dialog, useDialogs } from './dialogs.ts';

const kept = new WeakMap<Dialog, Map<string, unknown>>();

/**
 * State of a dialog that outlives the window being taken off the screen: a lock does that, and what
 * was typed must be there again afterwards. Nothing secret may be in it. A dialog with several such
 * states names each.
 */
export function useKept<Value>(
  dialog: Dialog,
  first: () => Value,
  name = '',
): readonly [Value, (to: Value | ((before: Value) => Value)) => void] {
  const [value, setValue] = useState(() => {
    const all = kept.get(dialog);
    // What is kept of a dialog under a name was put there by its one component, below.
    return all?.has(name) ? (all.get(name) as Value) : first();
  });
  useEffect(() => {
    const all = kept.get(dialog) ?? new Map<string, unknown>();
    kept.set(dialog, all.set(name, value));
  }, [dialog, name, value]);
  useEffect(
    () => () => {
      if (!useDialogs.getState().open.includes(dialog)) kept.delete(dialog);
    },
    [dialog],
  );
  return [value, setValue];
}
