import { describe, expect, it } from 'vitest';
import { firstPage, type GroupList, keep } from './tree-lists.ts';
import { flatten, folderLine, foldersByParent, type Shape } from './tree-rows.ts';

const list = (ids: string, total = ids.length, next: string | null = null): GroupList =>
  firstPage({ ids: Array.from(ids), total, next });

const shape: Shape = {
  folders: new Map([
    ['top', ['F', 'G']],
    ['F', ['H']],
  ]),
  lists: new Map([
    ['top', list('ab')],
    ['F', list('c')],
  ]),
  keys: new Map([['a', keep(['a2', 'a1'])]]),
};
const sizes = {
  groupsIn: (id: string) => ({ F: 1, G: 0, H: 0 })[id] ?? 0,
  keysIn: (id: string) => ({ a: 2, b: 3, c: 0 })[id] ?? 0,
};
const draw = (open: string, of: Shape = shape) =>
  flatten(of, sizes, (id) => open.includes(id)).rows.map(
    ({ id, level, position, size, expanded, waiting }) =>
      `${'  '.repeat(level - 1)}${expanded === null ? '' : expanded ? '+' : '-'}${waiting ? '…' : id} ${position}/${size}`,
  );

describe('the tree in rows', () => {
  it('puts folders before groups, each level counted as one set', () =>
    expect(draw('')).toEqual(['-F 1/4', 'G 2/4', '-a 3/4', '-b 4/4']));

  it('shows what is in what is open', () =>
    expect(draw('Fa')).toEqual([
      '+F 1/4',
      '  H 1/2',
      '  c 2/2',
      'G 2/4',
      '+a 3/4',
      '  a2 1/2',
      '  a1 2/2',
      '-b 4/4',
    ]));

  it('keeps places for keys and groups that were not read yet', () => {
    expect(draw('b').slice(-4)).toEqual(['+b 4/4', '  … 1/3', '  … 2/3', '  … 3/3']);
    const long = { ...shape, lists: new Map([['top', list('ab', 4, 'b')]]) };
    expect(draw('', long).slice(-3)).toEqual(['-b 4/6', '… 5/6', '… 6/6']);
    expect(draw('F', long).slice(1, 3)).toEqual(['  H 1/2', '  … 2/2']);
  });

  it('knows where a row is and what it is below', () => {
    const { rows, indexOf } = flatten(shape, sizes, (id) => 'Fa'.includes(id));
    expect(rows[rows[indexOf('a1')]?.parent ?? -1]?.id).toBe('a');
    expect(rows[rows[indexOf('c')]?.parent ?? -1]?.id).toBe('F');
    expect(rows[indexOf('F')]?.parent).toBe(-1);
    expect(indexOf('nowhere')).toBe(-1);
  });
});

describe('folders', () => {
  it('are put under each other by name, numbers as numbers', () => {
    const folders = [
      { id: '1', parentId: null, name: 'b' },
      { id: '2', parentId: '1', name: 'EU 10' },
      { id: '3', parentId: '1', name: 'EU 9' },
      { id: '4', parentId: null, name: 'A' },
    ];
    const under = foldersByParent(folders);
    expect(under.get('top')).toEqual(['4', '1']);
    expect(under.get('1')).toEqual(['3', '2']);
  });

  it('stand at the top where the folder around them is not shown', () =>
    expect(foldersByParent([{ id: '2', parentId: '1', name: 'x' }]).get('top')).toEqual(['2']));

  it('are lined up from the top down, also where they go in a circle', () => {
    const parents: Record<string, string> = { c: 'b', b: 'a', x: 'y', y: 'x' };
    const parentOf = (id: string) => parents[id] ?? null;
    expect(folderLine('c', parentOf)).toEqual(['a', 'b', 'c']);
    expect(folderLine('x', parentOf)).toEqual(['y', 'x']);
    expect(folderLine(null, parentOf)).toEqual([]);
  });
});
