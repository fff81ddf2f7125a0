import { useRef } from 'react';

/**
 * What an Autocomplete takes so that its open list is a part of the dialog it stands in: beside it, a
 * screen reader that keeps to a modal dialog finds no list. Fixed, so that no scrolling part cuts it.
 */
export function useListInDialog(name: string) {
  const root = useRef<HTMLDivElement>(null);
  return {
    ref: root,
    slotProps: {
      popper: {
        container: () => root.current?.closest('[role=dialog]') ?? null,
        popperOptions: { strategy: 'fixed' as const },
      },
      listbox: { 'aria-label': name },
    },
  };
}
