import { describe, expect, it } from 'vitest';
import {
  addPage,
  firstPage,
  type GroupPage,
  keep,
  keptAgain,
  newsOf,
  pageAgain,
  readSoFar,
} from './tree-lists.ts';

const page = (ids: string, total: number, next: string | null = null): GroupPage => ({
  ids: Array.from(ids),
  total,
  next,
});
const idsOf = (list: ReturnType<typeof firstPage>) => list.pages.map(({ ids }) => ids.join(''));

describe('a list of groups', () => {
  const two = addPage(firstPage(page('abc', 5, 'c')), 'c', page('de', 5));

  it('grows page by page and keeps a place for what was not read', () => {
    const first = firstPage(page('abc', 5, 'c'));
    expect(first.size).toBe(5);
    expect(readSoFar(first)).toBe(3);
    expect(idsOf(two)).toEqual(['abc', 'de']);
    expect(newsOf(two)).toEqual({ came: 0, went: 0 });
  });

  it('takes a page only where it belongs, and each group once', () => {
    const first = firstPage(page('abc', 5, 'c'));
    expect(addPage(first, 'x', page('zz', 5))).toBe(first);
    expect(idsOf(addPage(first, 'c', page('cde', 5)))).toEqual(['abc', 'de']);
  });

  it('keeps its order when a page is read again, and counts what came', () => {
    const again = pageAgain(two, null, page('aXb', 6, 'b'));
    expect(idsOf(again)).toEqual(['abc', 'de']);
    expect([...again.fresh]).toEqual(['X']);
    expect(newsOf(again)).toEqual({ came: 1, went: 0 });
  });

  it('does not take for gone what slipped behind the end of its page', () =>
    expect([...pageAgain(two, null, page('aXb', 6, 'b')).missing]).toEqual([]));

  it('notes what went from between others, and takes it back when it comes again', () => {
    const gone = pageAgain(two, null, page('acd', 4, 'd'));
    expect([...gone.missing]).toEqual(['b']);
    expect(newsOf(gone)).toEqual({ came: 0, went: 1 });
    expect(newsOf(pageAgain(gone, null, page('abc', 5, 'c'))).went).toBe(0);
  });

  it('counts by the total what came where nobody looked', () =>
    expect(newsOf(pageAgain(two, null, page('abc', 8, 'c'))).came).toBe(3));

  it('is the very same list where nothing came or went', () =>
    expect(pageAgain(two, 'c', page('de', 5))).toBe(two));

  it('notes what went from the last page whole', () =>
    expect([...pageAgain(two, 'c', page('', 3)).missing]).toEqual(['d', 'e']));
});

it('keeps the order of keys and tells what came and went', () => {
  const kept = keep(['v2', 'v1']);
  expect(keptAgain(kept, ['v2', 'v1'])).toBe(kept);
  const more = keptAgain(kept, ['v3', 'v2', 'v1']);
  expect(more).toMatchObject({ ids: ['v2', 'v1'], fresh: ['v3'] });
  expect([...keptAgain(more, ['v3', 'v1']).missing]).toEqual(['v2']);
});
