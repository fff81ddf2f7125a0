// @vitest-environment jsdom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { holdRows, useHeldRows } from './held-rows.ts';

interface Row {
  readonly id: string;
  readonly state: string;
}
const rows = (text: string): Row[] =>
  text.split(' ').flatMap((each) => {
    const [id = '', state = 'running'] = each.split(':');
    return id === '' ? [] : [{ id, state }];
  });
const told = (of: readonly Row[]): string =>
  of.map(({ id, state }) => (state === 'running' ? id : `${id}:${state}`)).join(' ');
const idOf = ({ id }: Row): string => id;

describe('a list while somebody is at it', () => {
  it.each([
    {
      why: 'new ones above wait',
      shown: '3 2 1',
      fresh: '5 4 3 2 1',
      now: '3 2 1',
      arrived: 2,
      left: '',
    },
    {
      why: 'cells are fresh',
      shown: '3 2 1',
      fresh: '3 2:done 1',
      now: '3 2:done 1',
      arrived: 0,
      left: '',
    },
    {
      why: 'one that comes between waits',
      shown: '5 1',
      fresh: '5 3 1',
      now: '5 1',
      arrived: 1,
      left: '',
    },
    {
      why: 'one that went stays',
      shown: '3 2 1',
      fresh: '3 1',
      now: '3 2 1',
      arrived: 0,
      left: '2',
    },
    {
      why: 'more below is added',
      shown: '5 4',
      fresh: '5 4 3 2',
      now: '5 4 3 2',
      arrived: 0,
      left: '',
    },
    { why: 'all others', shown: '2 1', fresh: '9 8', now: '2 1', arrived: 2, left: '2 1' },
  ])('$why', ({ shown, fresh, now, arrived, left }) => {
    const held = holdRows(rows(shown), rows(fresh), idOf);
    expect(told(held.rows)).toBe(now);
    expect(held.arrived).toBe(arrived);
    expect(held.left.join(' ')).toBe(left);
  });

  it('takes no row for gone that only moved to a page not read', () => {
    const held = holdRows(rows('4 3 2 1'), rows('5 4 2'), idOf, true);
    expect(told(held.rows)).toBe('4 3 2 1');
    expect(held).toMatchObject({ arrived: 1, left: ['3'] });
  });
});

describe('holding and letting go', () => {
  afterEach(cleanup);
  const start = (list: string, fresh: string, held: boolean) =>
    renderHook(
      (given: { list: string; fresh: readonly Row[]; held: boolean }) =>
        useHeldRows({ ...given, idOf, more: false }),
      {
        initialProps: { list, fresh: rows(fresh), held },
      },
    );

  it('follows the list while nobody is there, and holds it from then on', () => {
    const { result, rerender } = start('all', '2 1', false);
    rerender({ list: 'all', fresh: rows('3 2 1'), held: false });
    expect(told(result.current.rows)).toBe('3 2 1');
    rerender({ list: 'all', fresh: rows('4 3 2 1'), held: true });
    expect(told(result.current.rows)).toBe('3 2 1');
    expect(result.current.arrived).toBe(1);
    rerender({ list: 'all', fresh: rows('5 4 3:done 2 1'), held: true });
    expect(told(result.current.rows)).toBe('3:done 2 1');
    act(() => result.current.release());
    expect(told(result.current.rows)).toBe('5 4 3:done 2 1');
    expect(result.current.arrived).toBe(0);
  });

  it('shows what waited as soon as nobody is there', () => {
    const { result, rerender } = start('all', '1', true);
    rerender({ list: 'all', fresh: rows('2 1'), held: true });
    expect(told(result.current.rows)).toBe('1');
    rerender({ list: 'all', fresh: rows('2 1'), held: false });
    expect(told(result.current.rows)).toBe('2 1');
  });

  it('starts anew for another list', () => {
    const { result, rerender } = start('all', '3 2 1', true);
    rerender({ list: 'done', fresh: rows('9 1'), held: true });
    expect(told(result.current.rows)).toBe('9 1');
    expect(result.current.left).toEqual([]);
  });
});
