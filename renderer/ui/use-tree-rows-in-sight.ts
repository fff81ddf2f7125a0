import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { rowHeight } from './data-table.tsx';
import type { TreeRow } from './tree-keys.ts';

interface Sight {
  readonly rows: readonly TreeRow[];
  readonly indexOf: (id: string) => number;
  /** Index of the row with the focus; -1 without one. */
  readonly at: number;
  readonly selection: { readonly active: string | null };
  readonly onSight?: (from: number, to: number) => void;
  readonly reveal?: number;
}

/**
 * Which rows must exist: those in sight, a few around them, and the one with the focus. Scrolls to
 * where the focus goes, and keeps what is in sight in its place when rows come or go above it.
 */
export function useTreeRowsInSight(
  box: RefObject<HTMLDivElement | null>,
  { rows, indexOf, at, selection, onSight, reveal }: Sight,
): readonly number[] {
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    useFlushSync: false,
    scrollMargin: rowHeight,
    scrollPaddingStart: rowHeight,
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const from = Math.max(0, startIndex - overscan);
      const to = Math.min(count - 1, endIndex + overscan);
      const shown = Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
      if (at >= 0 && at < count && at < from) shown.unshift(at);
      if (at > to && at < count) shown.push(at);
      return shown;
    },
  });
  const items = virtual.getVirtualItems();
  const { startIndex = 0, endIndex = 0 } = virtual.range ?? {};

  const top = useRef<{ readonly id: string; readonly index: number } | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    const before = top.current;
    if (element && before && element.scrollTop > 0) {
      const now = indexOf(before.id);
      if (now >= 0 && now !== before.index) element.scrollTop += (now - before.index) * rowHeight;
    }
    const index = Math.floor((element?.scrollTop ?? 0) / rowHeight);
    const row = rows[index];
    top.current = row ? { id: row.id, index } : null;
  }, [box, rows, indexOf, startIndex]);

  const present = at >= 0;
  const { active } = selection;
  useEffect(() => {
    if (present) virtual.scrollToIndex(at);
    // Not when its place changes: then what is in sight stays where it is.
  }, [active, present, reveal]);

  useEffect(() => {
    if (rows.length > 0) onSight?.(startIndex, Math.min(endIndex, rows.length - 1));
  }, [rows, startIndex, endIndex, onSight]);
  return items.map(({ index }) => index);
}
