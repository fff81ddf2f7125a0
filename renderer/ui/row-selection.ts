import type { TreeRow } from './tree-keys.ts';

/** A row that can be chosen: of a tree or of a table. */
export interface ChoosableRow {
  readonly id: string;
  /** Not read yet: it has a place and nothing else. */
  readonly waiting?: boolean;
}

/** Where the focus is among rows, what is chosen, and from where a range is drawn. */
export interface RowSelection {
  readonly active: string | null;
  readonly chosen: ReadonlySet<string>;
  readonly anchor: string | null;
}

export const nothingChosen: RowSelection = { active: null, chosen: new Set(), anchor: null };

/** Only this one. */
export const chooseOnly = (id: string): RowSelection => ({
  active: id,
  chosen: new Set([id]),
  anchor: id,
});

/** The focus goes there; what is chosen stays. */
export const moveTo = (selection: RowSelection, id: string): RowSelection => ({
  ...selection,
  active: id,
});

/** One more, or one less. */
export function pick(selection: RowSelection, id: string): RowSelection {
  const chosen = new Set(selection.chosen);
  if (!chosen.delete(id)) chosen.add(id);
  return { active: id, chosen, anchor: id };
}

/** Everything from the anchor to this row. */
export function extendTo(
  selection: RowSelection,
  rows: readonly ChoosableRow[],
  to: number,
): RowSelection {
  const target = rows[to];
  if (!target) return selection;
  const found = rows.findIndex(({ id }) => id === (selection.anchor ?? selection.active));
  const from = found < 0 ? to : found;
  const range = rows.slice(Math.min(from, to), Math.max(from, to) + 1);
  return {
    active: target.id,
    chosen: new Set(range.filter(({ waiting }) => !waiting).map(({ id }) => id)),
    anchor: rows[from]?.id ?? target.id,
  };
}

/** Every row that is open and read. */
export const chooseAll = (
  selection: RowSelection,
  rows: readonly ChoosableRow[],
): RowSelection => ({
  ...selection,
  chosen: new Set(rows.filter(({ waiting }) => !waiting).map(({ id }) => id)),
});

/**
 * The focus never goes lost: when its row went, the one that took its place among the same siblings
 * has it, else the row above. `last` is where the row was.
 */
export function keepFocus(
  selection: RowSelection,
  rows: readonly TreeRow[],
  indexOf: (id: string) => number,
  last: { readonly at: number; readonly level: number },
): RowSelection {
  if (selection.active === null || indexOf(selection.active) >= 0) return selection;
  const inPlace = rows[last.at];
  const next = inPlace?.level === last.level ? inPlace : (rows[last.at - 1] ?? rows.at(-1));
  if (!next) return nothingChosen;
  const chosen = new Set([...selection.chosen].filter((id) => indexOf(id) >= 0));
  return chosen.size === 0 ? chooseOnly(next.id) : { ...selection, active: next.id, chosen };
}
