// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobView } from '../../../shared/contract/job.ts';
import { useNavigation } from '../../state/navigation.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOfAnother } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { done, job } from './jobs.fixture.ts';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

/** The jobs of a core, numbered from 1 on; only a few differ from the others. */
async function look(count: number) {
  const world = { count, running: new Set<number>(), mostRows: 500, refused: false };
  const link: ScriptedLink = new ScriptedLink({
    'session.snapshot': () => snapshotOfAnother(),
    'job.list': ({ after, limit = 100, state = [] }) => {
      if (limit > world.mostRows) throw refuse('INTERNAL', { reason: 'too-large' });
      if (after && world.refused) throw refuse('DISK_FULL');
      const fitting: JobView[] = [];
      let number = after ? Number(after) - 1 : world.count;
      for (; number > 0 && fitting.length < limit; number -= 1) {
        const found = world.running.has(number) ? job(number) : done(number);
        if (state.length === 0 || state.includes(found.state)) fitting.push(found);
      }
      return { jobs: fitting, next: number > 0 ? String(number + 1) : null };
    },
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useNavigation.getState().go('jobs'));
  const grid = await screen.findByRole('grid', { name: 'Jobs' });
  await within(grid).findByText(String(count));
  /** The pages that the list asked for; the window itself looks for what ended. */
  const pages = () => link.made('job.list').filter((input) => 'state' in input);
  const row = (number: number) =>
    within(grid)
      .getByRole('gridcell', { name: String(number) })
      .closest<HTMLElement>('[role="row"]');
  const scrollTo = (at: number): void => {
    grid.scrollTop = 28 * at;
    fireEvent.scroll(grid);
  };
  return { world, link, grid, pages, row, scrollTo, user: userEvent.setup() };
}

describe('a long list of jobs', () => {
  it('is read to its true end by one key, and chosen there', async () => {
    const { grid, pages, row, user } = await look(3_000);
    act(() => grid.focus());
    await user.keyboard('{End}');
    await waitFor(() => expect(row(1)?.getAttribute('aria-selected')).toBe('true'));
    expect(pages()).toHaveLength(7);
    expect(screen.getByText(/^3\W?000 jobs, newest first$/)).toBeTruthy();
    await user.keyboard('{Home}{Shift>}{End}{/Shift}');
    expect(screen.getByText(/3,000 chosen$/)).toBeTruthy();
  });

  it('stays where somebody went before the end was read', async () => {
    const { grid, row, user } = await look(3_000);
    act(() => grid.focus());
    await user.keyboard('{End}{ArrowDown}');
    await waitFor(() => expect(row(2_999)?.getAttribute('aria-selected')).toBe('true'));
    expect(screen.queryByText('Reading on to the end of the list.')).toBeNull();
  });

  it('reads again what is in sight, where it begins, and the rest when it comes into sight', async () => {
    const { world, link, grid, pages, row, scrollTo, user } = await look(3_000);
    act(() => grid.focus());
    await user.keyboard('{End}');
    await waitFor(() => expect(row(1)).toBeTruthy());
    const before = pages().length;
    world.running = new Set([1, 2_000]);
    world.count = 3_001;
    act(() => link.change('job'));
    await waitFor(() => expect(within(row(1) ?? grid).getByText(/Running/)).toBeTruthy());
    expect(await screen.findByText('1 new job')).toBeTruthy();
    scrollTo(1_000);
    await waitFor(() => expect(within(row(2_000) ?? grid).getByText(/Running/)).toBeTruthy());
    expect(
      pages()
        .slice(before)
        .map(({ after }) => after ?? 'where it begins'),
    ).toEqual(['where it begins', '402', 'where it begins', '2402', '402']);
    // Every row is there once, in its place.
    await user.click(screen.getByRole('button', { name: 'Show it' }));
    expect(screen.getByText(/^3\W?001 jobs, newest first$/)).toBeTruthy();
  });

  it('reads rows that fill a message fewer at a time', async () => {
    const { world, grid, row, user } = await look(1_000);
    world.mostRows = 130;
    act(() => grid.focus());
    await user.keyboard('{End}');
    await waitFor(() => expect(row(1)?.getAttribute('aria-selected')).toBe('true'));
  });

  it('says once that a page was refused, and goes on when something changed', async () => {
    const { world, link, grid, pages, row, user } = await look(1_000);
    world.refused = true;
    act(() => grid.focus());
    await user.keyboard('{End}');
    await screen.findByRole('alert');
    await user.hover(grid);
    expect(pages().filter(({ after }) => after !== null && after !== undefined)).toHaveLength(1);
    world.refused = false;
    act(() => link.change('job'));
    await waitFor(() => expect(row(1)?.getAttribute('aria-selected')).toBe('true'));
  });
});
