// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { layOut } from '../testing/laid-out.fixture.ts';
import { DataTable, type DataTableProps } from './data-table.tsx';
import { chooseOnly, nothingChosen } from './row-selection.ts';

interface Row {
  readonly id: string;
  readonly name: string;
}

const rowsOf = (count: number): readonly Row[] =>
  Array.from({ length: count }, (_, n) => ({ id: `r${n}`, name: `row ${n}` }));

beforeAll(layOut);
afterEach(cleanup);

function Table({ count, ...given }: { count: number } & Partial<DataTableProps<Row>>) {
  const [selected, setSelected] = useState<string | null>(null);
  return (
    <>
      <button type="button">before</button>
      <DataTable<Row>
        label="Things"
        columns={[
          { id: 'name', title: 'Name', width: '1fr', cell: ({ name }) => name },
          {
            id: 'deed',
            title: 'Deed',
            width: '80px',
            cell: ({ name }) => <button type="button">copy {name}</button>,
          },
        ]}
        rows={rowsOf(count)}
        idOf={({ id }) => id}
        selected={selected}
        onSelect={({ id }) => setSelected(id)}
        {...given}
      />
    </>
  );
}

const grid = () => screen.getByRole('grid', { name: 'Things' });
const chosen = () => document.querySelector('[aria-selected="true"]')?.textContent ?? null;
async function enter(): Promise<ReturnType<typeof userEvent.setup>> {
  const user = userEvent.setup();
  screen.getByRole('button', { name: 'before' }).focus();
  await user.tab();
  return user;
}

describe('a table by keyboard', () => {
  it('is one tab stop, and the first row is chosen on the way in', async () => {
    render(<Table count={5} />);
    await enter();
    expect(document.activeElement).toBe(grid());
    expect(chosen()).toContain('row 0');
    const active = grid().getAttribute('aria-activedescendant') ?? '';
    expect(document.getElementById(active)?.textContent).toContain('row 0');
  });

  it('marks no text of the page by Ctrl+A where one row is chosen at a time', async () => {
    render(<Table count={5} />);
    await enter();
    const select = (target: Element, held: { ctrlKey?: boolean; metaKey?: boolean }): boolean =>
      fireEvent.keyDown(target, { key: 'a', ...held });
    // False: what the browser would do with it was prevented.
    expect(select(grid(), { ctrlKey: true })).toBe(false);
    expect(select(grid(), { metaKey: true })).toBe(false);
    expect(chosen()).toContain('row 0');
    expect(select(grid(), {})).toBe(true);
    expect(select(screen.getByRole('button', { name: 'before' }), { ctrlKey: true })).toBe(true);
  });

  it.each([
    ['{ArrowDown}{ArrowDown}', 'row 2'],
    ['{ArrowDown}{ArrowUp}', 'row 0'],
    ['{ArrowUp}', 'row 0'],
    ['{End}', 'row 39'],
    ['{End}{ArrowDown}', 'row 39'],
    ['{End}{Home}', 'row 0'],
    ['{PageDown}', 'row 9'],
    ['{PageDown}{PageDown}{PageUp}', 'row 9'],
    ['{Control>}{End}{/Control}', 'row 0'],
  ])('%s goes to %s', async (keys, row) => {
    render(<Table count={40} />);
    const user = await enter();
    await user.keyboard(keys);
    expect(chosen()).toMatch(new RegExp(`^${row}copy`));
  });

  it('opens with Enter, and a button in a cell keeps its own Enter', async () => {
    const onOpen = vi.fn();
    render(<Table count={5} onOpen={onOpen} />);
    const user = await enter();
    await user.keyboard('{ArrowDown}{Enter}');
    expect(onOpen).toHaveBeenCalledExactlyOnceWith({ id: 'r1', name: 'row 1' });
    screen.getByRole('button', { name: 'copy row 2' }).focus();
    await user.keyboard('{Enter}{ArrowDown}');
    expect(onOpen).toHaveBeenCalledTimes(1);
    expect(chosen()).toContain('row 2');
  });

  it.each([['{Shift>}{F10}{/Shift}'], ['{ContextMenu}']])('%s asks for the menu', async (keys) => {
    const onMenu = vi.fn();
    render(<Table count={3} onMenu={onMenu} />);
    const user = await enter();
    await user.keyboard(keys);
    expect(onMenu.mock.calls[0]?.[0]).toEqual({ id: 'r0', name: 'row 0' });
  });

  it('keeps the chosen row when it is scrolled far away', async () => {
    render(<Table count={2000} />);
    await enter();
    grid().scrollTop = 28_000;
    fireEvent.scroll(grid());
    expect(chosen()).toContain('row 0');
    expect(screen.getByText('row 1000')).toBeTruthy();
    expect(screen.queryByText('row 500')).toBeNull();
  });
});

describe('a table by mouse', () => {
  it('a click chooses its own row, not the first', async () => {
    const onSelect = vi.fn();
    render(<Table count={5} onSelect={onSelect} />);
    await userEvent.click(screen.getByText('row 3'));
    expect(onSelect.mock.calls).toEqual([[{ id: 'r3', name: 'row 3' }]]);
  });

  it('a double click opens, a right click chooses and asks for the menu there', async () => {
    const onOpen = vi.fn();
    const onMenu = vi.fn();
    render(<Table count={5} onOpen={onOpen} onMenu={onMenu} />);
    await userEvent.dblClick(screen.getByText('row 2'));
    expect(onOpen).toHaveBeenCalledExactlyOnceWith({ id: 'r2', name: 'row 2' });
    fireEvent.contextMenu(screen.getByText('row 4'), { clientX: 30, clientY: 40 });
    expect(chosen()).toContain('row 4');
    expect(onMenu).toHaveBeenCalledExactlyOnceWith(
      { id: 'r4', name: 'row 4' },
      { left: 30, top: 40 },
    );
  });
});

function Several({ onMenu = () => undefined }: Partial<DataTableProps<Row>>) {
  const [selection, onChange] = useState(nothingChosen);
  return (
    <Table
      count={40}
      selected={selection.active}
      onSelect={({ id }) => onChange(chooseOnly(id))}
      choice={{ selection, onChange }}
      onMenu={onMenu}
    />
  );
}

const allChosen = () =>
  [...document.querySelectorAll('[aria-selected="true"]')].map(
    (row) => row.textContent?.split('copy')[0],
  );

describe('a table of which several rows can be chosen', () => {
  it('by keyboard: a range, one more, all; a move alone chooses one again', async () => {
    render(<Several />);
    expect(grid().getAttribute('aria-multiselectable')).toBe('true');
    const user = await enter();
    await user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    expect(allChosen()).toEqual(['row 0', 'row 1', 'row 2']);
    await user.keyboard('{Control>}{ArrowDown}{ArrowDown}{/Control}');
    expect(allChosen()).toEqual(['row 0', 'row 1', 'row 2']);
    await user.keyboard(' ');
    expect(allChosen()).toEqual(['row 0', 'row 1', 'row 2', 'row 4']);
    const active = grid().getAttribute('aria-activedescendant') ?? '';
    expect(document.getElementById(active)?.textContent).toContain('row 4');
    await user.keyboard('{ArrowDown}');
    expect(allChosen()).toEqual(['row 5']);
    await user.keyboard('{Control>}a{/Control}');
    expect(allChosen()).toContain('row 9');
  });

  it('by mouse: Ctrl one more, Shift a range, a right click all that are chosen', async () => {
    const onMenu = vi.fn();
    render(<Several onMenu={onMenu} />);
    const user = userEvent.setup();
    await user.click(screen.getByText('row 2'));
    await user.keyboard('{Control>}');
    await user.click(screen.getByText('row 4'));
    await user.keyboard('{/Control}');
    expect(allChosen()).toEqual(['row 2', 'row 4']);
    fireEvent.contextMenu(screen.getByText('row 2'));
    expect(allChosen()).toEqual(['row 2', 'row 4']);
    fireEvent.contextMenu(screen.getByText('row 6'));
    expect(allChosen()).toEqual(['row 6']);
    await user.keyboard('{Shift>}');
    await user.click(screen.getByText('row 8'));
    await user.keyboard('{/Shift}');
    expect(allChosen()).toEqual(['row 6', 'row 7', 'row 8']);
    expect(document.activeElement).toBe(grid());
  });
});

describe('what was read and what there is', () => {
  it('tells a screen reader how many rows there are only where that is known', () => {
    const { rerender } = render(<Table count={100} more />);
    expect(grid().getAttribute('aria-rowcount')).toBe('-1');
    rerender(<Table count={100} more total={9000} />);
    expect(grid().getAttribute('aria-rowcount')).toBe('9001');
    rerender(<Table count={100} more={false} />);
    expect(grid().getAttribute('aria-rowcount')).toBe('101');
  });

  it('asks for more when the end of what was read comes into view', () => {
    const onEnd = vi.fn();
    render(<Table count={200} total={5000} onEnd={onEnd} />);
    expect(onEnd).not.toHaveBeenCalled();
    expect(grid().getAttribute('aria-rowcount')).toBe('5001');
    grid().scrollTop = 200 * 28;
    fireEvent.scroll(grid());
    expect(onEnd).toHaveBeenCalled();
  });

  it('says so when there is nothing', () => {
    render(<Table count={0} empty="No things yet." />);
    expect(screen.getByText('No things yet.')).toBeTruthy();
  });
});
