import { useEffect, useRef, useState } from 'react';

/**
 * A value as it was when it had not changed for `pause` ms. `atOnce`: the first change after such a
 * rest is followed without waiting, so that only what comes in a rush is waited for.
 */
export function useSettled<Value>(
  value: Value,
  pause: number,
  { atOnce = false }: { readonly atOnce?: boolean } = {},
): Value {
  const [settled, setSettled] = useState(value);
  const changedAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (Object.is(value, settled)) return undefined;
    const now = performance.now();
    const rested = now - changedAt.current >= pause;
    changedAt.current = now;
    if (atOnce && rested) {
      setSettled(value);
      return undefined;
    }
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, settled, pause, atOnce]);
  return settled;
}
