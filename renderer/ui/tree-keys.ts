import { isMenuKey, placeAfter } from './row-keys.ts';

/** One row of a flattened tree, as the tree grid needs it. */
export interface TreeRow {
  readonly id: string;
  /** 1 at the top. */
  readonly level: number;
  /** Its place among its siblings, from 1, and how many they are in all. */
  readonly position: number;
  readonly size: number;
  /** Null: nothing can be below it. */
  readonly expanded: boolean | null;
  /** Index of the row it is below; -1 at the top. */
  readonly parent: number;
  /** Not read yet: it has a place and nothing else. */
  readonly waiting?: boolean;
}

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'shiftKey'>;

/** What a key asks a tree grid to do. `at` and `to` are row indexes. */
export type TreeIntent =
  | { readonly kind: 'move'; readonly to: number; readonly how: 'only' | 'extend' | 'keep' }
  | { readonly kind: 'toggle'; readonly at: number; readonly open: boolean }
  | { readonly kind: 'open-siblings'; readonly at: number }
  | {
      readonly kind: 'activate' | 'properties' | 'rename' | 'remove' | 'menu' | 'pick';
      readonly at: number;
    }
  | { readonly kind: 'all' }
  | { readonly kind: 'background-menu' }
  | { readonly kind: 'type'; readonly text: string };

/** The whole keyboard map of a tree grid; null for keys that are none of its business. */
export function intentOf(
  key: Key,
  rows: readonly TreeRow[],
  at: number,
  page: number,
): TreeIntent | null {
  if (key.metaKey) return null;
  if (isMenuKey(key)) return at < 0 ? { kind: 'background-menu' } : { kind: 'menu', at };
  if (rows.length === 0) return null;
  if (key.altKey) return key.key === 'Enter' && at >= 0 ? { kind: 'properties', at } : null;
  if (key.ctrlKey && key.key.toLowerCase() === 'a') return { kind: 'all' };
  const to = placeAfter(key.key, at, rows.length, page);
  if (to !== null) {
    return { kind: 'move', to, how: key.shiftKey ? 'extend' : key.ctrlKey ? 'keep' : 'only' };
  }
  if (key.key === ' ' && at >= 0) return { kind: 'pick', at };
  if (key.ctrlKey) return null;
  const row = rows[at];
  return row === undefined ? typed(key) : (onRow(key.key, rows, row, at) ?? typed(key));
}

function onRow(key: string, rows: readonly TreeRow[], row: TreeRow, at: number): TreeIntent | null {
  switch (key) {
    case 'ArrowRight':
      if (row.expanded === false) return { kind: 'toggle', at, open: true };
      if (row.expanded && rows[at + 1]?.parent === at)
        return { kind: 'move', to: at + 1, how: 'only' };
      return { kind: 'move', to: at, how: 'only' };
    case 'ArrowLeft':
      if (row.expanded) return { kind: 'toggle', at, open: false };
      return { kind: 'move', to: row.parent < 0 ? at : row.parent, how: 'only' };
    case 'Enter':
      return { kind: 'activate', at };
    case 'F2':
      return { kind: 'rename', at };
    case 'Delete':
      return { kind: 'remove', at };
    case '*':
      return { kind: 'open-siblings', at };
    default:
      return null;
  }
}

/** A character of a name; `?` is the window's own key. */
const typed = ({ key }: Key): TreeIntent | null =>
  Array.from(key).length === 1 && key !== '?' && key !== ' ' ? { kind: 'type', text: key } : null;

/** A pause in typing longer than this (ms) begins a new word. */
const pause = 700;

/** What was typed so far to go to a name, and when. */
export interface Typed {
  readonly text: string;
  readonly at: number;
}

export const nextTyped = (before: Typed, text: string, now: number): Typed => ({
  text: now - before.at > pause ? text : before.text + text,
  at: now,
});

/**
 * The row whose name begins with what was typed, looked for from the place on and around the end.
 * The same letter again goes on to the next name.
 */
export function rowNamed(
  rows: readonly TreeRow[],
  nameOf: (row: TreeRow) => string,
  text: string,
  at: number,
): number | null {
  const wanted = text.toLocaleLowerCase();
  const [first = ''] = wanted;
  const repeated = Array.from(wanted).every((letter) => letter === first);
  const start = repeated ? at + 1 : Math.max(at, 0);
  const sought = repeated ? first : wanted;
  for (let n = 0; n < rows.length; n += 1) {
    const index = (start + n) % rows.length;
    const row = rows[index];
    if (!row || row.waiting) continue;
    if (nameOf(row).toLocaleLowerCase().startsWith(sought)) return index;
  }
  return null;
}
