import { describe, expect, it } from 'vitest';
import { mayDrop, placesFor } from './move-places.ts';
import { someFolder } from './things.fixture.ts';

const folders = [
  someFolder({ id: 'a', name: 'A' }),
  someFolder({ id: 'b', name: 'B', parentId: 'a' }),
  someFolder({ id: 'c', name: 'C', parentId: 'b' }),
];
const parents = new Map(folders.map(({ id, parentId }) => [id, parentId]));
const parentOf = (id: string) => parents.get(id) ?? null;

describe('places to move to', () => {
  it('are the top and every folder, in their order', () =>
    expect(placesFor(folders, new Set()).map(({ id, level }) => `${id}${level}`)).toEqual([
      'top1',
      'a2',
      'b3',
      'c4',
    ]));

  it('are none that moves itself or lies in one that does', () =>
    expect(placesFor(folders, new Set(['b'])).map(({ id }) => id)).toEqual(['top', 'a']));
});

describe('dropping', () => {
  const item = (id: string, kind = 'folder') => ({ id, kind });
  it('takes no folder into itself or below itself', () => {
    expect(mayDrop([item('a')], 'a', parentOf, parentOf)).toBe(false);
    expect(mayDrop([item('a')], 'c', parentOf, parentOf)).toBe(false);
    expect(mayDrop([item('c')], 'a', parentOf, parentOf)).toBe(true);
  });
  it('does nothing where everything lies there already, or nothing is dragged', () => {
    expect(mayDrop([item('b')], 'a', parentOf, parentOf)).toBe(false);
    expect(mayDrop([item('b'), item('c')], 'a', parentOf, parentOf)).toBe(true);
    expect(mayDrop([], null, parentOf, parentOf)).toBe(false);
  });
  it('takes groups to the top', () =>
    expect(mayDrop([item('g', 'group')], null, parentOf, () => 'a')).toBe(true));
});
