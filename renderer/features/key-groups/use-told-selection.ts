import { useEffect } from 'react';
import { type SelectedThing, useSelection } from '../../state/selection.ts';
import { nameOfRow } from './tree-cells.tsx';
import type { TreeReader } from './tree-reader.ts';
import type { FlatTree } from './tree-rows.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** Tells the window's commands what they would be about: the one row that is chosen. */
export function useToldSelection(reader: TreeReader, flat: FlatTree, active: string | null): void {
  const select = useSelection((state) => state.select);
  const row = active === null ? undefined : flat.rows[flat.indexOf(active)];
  const kind = row?.waiting ? undefined : row?.kind;
  const name = row ? thingName(reader, row) : '';
  useEffect(() => {
    select(kind === undefined || active === null ? null : { kind, id: active, name });
  }, [select, kind, active, name]);
  useEffect(() => () => select(null), [select]);
}

function thingName(reader: TreeReader, row: FlatTree['rows'][number]): SelectedThing['name'] {
  const key = reader.keys.get(row.id);
  return key ? `${isolate(key.groupName)}, version ${key.version}` : nameOfRow(row, reader);
}
