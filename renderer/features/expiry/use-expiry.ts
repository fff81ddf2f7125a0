import { useMemo } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { writeMark } from '../../../shared/model/ending-mark.ts';
import type { EndingRow } from '../../../shared/text/endings.ts';
import { type HeldRows, useHeldRows } from '../../state/held-rows.ts';
import { type Pages, type RowsOf, usePages } from '../../state/pages.ts';
import type { EndingCells } from './expiry-columns.tsx';

const nothing: readonly EndingCells[] = [];

const endingRows: RowsOf<OutputFor<'key.ending'>, EndingRow> = {
  in: ({ ending }) => ending,
  markOf: ({ key, at, what }) => writeMark({ keyId: key.id, at, what }),
  page: (like, ending, next) => ({ ...like, ending, next }),
};

/** A key may end twice: its material, and its planned life. */
export const idOf = ({ key, what }: EndingCells): string => `${what}-${key.id}`;

export type ExpiryInView = HeldRows<EndingCells> &
  Pick<
    Pages<OutputFor<'key.ending'>, EndingRow>,
    'pending' | 'failure' | 'loadMore' | 'more' | 'look'
  > & {
    /** All that ends in this time. */
    readonly total: number;
  };

/** What ends in the next days, soonest first; rows stay where they are while `held`. */
export function useExpiry(days: number, held: boolean): ExpiryInView {
  const pages = usePages('key.ending', { days, limit: 200 }, { rows: endingRows });
  const fresh = useMemo(
    () =>
      pages.data?.flatMap(({ ending, readAt }) => ending.map((row) => ({ ...row, readAt }))) ??
      nothing,
    [pages.data],
  );
  const rows = useHeldRows({
    list: `${days} ${pages.earlier ? 'earlier' : ''}`,
    fresh,
    idOf,
    held,
    more: pages.more,
  });
  const { pending, failure, loadMore, more, look } = pages;
  return { ...rows, pending, failure, loadMore, more, look, total: pages.data?.[0]?.total ?? 0 };
}
