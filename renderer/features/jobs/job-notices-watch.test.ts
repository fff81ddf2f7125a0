// @vitest-environment jsdom
import { expect, it, vi } from 'vitest';
import { clientOver } from '../../client/client.ts';
import { LinkLost } from '../../client/link.ts';
import { useNotices } from '../../state/notices.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { jobShown } from '../plans/plan.fixture.ts';
import { watchJobs } from './job-notices-watch.ts';
import { began, done, job } from './test-jobs.fixture.ts';

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
