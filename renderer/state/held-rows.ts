import { useState } from 'react';

export interface Held<Row> {
  readonly rows: readonly Row[];
  /** Rows that would be shown and are not yet. */
  readonly arrived: number;
  /** Ids of rows shown that the list no longer holds. */
  readonly left: readonly string[];
}

/**
 * What a list shows while somebody is at it: the rows they saw, in the order they saw them, with
 * fresh cells. What came between or above waits; what went stays with its last cells. What comes
 * below the end is no movement and is added.
 */
export function holdRows<Row>(
  shown: readonly Row[],
  fresh: readonly Row[],
  idOf: (row: Row) => string,
  more = false,
): Held<Row> {
  const newer = new Map(fresh.map((row) => [idOf(row), row]));
  const ids = shown.map(idOf);
  const known = new Set(ids);
  const last = fresh.findLastIndex((row) => known.has(idOf(row)));
  const below = shown.length > 0 && last < 0 ? [] : fresh.slice(last + 1);
  // Where more can be read, rows below the last common one may only have moved to a later page.
  const certain = more ? ids.findLastIndex((id) => newer.has(id)) : ids.length;
  return {
    rows: [...shown.map((row) => newer.get(idOf(row)) ?? row), ...below],
    arrived: fresh.filter((row) => !known.has(idOf(row))).length - below.length,
    left: ids.filter((id, at) => at < certain && !newer.has(id)),
  };
}

export interface HeldRows<Row> extends Held<Row> {
  /** Shows the list as it is now. */
  readonly release: () => void;
}

/**
 * Rows that stay where they are while `held`; otherwise the list as it was read. `list` names what
 * is listed: another filter starts anew. `more`: the list goes on below what was read.
 */
export function useHeldRows<Row>({
  list,
  fresh,
  idOf,
  held,
  more,
}: {
  readonly list: string;
  readonly fresh: readonly Row[];
  readonly idOf: (row: Row) => string;
  readonly held: boolean;
  readonly more: boolean;
}): HeldRows<Row> {
  const [shown, setShown] = useState<{ list: string; rows: readonly Row[] }>({ list, rows: fresh });
  const same = shown.list === list && held && shown.rows.length > 0;
  const result = same
    ? holdRows(shown.rows, fresh, idOf, more)
    : { rows: fresh, arrived: 0, left: [] as readonly string[] };
  // Kept while rendering, so that no frame shows what is to be held back.
  if (shown.list !== list || !sameRows(shown.rows, result.rows)) {
    setShown({ list, rows: result.rows });
  }
  return { ...result, release: () => setShown({ list, rows: fresh }) };
}

const sameRows = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((row, n) => row === b[n]);
