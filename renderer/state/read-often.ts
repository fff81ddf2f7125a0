import { useEffect, useEffectEvent } from 'react';
import type { Read } from './reads.ts';

/** What changes without the core telling so is read again this often (ms) while somebody looks. */
const often = 5_000;

/**
 * Reads something again and again while it is shown: a process that answers, a folder that is there.
 * `every`: milliseconds; null: not now.
 */
export function useReadOften(
  read: Pick<Read<unknown>, 'again'>,
  every: number | null = often,
): void {
  const again = useEffectEvent(read.again);
  useEffect(() => {
    if (every === null) return;
    const timer = setInterval(() => again(), every);
    return () => clearInterval(timer);
  }, [every]);
}
