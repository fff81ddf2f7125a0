// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TreeGrid, type TreeGridProps } from './tree-grid.tsx';
import type { TreeRow } from './tree-keys.ts';
import { nothingChosen } from './row-selection.ts';

/** jsdom lays nothing out: every element is as large as a tree of ten rows. */
beforeAll(() => {
  for (const [side, size] of [
    ['offsetHeight', 308],
    ['offsetWidth', 600],
    ['clientHeight', 308],
  ] as const) {
    Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => size });
  }
  Element.prototype.scrollTo = function scrollTo(this: Element, options?: unknown) {
    this.scrollTop = (options as { top?: number }).top ?? 0;
    fireEvent.scroll(this);
  } as typeof Element.prototype.scrollTo;
});
afterEach(cleanup);

const flat = (count: number, prefix = 'row'): readonly TreeRow[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `${prefix} ${n}`,
    level: 1,
    position: n + 1,
    size: count,
    expanded: n === 1 ? false : null,
    parent: -1,
  }));

const drawn = vi.fn<(id: string) => void>();
const label = ({ id }: TreeRow) => `the ${id}`;
const cells = ({ id }: TreeRow) => {
  drawn(id);
  return [<span key="n">{id}</span>, <button key="b" type="button">{`copy ${id}`}</button>];
};

function Tree({ rows, ...given }: { rows: readonly TreeRow[] } & Partial<TreeGridProps<TreeRow>>) {
  const [selection, select] = useState(nothingChosen);
  return (
    <TreeGrid
      label="Things"
      columns={[
        { id: 'name', title: 'Name', least: 100, share: 1 },
        { id: 'deed', title: 'Deed', least: 80, share: 1 },
      ]}
      rows={rows}
      indexOf={(id) => rows.findIndex((row) => row.id === id)}
      selection={selection}
      onSelect={select}
      cellsOf={cells}
      nameOf={({ id }) => id}
      labelOf={label}
      onToggle={() => undefined}
      onActivate={() => undefined}
      empty="Nothing."
      {...given}
    />
  );
}

const grid = () => screen.getByRole('treegrid', { name: 'Things' });
const focused = () =>
  document
    .getElementById(grid().getAttribute('aria-activedescendant') ?? '')
    ?.getAttribute('aria-label') ?? null;
const chosen = () =>
  [...document.querySelectorAll('[role="row"][aria-selected="true"]')].map((row) =>
    row.getAttribute('aria-label'),
  );

describe('a tree grid', () => {
  it('is one tab stop, begins on its first row and lets only rows in sight exist', async () => {
    render(<Tree rows={flat(10_000)} />);
    await userEvent.tab();
    expect(document.activeElement).toBe(grid());
    expect(focused()).toBe('the row 0');
    expect(grid().getAttribute('aria-rowcount')).toBe('10001');
    expect(screen.getAllByRole('row').length).toBeLessThan(60);
  });

  it('keeps the row with the focus in being when it is far out of sight', async () => {
    render(<Tree rows={flat(10_000)} />);
    await userEvent.tab();
    grid().scrollTop = 100_000;
    fireEvent.scroll(grid());
    expect(focused()).toBe('the row 0');
  });

  it('chooses several with Shift and Ctrl, by keyboard and mouse, and all of them', async () => {
    const user = userEvent.setup();
    render(<Tree rows={flat(5)} />);
    await user.tab();
    await user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    expect(chosen()).toEqual(['the row 0', 'the row 1', 'the row 2']);
    await user.keyboard('{Control>}');
    await user.click(screen.getByRole('row', { name: 'the row 4' }));
    await user.keyboard('{/Control}');
    expect(chosen()).toHaveLength(4);
    await user.click(screen.getByRole('row', { name: 'the row 3' }));
    expect(chosen()).toEqual(['the row 3']);
    await user.keyboard('{Control>}a{/Control}');
    expect(chosen()).toHaveLength(5);
  });

  it('passes on what keys and mouse ask for', async () => {
    const user = userEvent.setup();
    const on = {
      onToggle: vi.fn(),
      onActivate: vi.fn(),
      onProperties: vi.fn(),
      onRename: vi.fn(),
      onRemove: vi.fn(),
      onMenu: vi.fn(),
      onOpenSiblings: vi.fn(),
    };
    const rows = flat(3);
    render(<Tree rows={rows} {...on} />);
    await user.tab();
    await user.keyboard('{ArrowDown}{ArrowRight}{Enter}{Alt>}{Enter}{/Alt}{F2}{Delete}*');
    await user.keyboard('{Shift>}{F10}{/Shift}');
    expect(on.onToggle).toHaveBeenCalledWith(rows[1], true);
    for (const one of [on.onActivate, on.onProperties, on.onRename, on.onRemove])
      expect(one).toHaveBeenCalledWith(rows[1]);
    expect(on.onOpenSiblings).toHaveBeenCalledWith(rows[1]);
    expect(on.onMenu).toHaveBeenCalledWith(rows[1], expect.anything());
    fireEvent.contextMenu(screen.getByRole('row', { name: 'the row 2' }), { clientX: 5 });
    expect(on.onMenu).toHaveBeenLastCalledWith(rows[2], { left: 5, top: 0 });
    expect(focused()).toBe('the row 2');
    fireEvent.contextMenu(grid());
    expect(on.onMenu).toHaveBeenLastCalledWith(null, expect.anything());
  });

  it('draws no row anew but those between which the focus moves', async () => {
    const user = userEvent.setup();
    render(<Tree rows={flat(8)} />);
    await user.tab();
    drawn.mockClear();
    await user.keyboard('{ArrowDown}');
    expect(drawn.mock.calls.flat()).toEqual(['row 0', 'row 1']);
  });

  it('leaves keys to what is inside a row', async () => {
    const user = userEvent.setup();
    const onActivate = vi.fn();
    render(<Tree rows={flat(2)} onActivate={onActivate} />);
    screen.getByRole('button', { name: 'copy row 1' }).focus();
    await user.keyboard('{Enter}');
    expect(onActivate).not.toHaveBeenCalled();
  });

  it('keeps what is in sight in its place when rows come above it', () => {
    const { rerender } = render(<Tree rows={flat(500)} />);
    grid().scrollTop = 2800;
    fireEvent.scroll(grid());
    rerender(<Tree rows={[...flat(10, 'new'), ...flat(500)]} />);
    expect(grid().scrollTop).toBe(2800 + 10 * 28);
  });

  it('says what there is to say when it is empty', () => {
    render(<Tree rows={[]} />);
    expect(grid().textContent).toContain('Nothing.');
  });
});
