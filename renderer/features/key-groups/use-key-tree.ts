import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useDialogs } from '../../state/dialogs.ts';
import { useHost } from '../../state/host.tsx';
import { useSnapshot } from '../../state/snapshot.ts';
import { chooseOnly, keepFocus } from '../../ui/tree-selection.ts';
import { TreeReader } from './tree-reader.ts';
import { flatten, type FlatTree, type KeyTreeRow } from './tree-rows.ts';
import { isOpen, useTreeState } from './tree-state.ts';

/** Rows around those in sight that are read before they are. */
const ahead = 40;

export interface KeyTree {
  readonly reader: TreeReader;
  readonly flat: FlatTree;
  readonly ready: boolean;
  readonly news: { readonly came: number; readonly went: number };
  readonly onSight: (from: number, to: number) => void;
  readonly toggle: (row: KeyTreeRow, open: boolean) => void;
}

/**
 * The tree of key groups as it stands: what was read, what is open, laid out in rows. While someone
 * is at it, and no dialog lies over it, nothing changes its place.
 */
export function useKeyTree(someoneThere: boolean): KeyTree {
  const { call } = useHost();
  const client = useQueryClient();
  const [reader] = useState(() => new TreeReader(client, call));
  const content = useSyncExternalStore(reader.subscribe, reader.content);
  const { shape } = content;
  const { open, closedUnderFilter, needsMe, selection, select, use } = useTreeState();
  const storeId = useSnapshot().data?.keystore.storeId ?? null;
  useEffect(() => use(storeId), [use, storeId]);
  useEffect(() => {
    reader.filter(needsMe);
  }, [reader, needsMe]);

  const flat = useMemo(
    () =>
      flatten(
        shape,
        {
          groupsIn: (id) => reader.folders.get(id)?.groups ?? 0,
          keysIn: (id) => reader.groups.get(id)?.keys ?? 0,
        },
        (id) => isOpen({ open, closedUnderFilter }, needsMe, reader.folders.has(id), id),
      ),
    [shape, reader, open, closedUnderFilter, needsMe],
  );

  const sight = useRef({ from: 0, to: 0 });
  const look = useCallback(() => {
    const { from, to } = sight.current;
    reader.look(flat.rows.slice(Math.max(0, from - ahead), to + ahead));
  }, [reader, flat]);
  const onSight = useCallback(
    (from: number, to: number) => {
      sight.current = { from, to };
      look();
    },
    [look],
  );

  const last = useRef<{ readonly at: number; readonly level: number } | null>(null);
  useEffect(() => {
    if (selection.active === null) return;
    const at = flat.indexOf(selection.active);
    if (at >= 0) last.current = { at, level: flat.rows[at]?.level ?? 1 };
    else if (last.current) select(keepFocus(selection, flat.rows, flat.indexOf, last.current));
  }, [flat, selection, select]);

  useTidied(reader);
  const news = reader.news();
  useSettledUnseen(reader, someoneThere, news.came + news.went > 0);
  return { reader, flat, ready: content.ready, news, onSight, toggle: useToggle(flat) };
}

/** Puts the tree in order where no row can move under a pointer or a finger on the arrow keys. */
function useSettledUnseen(reader: TreeReader, someoneThere: boolean, news: boolean): void {
  const covered = useDialogs(({ open }) => open.length > 0);
  const free = covered || !someoneThere;
  useEffect(() => {
    if (free && news) reader.refresh();
  }, [reader, free, news]);
}

/** Puts in order what a deed of this window changed. */
function useTidied(reader: TreeReader): void {
  const { untidy, tidied } = useTreeState();
  useEffect(() => {
    if (untidy === null) return;
    tidied();
    reader.refresh(untidy);
  }, [reader, untidy, tidied]);
}

function useToggle({ rows, indexOf }: FlatTree) {
  const { toggle, selection, select } = useTreeState();
  return useCallback(
    (row: KeyTreeRow, open: boolean): void => {
      const { active } = selection;
      if (!open && active !== null && isBelow(rows, indexOf(active), indexOf(row.id)))
        select(chooseOnly(row.id));
      toggle([row.id], open);
    },
    [rows, indexOf, toggle, selection, select],
  );
}

function isBelow(rows: readonly KeyTreeRow[], at: number, above: number): boolean {
  for (let n = at; n >= 0; n = rows[n]?.parent ?? -1) if (n === above && n !== at) return true;
  return false;
}
