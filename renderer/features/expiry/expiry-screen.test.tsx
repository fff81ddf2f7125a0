// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EndingRow } from '../../../shared/text/endings.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useSelection } from '../../state/selection.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { day, ends, readAt } from './expiry.fixture.ts';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

async function look(all: readonly EndingRow[]) {
  const world = { all };
  const counts = { ...snapshotOf('verified').counts, endingNeedYou: 2 };
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified', 'practice', { counts }),
    'key.ending': ({ days = 90, limit = 100, after = null }) => {
      const fits = world.all.filter(({ at }) => at <= readAt + days * day);
      const from = after === null ? 0 : Number(after);
      const next = from + limit < fits.length ? String(from + limit) : null;
      return { ending: fits.slice(from, from + limit), total: fits.length, next, readAt };
    },
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useNavigation.getState().go('expiry'));
  const grid = await screen.findByRole('grid', { name: 'Expiry' });
  await waitFor(() => expect(within(grid).queryByText('Reading what ends.')).toBeNull());
  const rows = (): (readonly (string | null)[])[] =>
    within(grid)
      .getAllByRole('row')
      .slice(1)
      .map((row) => within(row).getAllByRole('gridcell'))
      .map((cells) => [cells[0], cells[2], cells[3]].map((cell) => cell?.textContent ?? null));
  const change = (next: readonly EndingRow[]): void => {
    world.all = next;
    act(() => link.change('key'));
  };
  return { link, grid, rows, change, user: userEvent.setup() };
}

describe('Key Management > Expiry', () => {
  it('says which keys end, when, and what happens then, by the clock of the core', async () => {
    const { rows } = await look([
      ends(1, -3),
      ends(2, 12),
      ends(3, 20, { what: 'life' }),
      ends(4, 60, { renewsAt: readAt + 30 * day }),
      ends(5, 80, { what: 'life', rotatesAt: readAt + 9 * day }),
    ]);
    expect(rows()).toEqual([
      ['! Over, 3 days ago', 'cards-1/1', expect.stringMatching(/^AWS was to delete it: Check/)],
      ['! In 12 days', 'cards-2/1', 'Stops decrypting in AWS until Synchronize'],
      ['! In 20 days', 'cards-3/1', 'Goes on working: Force Rotate by then'],
      ['· In 60 days', 'cards-4/1', expect.stringMatching(/^Renewed by Keyreeve on .*2031$/)],
      ['· In 80 days', 'cards-5/1', expect.stringMatching(/^Rotated by schedule on .*2031$/)],
    ]);
    expect(
      screen.getByText(/nothing can be decrypted, signed or verified with that key in AWS/),
    ).toBeTruthy();
    expect(screen.getByText('5 ends, over or in the next 90 days, soonest first')).toBeTruthy();
  });

  it('is counted in the list of places', async () => {
    await look([]);
    const places = screen.getByRole('navigation', { name: 'Places' });
    within(places).getByRole('button', { name: /^Expiry\W*2\W*need you$/ });
  });

  it('looks as far ahead as is chosen, and says where nothing would stand', async () => {
    const { rows, user, grid } = await look([ends(1, 60), ends(2, 300)]);
    expect(rows()).toHaveLength(1);
    const span = screen.getByRole('group', { name: 'What ends in the next' });
    const chosen = () =>
      within(span)
        .getAllByRole('button', { pressed: true })
        .map(({ textContent }) => textContent);
    expect(chosen()).toEqual(['90 days']);
    await user.click(within(span).getByRole('button', { name: '1 year' }));
    await waitFor(() => expect(rows()).toHaveLength(2));
    expect(chosen()).toEqual(['1 year']);
    await user.click(within(span).getByRole('button', { name: '30 days' }));
    await within(grid).findByText(
      /^Nothing ends in the next 30 days\. A key stands here before AWS deletes its material/,
    );
  });

  it('reads on to the end of a long list', async () => {
    const many = Array.from({ length: 450 }, (_, n) => ends(n, 40));
    const { grid, rows } = await look(many);
    expect(screen.getByText(/^200 of 450 ends/)).toBeTruthy();
    const toEnd = (): void => {
      grid.scrollTop = 450 * 28;
      fireEvent.scroll(grid);
    };
    toEnd();
    await screen.findByText(/^450 ends/);
    toEnd();
    await waitFor(() => expect(rows().map((cells) => cells[1])).toContain('cards-449/1'));
  });

  it('moves no row while somebody is at it, and shows what changed once they want it', async () => {
    const { grid, rows, change } = await look([ends(1, 10), ends(2, 20)]);
    fireEvent.pointerEnter(grid.parentElement ?? grid);
    change([ends(3, 5), ends(2, 20)]);
    const show = await screen.findByRole('button', { name: 'Show it' });
    expect(screen.getByText('1 new end, 1 no longer fits this list')).toBeTruthy();
    expect(rows().map((cells) => cells[1])).toEqual(['cards-1/1', 'cards-2/1']);
    fireEvent.click(show);
    await waitFor(() =>
      expect(rows().map((cells) => cells[1])).toEqual(['cards-3/1', 'cards-2/1']),
    );
  });

  it('opens properties by Enter and the menu of the key by its key', async () => {
    const { grid, user } = await look([ends(1, 10), ends(2, 20, { what: 'life' })]);
    grid.focus();
    await user.keyboard('{Home}');
    expect(useSelection.getState().selected).toMatchObject({ name: 'cards-1, version 1' });
    await user.keyboard('{Enter}');
    expect(useDialogs.getState().open).toMatchObject([
      { kind: 'key-properties', key: ends(1, 0).key.id },
    ]);
    act(() => useDialogs.getState().closeAll());
    const items = async () => {
      fireEvent.keyDown(grid, { key: 'F10', shiftKey: true });
      const menu = await screen.findByRole('menu');
      return within(menu).getAllByRole('menuitem');
    };
    expect((await items())[0]?.textContent).toContain('Synchronize…');
    await user.keyboard('{Escape}');
    await user.keyboard('{ArrowDown}');
    const [rotate, synchronize] = await items();
    expect(synchronize?.textContent).toContain('Synchronize…');
    expect(rotate?.textContent).toContain('Force Rotate');
    if (rotate) await user.click(rotate);
    await waitFor(() =>
      expect(useDialogs.getState().open).toMatchObject([
        { kind: 'force-rotate', group: ends(2, 0).key.groupId },
      ]),
    );
  });

  it('leads from a renewal that waits to where it is started', async () => {
    const { rows, user, grid } = await look([ends(1, 10, { renewsAt: readAt - 2 * day })]);
    expect(rows()[0]?.[2]).toMatch(/^Due for renewal since .*2031$/);
    grid.focus();
    await user.keyboard('{Home}');
    fireEvent.keyDown(grid, { key: 'F10', shiftKey: true });
    const menu = within(await screen.findByRole('menu'));
    await user.click(menu.getByRole('menuitem', { name: /Look at what came due/ }));
    await waitFor(() => expect(useDialogs.getState().open).toEqual([{ kind: 'due' }]));
  });
});
