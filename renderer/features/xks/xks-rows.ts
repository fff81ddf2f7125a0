import { inNameOrder } from '../../../shared/model/name-order.ts';
import type { TreeRow } from '../../ui/tree-keys.ts';
import type { Store, XksKey } from './xks-words.ts';

/** One row of the place: a store, or an external key below its store. */
export type XksRow = TreeRow &
  (
    | { readonly kind: 'store'; readonly store: Store }
    | { readonly kind: 'key'; readonly key: XksKey; readonly store: Store }
  );

/**
 * Stores by name with their keys below them; those in `closed` show none. With `needsMe` only what
 * needs somebody, and the stores in which something does.
 */
export function rowsOf(
  stores: readonly Store[],
  keys: readonly XksKey[],
  closed: ReadonlySet<string>,
  needsMe = false,
): readonly XksRow[] {
  const rows: XksRow[] = [];
  const shown = keys.filter(({ needsYou }) => needsYou || !needsMe);
  const holding = new Set(shown.map(({ storeId }) => storeId));
  const sorted = inNameOrder(
    stores.filter(({ id, needsYou }) => !needsMe || needsYou || holding.has(id)),
  );
  for (const [at, store] of sorted.entries()) {
    const own = inNameOrder(shown.filter(({ storeId }) => storeId === store.id));
    const parent = rows.length;
    const open = !closed.has(store.id);
    rows.push({
      kind: 'store',
      id: store.id,
      store,
      level: 1,
      position: at + 1,
      size: sorted.length,
      expanded: own.length === 0 ? null : open,
      parent: -1,
    });
    if (!open) continue;
    for (const [n, key] of own.entries())
      rows.push({
        kind: 'key',
        id: key.id,
        key,
        store,
        level: 2,
        position: n + 1,
        size: own.length,
        expanded: null,
        parent,
      });
  }
  return rows;
}

export const nameOfRow = (row: XksRow): string =>
  row.kind === 'store' ? row.store.name : row.key.name;
