import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { placeUnder } from './context-menu.tsx';
import type { DataTableProps } from './data-table.tsx';
import { isMenuKey, moveBy } from './row-keys.ts';
import { rowHeight } from './row-window.ts';
import { chosenByKey, idsOf, isAll } from './table-choice.ts';

/** A key that was pressed, as far as it says where to go. */
type Pressed = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** What the keyboard does in a table; a button inside a cell keeps its own keys. */
export function useTableKeys<Row>({
  rows,
  idOf,
  more = false,
  at,
  base,
  box,
  scrollTo,
  onSelect,
  choice,
  onOpen,
  onMenu,
  onEnd,
}: Pick<
  DataTableProps<Row>,
  'rows' | 'idOf' | 'more' | 'onSelect' | 'choice' | 'onOpen' | 'onMenu' | 'onEnd'
> & {
  readonly at: number;
  readonly base: string;
  readonly box: { readonly current: HTMLElement | null };
  readonly scrollTo: (index: number) => void;
}) {
  const pressed = useRef(false);
  const goTo = (n: number): void => {
    const row = rows[n];
    if (row === undefined) return;
    onSelect(row);
    scrollTo(n);
  };
  /** True when it chose more or fewer rows than one. */
  const choose = (key: Pressed, page: number): boolean => {
    const many = choice && chosenByKey(choice.selection, idsOf(rows, idOf), at, page, key);
    if (!choice || !many) return false;
    choice.onChange(many);
    const active = rows.findIndex((row) => idOf(row) === many.active);
    if (active >= 0 && active !== at) scrollTo(active);
    return true;
  };
  /** True when it led somewhere, or chose something. */
  const move = (key: Pressed): boolean => {
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 280) / rowHeight) - 2);
    if (choose(key, page)) return true;
    const next = moveBy(key, at, rows.length, page);
    if (next !== null) goTo(next);
    return next !== null;
  };
  const toEnd = useWayToEnd({ more: more && rows.length > 0, onEnd, arrive: move });
  const on = {
    onKeyDown: (event: KeyboardEvent): void => {
      if (event.target !== event.currentTarget) return;
      const row = rows[at];
      // Where one row is chosen at a time, Ctrl+A chooses no other: above all not the text of the whole page.
      const marksAll = choice === undefined && isAll(event);
      if (toEnd.takes(event) || move(event) || marksAll) {
        event.preventDefault();
        return;
      }
      if (event.key === 'Enter' && row !== undefined && onOpen) onOpen(row);
      else if (isMenuKey(event) && row !== undefined && onMenu) {
        const element = document.getElementById(`${base}-${idOf(row)}`);
        if (element) onMenu(row, placeUnder(element));
      } else return;
      event.preventDefault();
    },
    // A press chooses its own row: jumping to the first would move the list under the pointer.
    onMouseDown: (): void => {
      pressed.current = true;
      toEnd.leave();
    },
    onFocus: (event: { target: EventTarget; currentTarget: EventTarget }): void => {
      if (event.target === event.currentTarget && at < 0 && !pressed.current) goTo(0);
      pressed.current = false;
    },
    onBlur: (): void => {
      pressed.current = false;
      toEnd.leave();
    },
  };
  return { on, readingOn: toEnd.underWay };
}

/**
 * `End` in a list that was read in part leads to its true end: it is read on until there is no more,
 * unless another key, a press or the loss of the focus comes before.
 */
function useWayToEnd({
  more,
  onEnd,
  arrive,
}: {
  readonly more: boolean;
  readonly onEnd: (() => void) | undefined;
  readonly arrive: (key: Pressed) => void;
}) {
  const [key, setKey] = useState<Pressed | null>(null);
  useEffect(() => {
    if (key === null) return;
    if (more) onEnd?.();
    else {
      setKey(null);
      arrive(key);
    }
  }, [key, more, onEnd, arrive]);
  return {
    underWay: key !== null,
    /** Whether this key begins the way; every other one ends it, but for those that are only held. */
    takes: ({ key: name, shiftKey, ctrlKey, metaKey, altKey }: Pressed): boolean => {
      const begins = name === 'End' && more && !altKey;
      if (!heldKeys.has(name))
        setKey(begins ? { key: name, shiftKey, ctrlKey, metaKey, altKey } : null);
      return begins;
    },
    leave: () => setKey(null),
  };
}

const heldKeys: ReadonlySet<string> = new Set(['Shift', 'Control', 'Alt', 'Meta']);
