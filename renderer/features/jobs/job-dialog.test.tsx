// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import type { JobDetail } from './aws-command.ts';
import { done, job, step, stopped } from './jobs.fixture.ts';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

type Script = ConstructorParameters<typeof ScriptedLink>[0];

/** The window with the dialog of one job open; `world.detail` is what the core tells. */
async function look(detail: JobDetail, more: Script = {}) {
  const world = { detail };
  const link: ScriptedLink = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'job.show': () => world.detail,
    'job.list': () => ({ jobs: [world.detail.job], next: null }),
    ...more,
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  useDialogs.getState().show({ kind: 'job', job: detail.job.id });
  const dialog = await screen.findByRole('dialog', { name: detail.job.title });
  return { world, link, dialog: within(dialog), user: userEvent.setup() };
}

describe('a job that needs somebody', () => {
  it('tells where things stand in four lines, each with its time', async () => {
    const { dialog } = await look(stopped());
    const section = dialog.getByRole('region', { name: 'Where things stand' });
    const terms = within(section).getAllByRole('term');
    expect(terms.map(({ textContent }) => textContent)).toEqual([
      'Your copies',
      'In AWS',
      'Applications',
      'Keys in use',
    ]);
    for (const line of within(section).getAllByRole('definition')) {
      expect(line.textContent).toMatch(/✓ as it should be: .+ read .*\d\d:\d\d:\d\d$/);
    }
  });

  it('has one primary button, and it goes on from where it stopped', async () => {
    const { world, link, dialog, user } = await look(stopped(), {
      'job.continue': () => {
        world.detail = { ...stopped({ state: 'running' }), next: null };
        link.change('job');
        return world.detail;
      },
    });
    const primary = dialog
      .getAllByRole('button')
      .filter(({ className }) => className.includes('MuiButton-contained'));
    expect(primary.map(({ textContent }) => textContent)).toEqual([
      'Continue from step 9 (practice)',
    ]);
    await user.click(dialog.getByRole('button', { name: /Continue from step 9/ }));
    expect(link.made('job.continue')).toEqual([{ job: stopped().job.id }]);
    expect(await dialog.findByText('Nothing: it goes on by itself.')).toBeTruthy();
  });

  it('says why going on was refused', async () => {
    const { dialog, user } = await look(stopped(), {
      'job.continue': () => {
        throw refuse('NOT_DESIGNATED');
      },
    });
    await user.click(dialog.getByRole('button', { name: /Continue from step 9/ }));
    expect((await dialog.findByRole('alert')).textContent).toContain('not the one that rotates');
  });

  it('shows the step where it stopped, opened, with what AWS said word for word', async () => {
    const { dialog, user } = await look(stopped());
    const name = dialog.getByRole('button', { name: /Move alias, needs you/ });
    expect(name.getAttribute('aria-expanded')).toBe('true');
    expect(dialog.getByText(/is not authorized to perform: kms:UpdateAlias/)).toBeTruthy();
    expect(dialog.getByText('applications see no change above this line')).toBeTruthy();
    await user.click(name);
    expect(dialog.queryByText(/is not authorized to perform/)).toBeNull();
  });

  it('asks before a cancel with what would stay, and passes the choice on', async () => {
    const { link, dialog, user } = await look(stopped(), {
      'job.cancel': () => stopped({ state: 'cancelled' }),
    });
    await user.click(dialog.getByRole('button', { name: 'Cancel job…' }));
    const ask = within(await screen.findByRole('dialog', { name: 'Cancel job 1043?' }));
    expect(await ask.findByText(/leaves KMS key a81c…40d2 in AWS/)).toBeTruthy();
    await user.click(ask.getByRole('button', { name: 'Schedule its deletion in 7 days' }));
    await waitFor(() =>
      expect(link.made('job.cancel')).toEqual([
        { job: stopped().job.id, leftover: 'schedule-deletion' },
      ]),
    );
    await waitFor(() =>
      expect(screen.queryByRole('dialog', { name: 'Cancel job 1043?' })).toBeNull(),
    );
  });

  it('offers no deletion of a KMS key that the job did not make', async () => {
    const { dialog, user } = await look({ ...stopped(), discardable: false });
    await user.click(dialog.getByRole('button', { name: 'Cancel job…' }));
    const ask = within(await screen.findByRole('dialog', { name: 'Cancel job 1043?' }));
    expect(await ask.findByText(/leaves KMS key a81c…40d2 in AWS/)).toBeTruthy();
    expect(ask.getByRole('button', { name: 'Cancel the job' })).toBeTruthy();
    expect(ask.queryByRole('button', { name: /deletion/ })).toBeNull();
  });
});

describe('other states', () => {
  it('a job that is done tells what it came to, and asks for nothing', async () => {
    const detail: JobDetail = {
      ...stopped(),
      job: done(1043, { message: 'ledger-prod rotated. Version 2 stays enabled and decrypts.' }),
      steps: [step(1), step(9)],
      next: null,
      standing: null,
    };
    const { dialog } = await look(detail);
    expect(dialog.getByText('ledger-prod rotated.')).toBeTruthy();
    expect(dialog.queryByRole('region', { name: 'Where things stand' })).toBeNull();
    expect(dialog.queryByRole('region', { name: 'What to do' })).toBeNull();
    expect(dialog.queryByRole('progressbar')).toBeNull();
  });

  it('a running one moves on by itself, in words', async () => {
    const running = (n: number): JobDetail => ({
      ...stopped(),
      job: job(1043, { step: { n, of: 9, title: `Step number ${n}` }, progress: 'waits for AWS' }),
      steps: Array.from({ length: 9 }, (_, at) =>
        step(at + 1, at + 1 < n ? {} : { state: 'waiting', beganAt: null, endedAt: null }),
      ),
      next: null,
      standing: null,
    });
    const { world, link, dialog } = await look(running(5));
    expect(dialog.getByText('step 5 of 9: Step number 5, waits for AWS')).toBeTruthy();
    const bar = dialog.getByRole('progressbar');
    expect(bar.getAttribute('aria-valuetext')).toBe('4 of 9 steps done');
    expect(dialog.getByText('See no change before step 9, Move alias')).toBeTruthy();
    world.detail = running(7);
    link.change('job');
    expect(await dialog.findByText(/^step 7 of 9/)).toBeTruthy();
  });

  it('a job that waits for the HSM asks for its PIN', async () => {
    const { dialog, user } = await look(
      { ...stopped({ state: 'waiting', failure: null }), next: null, needsPin: true },
      { 'session.snapshot': () => snapshotOf('verified', 'real', { hsm: 'pin-needed' }) },
    );
    await user.click(dialog.getByRole('button', { name: 'Enter PIN…' }));
    expect(useDialogs.getState().open.at(-1)).toEqual({ kind: 'enter-pin' });
  });
});
