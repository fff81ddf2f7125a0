import { placeAfter } from './row-keys.ts';
import {
  type ChoosableRow,
  chooseAll,
  extendTo,
  moveTo,
  pick,
  type RowSelection,
} from './row-selection.ts';

/** Several rows of a table that are chosen at once, and where the focus is among them. */
export interface TableChoice {
  readonly selection: RowSelection;
  readonly onChange: (selection: RowSelection) => void;
}

export const idsOf = <Row>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
): readonly ChoosableRow[] => rows.map((row) => ({ id: idOf(row) }));

type Held = Pick<KeyboardEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>;
type Key = Held & Pick<KeyboardEvent, 'key' | 'altKey'>;

/** What a press on a row chooses with Shift or Ctrl held; null without: then only that row. */
export function chosenByPress(
  selection: RowSelection,
  rows: readonly ChoosableRow[],
  id: string,
  { shiftKey, ctrlKey, metaKey }: Held,
): RowSelection | null {
  if (shiftKey) {
    const at = rows.findIndex((row) => row.id === id);
    return extendTo(selection, rows, at);
  }
  return ctrlKey || metaKey ? pick(selection, id) : null;
}

/** Ctrl+A, or what stands for it on a Mac. */
export const isAll = ({ key, ctrlKey, metaKey, altKey }: Omit<Key, 'shiftKey'>): boolean =>
  !altKey && (ctrlKey || metaKey) && key.toLowerCase() === 'a';

/**
 * What a key chooses besides one row: Shift and a move the rows between, Ctrl and a move none, the
 * space bar one more or one less, Ctrl+A all that were read; null for every other key.
 */
export function chosenByKey(
  selection: RowSelection,
  rows: readonly ChoosableRow[],
  at: number,
  page: number,
  { key, shiftKey, ctrlKey, metaKey, altKey }: Key,
): RowSelection | null {
  const command = ctrlKey || metaKey;
  if (altKey || rows.length === 0) return null;
  if (isAll({ key, ctrlKey, metaKey, altKey })) return chooseAll(selection, rows);
  const active = rows[at];
  if (key === ' ') return active === undefined ? null : pick(selection, active.id);
  const to = shiftKey || command ? placeAfter(key, at, rows.length, page) : null;
  const target = to === null ? undefined : rows[to];
  if (to === null || target === undefined) return null;
  return shiftKey ? extendTo(selection, rows, to) : moveTo(selection, target.id);
}
