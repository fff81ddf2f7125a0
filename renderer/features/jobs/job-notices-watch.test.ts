// @vitest-environment jsdom
import { expect, it, onTestFinished, vi } from 'vitest';
import { clientOver } from '../../client/client.ts';
import { LinkLost } from '../../client/link.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useNotices } from '../../state/notices.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { jobShown } from '../plans/plan.fixture.ts';
import { watchJobs } from './job-notices-watch.ts';
import { began, done, job } from './jobs.fixture.ts';

it('tells of an older job that ended although the connection broke while it was looked at', async () => {
  const newest = [job(5_000)];
  const old = { ...done(7), id: '0190aaaa-0000-7000-8000-0000000000c7' };
  const world = { lost: false };
  const link = new ScriptedLink({
    'job.list': () => {
      if (world.lost) throw new LinkLost();
      return { jobs: newest, next: null };
    },
    'job.show': () => ({ ...jobShown(), job: old }),
  });
  const end = watchJobs(link, clientOver(link), 'a keystore', began);
  const looked = () => link.made('job.list').length;
  await vi.waitFor(() => expect(looked()).toBe(1));
  world.lost = true;
  link.changeOf('job', [old.id]);
  await vi.waitFor(() => expect(looked()).toBe(2));
  world.lost = false;
  // The state was told once before the break; it is told again after it.
  link.state({ kind: 'open' });
  await vi.waitFor(() =>
    expect(useNotices.getState().latest?.text).toBe('ledger-prod rotated. 19 s.'),
  );
  end();
});

it('takes back that a job needs somebody once it went on under their eyes', async () => {
  const world = { now: job(6) };
  const link = new ScriptedLink({ 'job.list': () => ({ jobs: [world.now], next: null }) });
  const end = watchJobs(link, clientOver(link), 'another keystore', began);
  const looked = (times: number) =>
    vi.waitFor(() => expect(link.made('job.list')).toHaveLength(times));
  await looked(1);
  world.now = job(6, { state: 'needs-you', message: 'AWS did not allow this.' });
  link.changeOf('job', [world.now.id]);
  await vi.waitFor(() => expect(useNotices.getState().latest?.text).toMatch(/ needs you: /));
  // Its dialog is open: how it ends is seen there, and not told a second time.
  useDialogs.getState().show({ kind: 'job', job: world.now.id });
  world.now = done(6);
  link.changeOf('job', [world.now.id]);
  await vi.waitFor(() => expect(useNotices.getState().latest).toBeNull());
  end();
  useDialogs.getState().closeAll();
});

it('knows of a running job at once, so that it tells of one that ends right after', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const world = { now: job(7) };
  const link = new ScriptedLink({ 'job.list': () => ({ jobs: [world.now], next: null }) });
  const end = watchJobs(link, clientOver(link), 'a third keystore', began);
  await vi.advanceTimersByTimeAsync(1);
  world.now = { ...done(7), endedAt: began };
  link.changeOf('job', [world.now.id]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(useNotices.getState().latest?.text).toContain('ledger-prod rotated.');
  end();
});
