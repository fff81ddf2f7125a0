import { useState } from 'react';
import { useNavigation } from './navigation.ts';

interface Kept {
  /** What it began with: where that has changed since, what was typed is about something else. */
  readonly first: unknown;
  readonly value: unknown;
}
const kept = new Map<string, Kept>();

export const forgetScreen = (): void => kept.clear();

/** Whoever goes to another place begins anew there and here. */
useNavigation.subscribe(({ screen }, before) => {
  if (screen !== before.screen) forgetScreen();
});

/**
 * State of the place in view that outlives the window being taken off the screen by a lock: what was
 * typed there is there again afterwards. Nothing secret may be in it. `name`: its own on its place.
 * What nobody changed follows `first`.
 */
export function useKeptOnScreen<Value>(
  name: string,
  first: Value,
): readonly [Value, (to: Value) => void] {
  const [value, setValue] = useState<Value>(() => {
    const before = kept.get(name);
    // What is kept under a name was put there by its one component, below.
    return before && Object.is(before.first, first) ? (before.value as Value) : first;
  });
  const [seen, setSeen] = useState<Value>(() => first);
  if (!Object.is(seen, first)) {
    setSeen(() => first);
    if (Object.is(value, seen)) setValue(() => first);
  }
  const set = (to: Value): void => {
    kept.set(name, { first, value: to });
    setValue(() => to);
  };
  return [value, set];
}
