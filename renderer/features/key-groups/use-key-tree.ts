import { useQueryClient } from '@tanstack/react-query';
import {
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useHost } from '../../state/host.tsx';
import { useSnapshot } from '../../state/snapshot.ts';
import { chooseOnly, keepFocus } from '../../ui/row-selection.ts';
import { holds, type Moved } from './tree-lists.ts';
import { TreeReader } from './tree-reader.ts';
import { flatten, type FlatTree, folderLine, type KeyTreeRow, type Shape } from './tree-rows.ts';
import { isOpen, useTreeState } from './tree-state.ts';

/** Rows around those in sight that are read before they are. */
const ahead = 40;

export interface KeyTree {
  readonly reader: TreeReader;
  readonly flat: FlatTree;
  readonly ready: boolean;
  readonly failure: Failure | null;
  /** Counts every change of what was read. */
  readonly version: number;
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
  // Many answers at once, as after opening everything, are laid out together.
  const content = useDeferredValue(useSyncExternalStore(reader.subscribe, reader.content));
  const { shape } = content;
  const open = useTreeState((state) => state.open);
  const closedUnderFilter = useTreeState((state) => state.closedUnderFilter);
  const needsMe = useTreeState((state) => state.needsMe);
  const use = useTreeState((state) => state.use);
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

  useKeptFocus(flat);
  useTidied(reader);
  const news = reader.news();
  useSettledUnseen(reader, someoneThere, news.came + news.went > 0);
  const { ready, failure, version } = content;
  return { reader, flat, ready, failure, version, news, onSight, toggle: useToggle(flat) };
}

/** Puts the tree in order where no row can move under a pointer or a finger on the arrow keys. */
function useSettledUnseen(reader: TreeReader, someoneThere: boolean, news: boolean): void {
  const covered = useDialogs(({ open }) => open.length > 0);
  const free = covered || !someoneThere;
  useEffect(() => {
    if (free && news) void reader.refresh();
  }, [reader, free, news]);
}

/** When the row with the focus goes, another one has it; one that was moved keeps it where it went. */
function useKeptFocus(flat: FlatTree): void {
  const moved = useTreeState((state) => state.moved);
  const before = useRef(flat);
  const last = useRef<{ readonly id: string; readonly at: number; readonly level: number }>(null);
  useEffect(() => {
    const { selection, select, arrived } = useTreeState.getState();
    const { active } = selection;
    const at = active === null ? -1 : before.current.indexOf(active);
    const level = before.current.rows[at]?.level ?? 1;
    if (active !== null && at >= 0) last.current = { id: active, at, level };
    before.current = flat;
    const there = active !== null && flat.rows[flat.indexOf(active)]?.container === moved?.to;
    if (moved !== null && (there || moved.id !== active)) arrived(moved);
    if (last.current?.id === active && moved?.id !== active)
      select(keepFocus(selection, flat.rows, flat.indexOf, last.current));
  }, [flat, moved]);
}

/** Puts in order what a deed of this window changed, and opens where a row went that has the focus. */
function useTidied(reader: TreeReader): void {
  const untidy = useTreeState((state) => state.untidy);
  const tidied = useTreeState((state) => state.tidied);
  useEffect(() => {
    if (untidy === null) return;
    const { moved, toggle, arrived } = useTreeState.getState();
    tidied();
    if (moved === null) {
      void reader.refresh(untidy);
      return;
    }
    const parentOf = (id: string) => reader.folders.get(id)?.parentId ?? null;
    void reader.refresh(untidy, moved).then(() => {
      if (stands(reader.content().shape, moved)) toggle(folderLine(moved.to, parentOf), true);
      else arrived(moved);
    });
  }, [reader, untidy, tidied]);
}

/** It is in the list of where it went, seen or not. */
const stands = ({ folders, lists }: Shape, { id, to }: Moved): boolean =>
  (folders.get(to)?.includes(id) ?? false) || holds(lists.get(to), id);

function useToggle({ rows, indexOf }: FlatTree) {
  return useCallback(
    (row: KeyTreeRow, open: boolean): void => {
      const { toggle, selection, select } = useTreeState.getState();
      const { active } = selection;
      if (!open && active !== null && isBelow(rows, indexOf(active), indexOf(row.id)))
        select(chooseOnly(row.id));
      toggle([row.id], open);
    },
    [rows, indexOf],
  );
}

function isBelow(rows: readonly KeyTreeRow[], at: number, above: number): boolean {
  for (let n = at; n >= 0; n = rows[n]?.parent ?? -1) if (n === above && n !== at) return true;
  return false;
}
