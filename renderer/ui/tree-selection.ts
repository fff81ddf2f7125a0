import type { TreeRow } from './tree-keys.ts';

/** Where the focus is in a tree, what is chosen, and from where a range is drawn. */
export interface TreeSelection {
  readonly active: string | null;
  readonly chosen: ReadonlySet<string>;
  readonly anchor: string | null;
}

export const nothingChosen: TreeSelection = { active: null, chosen: new Set(), anchor: null };

/** Only this one. */
export const chooseOnly = (id: string): TreeSelection => ({
  active: id,
  chosen: new Set([id]),
  anchor: id,
});

/** The focus goes there; what is chosen stays. */
export const moveTo = (selection: TreeSelection, id: string): TreeSelection => ({
  ...selection,
  active: id,
});

/** One more, or one less. */
export function pick(selection: TreeSelection, id: string): TreeSelection {
  const chosen = new Set(selection.chosen);
  if (!chosen.delete(id)) chosen.add(id);
  return { active: id, chosen, anchor: id };
}

/** Everything from the anchor to this row. */
export function extendTo(
  selection: TreeSelection,
  rows: readonly TreeRow[],
  to: number,
): TreeSelection {
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

/** Every row in the tree that is open and read. */
export const chooseAll = (selection: TreeSelection, rows: readonly TreeRow[]): TreeSelection => ({
  ...selection,
  chosen: new Set(rows.filter(({ waiting }) => !waiting).map(({ id }) => id)),
});

/**
 * The focus never goes lost: when its row went, the one that took its place among the same siblings
 * has it, else the row above. `last` is where the row was.
 */
export function keepFocus(
  selection: TreeSelection,
  rows: readonly TreeRow[],
  indexOf: (id: string) => number,
  last: { readonly at: number; readonly level: number },
): TreeSelection {
  if (selection.active === null || indexOf(selection.active) >= 0) return selection;
  const inPlace = rows[last.at];
  const next = inPlace?.level === last.level ? inPlace : (rows[last.at - 1] ?? rows.at(-1));
  if (!next) return nothingChosen;
  const chosen = new Set([...selection.chosen].filter((id) => indexOf(id) >= 0));
  return chosen.size === 0 ? chooseOnly(next.id) : { ...selection, active: next.id, chosen };
}
