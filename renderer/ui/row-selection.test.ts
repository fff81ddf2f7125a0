import { describe, expect, it } from 'vitest';
import {
  chooseAll,
  chooseOnly,
  extendTo,
  keepFocus,
  moveTo,
  nothingChosen,
  pick,
  type RowSelection,
} from './row-selection.ts';
import type { TreeRow } from './tree-keys.ts';

const rowsOf = (ids: string): readonly TreeRow[] =>
  Array.from(ids, (id) => ({
    id,
    level: 1,
    position: 1,
    size: ids.length,
    expanded: null,
    parent: -1,
    waiting: id === '?',
  }));
const chosen = ({ chosen: ids }: RowSelection): string => [...ids].sort().join('');
const rows = rowsOf('abcdef');

describe('choosing rows', () => {
  it('extends from the anchor, both ways, and back', () => {
    const start = chooseOnly('c');
    const down = extendTo(start, rows, 4);
    expect(chosen(down)).toBe('cde');
    const up = extendTo(down, rows, 0);
    expect(chosen(up)).toBe('abc');
    expect(up).toMatchObject({ active: 'a', anchor: 'c' });
  });

  it('adds and takes away single rows, and extends from the last of them', () => {
    const two = pick(chooseOnly('a'), 'c');
    expect(chosen(two)).toBe('ac');
    expect(chosen(pick(two, 'a'))).toBe('c');
    expect(chosen(extendTo(two, rows, 4))).toBe('cde');
  });

  it('moves the focus without choosing', () =>
    expect(moveTo(chooseOnly('a'), 'f')).toMatchObject({ active: 'f', anchor: 'a' }));

  it('leaves out rows that were not read yet', () => {
    const some = rowsOf('ab?c');
    expect(chosen(chooseAll(nothingChosen, some))).toBe('abc');
    expect(chosen(extendTo(chooseOnly('a'), some, 3))).toBe('abc');
  });
});

describe('when the row with the focus goes', () => {
  const indexIn = (left: readonly TreeRow[]) => (id: string) =>
    left.findIndex((row) => row.id === id);
  const after = (ids: string, selection: RowSelection, at: number, level = 1) =>
    keepFocus(selection, rowsOf(ids), indexIn(rowsOf(ids)), { at, level });

  it('the row in its place has it', () =>
    expect(after('abdef', chooseOnly('c'), 2)).toEqual(chooseOnly('d')));
  it('the row above has it where what follows is no sibling', () =>
    expect(after('abdef', chooseOnly('c'), 2, 2)).toEqual(chooseOnly('b')));
  it('the last one has it where there is none in its place', () =>
    expect(after('ab', chooseOnly('f'), 5)).toEqual(chooseOnly('b')));
  it('nothing has it in an empty tree', () =>
    expect(after('', chooseOnly('a'), 0)).toEqual(nothingChosen));
  it('the others stay chosen', () => {
    const two = pick(chooseOnly('a'), 'c');
    expect(chosen(after('abdef', two, 2))).toBe('a');
  });
  it('nothing changes where it is still there', () => {
    const selection = chooseOnly('b');
    expect(after('abc', selection, 1)).toBe(selection);
  });
});
