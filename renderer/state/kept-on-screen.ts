import { useEffect, useState } from 'react';
import { useNavigation } from './navigation.ts';

interface Kept {
  /** What it began with: where that has changed since, what was typed is about something else. */
  readonly first: unknown;
  readonly value: unknown;
  /** A person typed it to save it: see `useDraftOnScreen`. */
  readonly draft: boolean;
}
const kept = new Map<string, Kept>();

export const forgetScreen = (): void => kept.clear();

/** Something typed on the place in view, seen or hidden by a lock, is not saved. */
export const draftOnScreen = (): boolean =>
  [...kept.values()].some(({ draft, value }) => draft && value !== '');

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
  return useKept(name, first, false);
}

/**
 * Text of the place in view that is typed to be saved: kept in the same way, and asked about before
 * the page goes with it. It is saved once `first` is the same, or it is set to `first` again.
 */
export function useDraftOnScreen(
  name: string,
  first: string,
): readonly [string, (to: string) => void] {
  return useKept(name, first, true);
}

function useKept<Value>(
  name: string,
  first: Value,
  draft: boolean,
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
  useEffect(() => {
    if (Object.is(value, first)) kept.delete(name);
  }, [name, value, first]);
  const set = (to: Value): void => {
    if (Object.is(to, first)) kept.delete(name);
    else kept.set(name, { first, value: to, draft });
    setValue(() => to);
  };
  return [value, set];
}
