import { describe, expect, it } from 'vitest';
import { intentOf, nextTyped, rowNamed, type TreeRow } from './tree-keys.ts';

/** `+` open, `-` closed, nothing: no twisty; two blanks per level. */
function treeOf(text: string): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const level = (line.length - line.trimStart().length) / 2 + 1;
    const [mark = ''] = line.trim();
    const parent = rows.findLastIndex((row) => row.level === level - 1);
    rows.push({
      id: line.trim().replace(/^[+-]/, ''),
      level,
      position: 1,
      size: 1,
      expanded: mark === '+' ? true : mark === '-' ? false : null,
      parent: level === 1 ? -1 : parent,
    });
  }
  return rows;
}

const rows = treeOf(`
+cards
  -cards-prod
+payments
  +payments-prod
    v2
    v1
archive`);
const at = (id: string): number => rows.findIndex((row) => row.id === id);
const press = (key: string, on: string | null, more: Partial<KeyboardEvent> = {}) =>
  intentOf(
    { key, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...more },
    rows,
    on === null ? -1 : at(on),
    3,
  );
const moves = (key: string, on: string): string | undefined => {
  const intent = press(key, on);
  return intent?.kind === 'move' ? rows[intent.to]?.id : undefined;
};

describe('the keys of a tree', () => {
  it.each([
    ['ArrowDown', 'cards', 'cards-prod'],
    ['ArrowDown', 'archive', 'archive'],
    ['ArrowUp', 'payments', 'cards-prod'],
    ['ArrowUp', 'cards', 'cards'],
    ['Home', 'v1', 'cards'],
    ['End', 'cards', 'archive'],
    ['PageDown', 'cards', 'payments-prod'],
    ['PageDown', 'v1', 'archive'],
    ['PageUp', 'v2', 'cards-prod'],
    ['ArrowRight', 'payments', 'payments-prod'],
    ['ArrowRight', 'v1', 'v1'],
    ['ArrowLeft', 'v1', 'payments-prod'],
    ['ArrowLeft', 'cards-prod', 'cards'],
    ['ArrowLeft', 'archive', 'archive'],
  ])('%s on %s goes to %s', (key, on, to) => expect(moves(key, on)).toBe(to));

  it('opens with the right arrow and closes with the left one', () => {
    expect(press('ArrowRight', 'cards-prod')).toMatchObject({ kind: 'toggle', open: true });
    expect(press('ArrowLeft', 'payments')).toMatchObject({ kind: 'toggle', open: false });
  });

  it('extends with Shift and goes without choosing with Ctrl', () => {
    expect(press('ArrowDown', 'cards', { shiftKey: true })).toMatchObject({ how: 'extend' });
    expect(press('ArrowDown', 'cards', { ctrlKey: true })).toMatchObject({ how: 'keep' });
    expect(press('End', 'cards', { shiftKey: true })).toMatchObject({ how: 'extend', to: 6 });
  });

  it.each([
    ['Enter', {}, 'activate'],
    ['Enter', { altKey: true }, 'properties'],
    ['F2', {}, 'rename'],
    ['Delete', {}, 'remove'],
    ['*', { shiftKey: true }, 'open-siblings'],
    ['F10', { shiftKey: true }, 'menu'],
    ['ContextMenu', {}, 'menu'],
    [' ', {}, 'pick'],
    ['a', { ctrlKey: true }, 'all'],
    ['p', {}, 'type'],
  ] as const)('%s %o asks for %s', (key, more, kind) =>
    expect(press(key, 'payments', more)?.kind).toBe(kind),
  );

  it('leaves keys of the window alone', () => {
    for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
      expect(press('k', 'payments', more)).toBeNull();
    }
    expect(press('?', 'payments', { shiftKey: true })).toBeNull();
    expect(press('Tab', 'payments')).toBeNull();
    expect(press('F10', 'payments')).toBeNull();
    expect(press('ArrowDown', 'payments', { altKey: true })).toBeNull();
  });

  it('opens the menu of the background where no row has the focus', () =>
    expect(press('ContextMenu', null)).toEqual({ kind: 'background-menu' }));
});

describe('typing to a name', () => {
  const named = (text: string, from: string | null) => {
    const found = rowNamed(rows, ({ id }) => id, text, from === null ? -1 : at(from));
    return found === null ? null : rows[found]?.id;
  };

  it('goes on to the next name for the same letter, around the end', () => {
    expect(named('c', null)).toBe('cards');
    expect(named('c', 'cards')).toBe('cards-prod');
    expect(named('cc', 'cards-prod')).toBe('cards');
  });

  it('stays on a name while more of it is typed, in any case', () => {
    expect(named('Pa', 'payments')).toBe('payments');
    expect(named('payments-', 'payments')).toBe('payments-prod');
    expect(named('nothing', 'payments')).toBeNull();
  });

  it('begins anew after a pause', () => {
    const first = nextTyped({ text: '', at: 0 }, 'p', 1000);
    expect(nextTyped(first, 'a', 1500).text).toBe('pa');
    expect(nextTyped(first, 'a', 1701).text).toBe('a');
  });

  it('passes over what was not read yet', () => {
    const waiting = rows.map((row) => (row.id === 'archive' ? { ...row, waiting: true } : row));
    expect(rowNamed(waiting, ({ id }) => id, 'arch', 0)).toBeNull();
  });
});
