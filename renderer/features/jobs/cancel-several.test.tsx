// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobView } from '../../../shared/contract/job.ts';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useLocking } from '../../state/locking.ts';
import { useNavigation } from '../../state/navigation.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOfAnother } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import type { JobDetail } from './aws-command.ts';
import { mostAtOnce } from './cancel-words.ts';
import { done, job, stopped } from './jobs.fixture.ts';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const needsYou = (number: number): JobView => job(number, { state: 'needs-you' });
const nothingLeft = 'Cancel now leaves nothing behind.';

/** Jobs of which only the first one made a KMS key. */
const detailOf = (view: JobView, first: boolean): JobDetail => ({
  ...stopped(),
  job: view,
  ...(first ? {} : { leftovers: nothingLeft, discardable: false, commitStep: null }),
});

async function look(
  jobs: readonly JobView[],
  fails: Readonly<Record<number, FailureCode>> = {},
  /** What is refused is refused only then. */
  until: Promise<void> = Promise.resolve(),
) {
  const world = { jobs };
  const snapshot = snapshotOfAnother();
  const find = (id: string): JobDetail => {
    const view = world.jobs.find((each) => each.id === id) ?? job(1);
    return detailOf(view, view.number === jobs[0]?.number);
  };
  const set = (id: string, view: (was: JobView) => JobView): JobDetail => {
    world.jobs = world.jobs.map((each) => (each.id === id ? view(each) : each));
    act(() => link.change('job'));
    return find(id);
  };
  const link: ScriptedLink = new ScriptedLink({
    'session.snapshot': () => snapshot,
    'job.list': () => ({ jobs: [...world.jobs], next: null }),
    'job.show': ({ job: id }) => find(id),
    'job.cancel': async ({ job: id }) => {
      const code = fails[find(id).job.number];
      if (code !== undefined) {
        await until;
        throw refuse(code);
      }
      return set(id, (was) => ({
        ...was,
        state: 'cancelled',
        endedAt: was.createdAt,
        message: 'Cancelled.',
      }));
    },
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useNavigation.getState().go('jobs'));
  const grid = await screen.findByRole('grid', { name: 'Jobs' });
  await waitFor(() => expect(within(grid).getAllByRole('row').length).toBeGreaterThan(1));
  const user = userEvent.setup();
  act(() => grid.focus());
  await user.keyboard('{Control>}a{/Control}');
  return { grid, link, user, set };
}

const ask = async (user: ReturnType<typeof userEvent.setup>, count: number) => {
  await user.click(await screen.findByRole('button', { name: `Cancel ${count} jobs…` }));
  const dialog = await screen.findByRole('dialog', { name: `Cancel ${count} jobs?` });
  const deed = () => within(dialog).getByRole('button', { name: /^Cancel \d+ jobs?$/ });
  await waitFor(() => expect(deed().getAttribute('aria-disabled')).toBeNull());
  return { dialog: within(dialog), deed };
};

describe('cancelling several jobs', () => {
  it('says of each what it would leave, and asks once', async () => {
    const { link, user } = await look([needsYou(3), needsYou(2), done(1)]);
    expect(screen.getByText('3 jobs, newest first · 3 chosen')).toBeTruthy();
    // What ends before the bottom line has looked once is no news to it.
    await waitFor(() => expect(link.made('job.list')).toContainEqual({ limit: 100 }));
    const { dialog, deed } = await ask(user, 2);
    const told = dialog.getAllByRole('listitem').map(({ textContent }) => textContent);
    expect(told).toHaveLength(2);
    expect(told[0]).toContain(stopped().leftovers);
    expect(told[1]).toContain(nothingLeft);
    expect(document.activeElement?.textContent).toBe('Keep the jobs');
    await user.click(dialog.getByRole('radio', { name: /^Schedule its deletion in 7 days/ }));
    const button = deed();
    // Twice before anything is drawn anew.
    act(() => {
      button.click();
      button.click();
    });
    await waitFor(() => expect(useDialogs.getState().open).toEqual([]));
    expect(link.made('job.cancel')).toEqual([
      { job: needsYou(3).id, leftover: 'schedule-deletion' },
      { job: needsYou(2).id, leftover: 'leave' },
    ]);
    // In one line where both were read at once, else one after the other.
    expect(await screen.findByText(/^2 jobs: 2 cancelled\.$|: cancelled\.$/)).toBeTruthy();
  });

  it('does not ask for one that ended meanwhile, and says that it did', async () => {
    const { link, user, set } = await look([needsYou(3), needsYou(2), needsYou(1)]);
    const { dialog, deed } = await ask(user, 3);
    set(needsYou(2).id, () => done(2));
    expect(await dialog.findByText(/^It has ended: Done: Rotate/)).toBeTruthy();
    expect(deed().textContent).toBe('Cancel 2 jobs');
    await user.click(deed());
    await waitFor(() => expect(useDialogs.getState().open).toEqual([]));
    expect(link.made('job.cancel').map((each) => (each as { job: string }).job)).toEqual([
      needsYou(3).id,
      needsYou(1).id,
    ]);
  });

  it('goes on after one that cannot be cancelled, and stays to say so', async () => {
    const { link, user } = await look([needsYou(3), needsYou(2), needsYou(1)], {
      2: 'JOB_NOT_CANCELLABLE',
    });
    const { dialog, deed } = await ask(user, 3);
    await user.click(deed());
    expect((await dialog.findByRole('alert')).textContent).toContain('can no longer be cancelled');
    expect(link.made('job.cancel')).toHaveLength(3);
    await waitFor(() => expect(deed().textContent).toBe('Cancel 1 job'));
  });

  it('asks for no further one where something else is in the way', async () => {
    const { link, user } = await look([needsYou(3), needsYou(2)], { 3: 'KEYSTORE_LOCKED' });
    const { dialog, deed } = await ask(user, 2);
    await user.click(deed());
    expect((await dialog.findByRole('alert')).textContent).toContain('locked');
    expect(link.made('job.cancel')).toHaveLength(1);
  });

  it('says how far it is, and after a lock how far it came', async () => {
    const held = Promise.withResolvers<void>();
    const jobs = [needsYou(4), needsYou(3), needsYou(2), needsYou(1)];
    const { user } = await look(jobs, { 2: 'KEYSTORE_LOCKED' }, held.promise);
    const { dialog, deed } = await ask(user, 4);
    await user.click(deed());
    await dialog.findByRole('button', { name: 'Cancelling 3 of 4…' });
    const [kept] = useDialogs.getState().open;
    // A lock takes the dialog off the screen before it is answered.
    act(() => useLocking.getState().begin(0));
    expect(screen.queryByRole('dialog')).toBeNull();
    await act(async () => {
      held.resolve();
      await held.promise;
    });
    act(() => useLocking.getState().end());
    expect(useDialogs.getState().open).toEqual([kept]);
    expect(
      await screen.findByText('2 of 4 jobs were cancelled; the other 2 stay as they are.'),
    ).toBeTruthy();
    await screen.findByRole('button', { name: 'Cancel 2 jobs' });
  });

  it('is in the menu of jobs that are chosen together, and says why it cannot be', async () => {
    const { grid, user } = await look([done(2), done(1)]);
    fireEvent.keyDown(grid, { key: 'F10', shiftKey: true });
    const menu = await screen.findByRole('menu', { name: '2 jobs' });
    const item = within(menu).getByRole('menuitem');
    expect(item.textContent).toBe('Cancel 0 jobs…They have ended.');
    await user.keyboard('{Escape}');
  });

  it('takes so many at once that each can be looked at', async () => {
    const many = Array.from({ length: mostAtOnce + 1 }, (_, at) => needsYou(at + 1));
    await look(many);
    const button = await screen.findByRole('button', { name: `Cancel ${many.length} jobs…` });
    expect(button.getAttribute('aria-disabled')).toBe('true');
  });
});
