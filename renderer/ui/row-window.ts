import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { type RefObject, useEffect } from 'react';

/** Height of a row in px; the same everywhere. */
export const rowHeight = 28;

export interface RowWindow {
  readonly items: readonly VirtualItem[];
  /** Height of all rows in px. */
  readonly height: number;
  readonly scrollTo: (index: number) => void;
}

/**
 * Which rows of a list exist: those in sight, a few around them, and row `at`, which has the focus.
 * Calls `onEnd` when the end of what was read comes near.
 */
export function useRowWindow({
  box,
  count,
  at,
  onEnd,
}: {
  readonly box: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly at: number;
  readonly onEnd: (() => void) | undefined;
}): RowWindow {
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    useFlushSync: false,
    scrollPaddingStart: rowHeight,
    rangeExtractor: (range) => {
      const from = Math.max(0, range.startIndex - range.overscan);
      const to = Math.min(range.count - 1, range.endIndex + range.overscan);
      const shown = Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
      const apart = at >= 0 && at < range.count && (at < from || at > to);
      return apart ? [...shown, at].toSorted((a, b) => a - b) : shown;
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.findLast(({ index }) => index !== at)?.index ?? items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (count > 0 && last >= count - 20) onEnd?.();
  }, [last, count, onEnd]);
  return {
    items,
    height: virtual.getTotalSize(),
    scrollTo: (index) => virtual.scrollToIndex(index),
  };
}
