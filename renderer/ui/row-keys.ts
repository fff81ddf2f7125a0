/** What a key does to the place in a list of `count` rows; null when it is none of them. */
export function moveBy(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>,
  at: number,
  count: number,
  page: number,
): number | null {
  if (event.ctrlKey || event.altKey || event.metaKey || count === 0) return null;
  return placeAfter(event.key, at, count, page);
}

/** Where a key leads from `at`, which is -1 before anything was chosen. */
export function placeAfter(key: string, at: number, count: number, page: number): number | null {
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, last);
    case 'ArrowUp':
      return at < 0 ? last : Math.max(at - 1, 0);
    case 'PageDown':
      return Math.min(Math.max(at, 0) + page, last);
    case 'PageUp':
      return Math.max(at - page, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** Shift+F10 or the menu key. */
export const isMenuKey = (event: Pick<KeyboardEvent, 'key' | 'shiftKey'>): boolean =>
  event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
