import { describe, expect, it } from 'vitest';
import { chooseOnly, nothingChosen, type RowSelection } from './row-selection.ts';
import { chosenByKey, chosenByPress } from './table-choice.ts';

const rows = Array.from('abcdef', (id) => ({ id }));
const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
const held = (what: string) => ({ ...none, [`${what}Key`]: true });
const words = (selection: RowSelection | null): string | null =>
  selection === null ? null : `${[...selection.chosen].join('')} at ${selection.active}`;

describe('what a press chooses where several rows can be', () => {
  it.each([
    [none, null],
    [held('ctrl'), 'be at e'],
    [held('meta'), 'be at e'],
    [held('shift'), 'bcde at e'],
  ])('with %o', (keys, chosen) => {
    expect(words(chosenByPress(chooseOnly('b'), rows, 'e', keys))).toBe(chosen);
  });
});

describe('what a key chooses where several rows can be', () => {
  it.each([
    ['ArrowDown', none, null],
    ['ArrowDown', held('shift'), 'bc at c'],
    ['End', held('shift'), 'bcdef at f'],
    ['ArrowUp', held('ctrl'), 'b at a'],
    ['ArrowUp', held('alt'), null],
    [' ', none, ' at b'],
    ['a', held('ctrl'), 'abcdef at b'],
    ['a', none, null],
    ['Enter', none, null],
  ])('%j with %o', (key, keys, chosen) => {
    expect(words(chosenByKey(chooseOnly('b'), rows, 1, 4, { key, ...keys }))).toBe(chosen);
  });

  it('is nothing in an empty list, and of no row before there is one', () => {
    expect(chosenByKey(nothingChosen, [], -1, 4, { key: 'a', ...held('ctrl') })).toBeNull();
    expect(chosenByKey(nothingChosen, rows, -1, 4, { key: ' ', ...none })).toBeNull();
  });
});
