// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobView } from '../../../shared/contract/job.ts';
import { takeCutOff } from '../../state/cut-off.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useNavigation } from '../../state/navigation.ts';
import { watchUnsaved } from '../../state/unsaved.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOfAnother } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { done, job, stopped } from './jobs.fixture.ts';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

async function look(jobs: readonly JobView[]) {
  const world = { jobs };
  const snapshot = snapshotOfAnother();
  const link: ScriptedLink = new ScriptedLink({
    'session.snapshot': () => snapshot,
    'job.list': ({ state = [] }) => ({
      jobs: world.jobs.filter((each) => state.length === 0 || state.includes(each.state)),
      next: null,
    }),
    'job.continue': () => new Promise<never>(() => undefined),
    'job.show': ({ job: id }) => {
      const found = world.jobs.find((each) => each.id === id || String(each.number) === id);
      return { ...stopped(), job: found ?? job(1) };
    },
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useNavigation.getState().go('jobs'));
  const grid = await screen.findByRole('grid', { name: 'Jobs' });
  await waitFor(() => expect(within(grid).getAllByRole('row').length).toBeGreaterThan(1));
  const numbers = (): (string | null)[] =>
    within(grid)
      .getAllByRole('row')
      .slice(1)
      .map((row) => within(row).getAllByRole('gridcell')[0]?.textContent ?? null);
  const change = (next: readonly JobView[]): void => {
    world.jobs = next;
    act(() => link.change('job'));
  };
  /** How often the window looked for what ended; the list itself asks by state. */
  const looks = (): number => link.made('job.list').filter((input) => !('state' in input)).length;
  return { grid, numbers, change, looks, user: userEvent.setup() };
}

describe('the list of jobs', () => {
  it('draws only what is in sight of a thousand stopped jobs, and counts them all', async () => {
    const many = Array.from({ length: 1000 }, (_, at) =>
      job(2000 - at, { state: 'needs-you', failure: stopped().job.failure }),
    );
    const { grid, numbers, user } = await look(many);
    expect(numbers().length).toBeLessThan(100);
    expect(numbers()[0]).toBe('2000');
    expect(screen.getByText(/^1,?000 jobs, newest first$/)).toBeTruthy();
    grid.focus();
    await user.keyboard('{End}');
    await waitFor(() => expect(numbers()).toContain('1001'));
  });

  it('keeps the blank before a name that is written from right to left', async () => {
    const { grid } = await look([job(1, { title: 'Rotate HSM protected keys: مفاتيح' })]);
    expect(grid.querySelector('bdi')?.textContent).toBe('مفاتيح');
    expect(within(grid).getByText('Rotate HSM protected keys:')).toBeTruthy();
  });

  it('shows new jobs on top while nobody is at it', async () => {
    const { numbers, change } = await look([done(2), done(1)]);
    change([job(3), done(2), done(1)]);
    await waitFor(() => expect(numbers()).toEqual(['3', '2', '1']));
  });

  it('keeps its rows under a pointer: new jobs wait until they are wanted', async () => {
    const { grid, numbers, change, user } = await look([job(2), done(1)]);
    await user.hover(within(grid).getByText('1'));
    change([job(4), job(3), done(2), done(1)]);
    expect(await screen.findByText('2 new jobs')).toBeTruthy();
    expect(numbers()).toEqual(['2', '1']);
    await waitFor(() => expect(within(grid).getAllByText('Done')).toHaveLength(2));
    await user.click(screen.getByRole('button', { name: 'Show them' }));
    expect(numbers()).toEqual(['4', '3', '2', '1']);
    expect(screen.queryByText('2 new jobs')).toBeNull();
  });

  it('keeps a row that no longer fits the filter, with its cells as they are now', async () => {
    const { grid, numbers, change, user } = await look([job(2), job(1)]);
    await user.click(screen.getByRole('button', { name: 'Under way' }));
    await user.hover(within(grid).getByText('1'));
    change([job(2), done(1)]);
    expect(await screen.findByText('1 no longer fits this list')).toBeTruthy();
    expect(await within(grid).findByText('Done')).toBeTruthy();
    expect(numbers()).toEqual(['2', '1']);
    await user.click(screen.getByRole('button', { name: 'Show the list as it is now' }));
    expect(numbers()).toEqual(['2']);
  });

  it('opens a job by Enter and by double click', async () => {
    const { grid, user } = await look([done(2), done(1)]);
    act(() => grid.focus());
    await user.keyboard('{ArrowDown}{Enter}');
    expect(useDialogs.getState().open).toEqual([{ kind: 'job', job: done(1).id }]);
    act(() => useDialogs.getState().closeAll());
    await user.dblClick(within(grid).getByText('2'));
    expect(useDialogs.getState().open).toEqual([{ kind: 'job', job: done(2).id }]);
  });

  it('says in its menu why something cannot be done', async () => {
    const { grid, user } = await look([done(1)]);
    act(() => grid.focus());
    fireEvent.keyDown(grid, { key: 'F10', shiftKey: true });
    const cancel = await screen.findByRole('menuitem', { name: /Cancel job/ });
    expect(cancel.getAttribute('aria-disabled')).toBe('true');
    expect(cancel.textContent).toContain('It has ended.');
    await user.keyboard('{Escape}');
  });

  it('tells the next page of what its menu asked for, where this one goes before the answer', async () => {
    const { grid, user } = await look([job(1, { state: 'needs-you' })]);
    if (!opened) throw new Error('no window');
    const endWatch = watchUnsaved(opened.reads, true);
    act(() => grid.focus());
    fireEvent.keyDown(grid, { key: 'F10', shiftKey: true });
    await user.click(await screen.findByRole('menuitem', { name: /^Continue/ }));
    expect(takeCutOff()).toBe('asked');
    endWatch();
  });

  it('says what is missing when a filter leaves nothing', async () => {
    const { user } = await look([done(1)]);
    await user.click(screen.getByRole('button', { name: 'Needs you' }));
    expect(await screen.findByText('No job that is Needs you.')).toBeTruthy();
  });
});

describe('the bottom line', () => {
  it('says quietly what ended elsewhere, with the way to it, and once', async () => {
    const { change, looks, user } = await look([job(2), done(1)]);
    await waitFor(() => expect(looks()).toBe(1));
    change([done(2), done(1)]);
    expect(await screen.findByText(/ledger-prod rotated. 19 s./)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Dismiss' }));
    change([done(2), done(1)]);
    await waitFor(() => expect(looks()).toBe(3));
    expect(screen.queryByText(/ledger-prod rotated/)).toBeNull();
  });
});
