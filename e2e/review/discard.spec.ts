import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf } from '../support/truth.ts';
import { ended, newestJob, parkedRotation, type ParkingStep } from './stage.ts';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock: new HurriedClock() });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

afterEach(async () => {
  await aws.misbehave();
  await aws.allow();
});

const leftover = 'schedule-deletion' as const;
const kmsIdOf = async (key: string, at = desk): Promise<string> =>
  (await at.call('key.show', { key })).remote?.keyId ?? '';
const stateOf = async (key: string, at = desk): Promise<string> =>
  (await aws.key(await kmsIdOf(key, at))).metadata.KeyState;
const deletions = async (since: number): Promise<number> =>
  (await aws.calls(since)).filter((operation) => operation === 'ScheduleKeyDeletion').length;

/** A group with one version, which holds the alias. */
async function withOne(group: string): Promise<void> {
  await desk.addGroup(group);
  await desk.rotated(group);
}

/** Nothing uses the key: its deletion is scheduled, by a job of its own, and that is told. */
async function requireDiscarded(group: string, key: string, at = desk): Promise<void> {
  const done = await ended(at, group, 'key.discard');
  requireDone(done);
  expect(done.job.title).toBe(`Discard unused KMS key: ${key}`);
  expect(await stateOf(key, at)).toBe('PendingDeletion');
  const shown = await at.call('key.show', { key });
  expect(shown.remote?.state).toBe('PendingDeletion');
  expect(shown.history.map(({ text }) => text)).toContain(
    'Its KMS key was scheduled for deletion, as its job was cancelled',
  );
}

/** The key is in use: the job that was to discard it stops, and says why. */
async function requireSpared(group: string, reason: unknown): Promise<void> {
  const stopped = await ended(desk, group, 'key.discard');
  expect(stopped.job.state).toBe('stopped-nothing-changed');
  expect(failureOf(stopped)).toMatchObject({ code: 'NOTHING_TO_DO', details: { reason } });
}

describe('a rotation is cancelled with the wish to delete what it leaves', () => {
  it.each<ParkingStep>(['parameters', 'import', 'confirm', 'alias'])(
    'while it needs a person at %s',
    async (step) => {
      const group = `parked-${step}`;
      await withOne(group);
      const parked = await parkedRotation({ desk, aws }, group, step);
      const cancelled = await desk.call('job.cancel', { job: parked.job.id, leftover });
      expect(cancelled.job.state).toBe('cancelled');
      await requireDiscarded(group, `${group}/2`);
      expect(await stateOf(`${group}/1`)).toBe('Enabled');
      expect(await aws.holder(`alias/${group}`)).toBe(await kmsIdOf(`${group}/1`));
      requireDone(await desk.rotate(group));
    },
  );

  it('without that wish the key stays as it is', async () => {
    await withOne('left');
    const parked = await parkedRotation({ desk, aws }, 'left', 'import');
    await desk.call('job.cancel', { job: parked.job.id });
    expect(await newestJob(desk, 'left', 'key.discard')).toBeNull();
    expect(await stateOf('left/2')).toBe('PendingImport');
  });

  it('with nothing in AWS yet there is nothing to delete', async () => {
    await withOne('early');
    const parked = await parkedRotation({ desk, aws }, 'early', 'create');
    await desk.call('job.cancel', { job: parked.job.id, leftover });
    expect(await newestJob(desk, 'early', 'key.discard')).toBeNull();
  });

  it('while nobody knows whether a KMS key was made: when it was found', async () => {
    await withOne('orphan');
    desk.at('group.force-rotate:create:before-intent', () => {
      const operations = { CreateKey: { loseResponseAfterEffect: 1 }, ListKeys: { http500: 4 } };
      aws.controlNow('POST /mischief', { operations });
    });
    const job = await desk.begin('orphan');
    await desk.until(job, ({ steps }) =>
      steps.some(({ calls }) => calls.some(({ call }) => call === 'CreateKey')),
    );
    await desk.call('job.cancel', { job, leftover });
    const cancelled = await desk.settled(job);
    expect(cancelled.job.state).toBe('cancelled');
    await aws.misbehave();
    await requireDiscarded('orphan', 'orphan/2');
  });

  it('during the step that imports: after that step', async () => {
    await withOne('running');
    const asked: Promise<Detail>[] = [];
    desk.at('aws:ImportKeyMaterial:sent', () => {
      asked.push(askNow('running'));
    });
    const cancelled = await desk.rotate('running');
    expect((await asked[0])?.job.state).toBe('running');
    expect(cancelled.job.state).toBe('cancelled');
    expect(cancelled.steps.find(({ name }) => name === 'import')?.state).toBe('done');
    await requireDiscarded('running', 'running/2');
    expect(await aws.holder('alias/running')).toBe(await kmsIdOf('running/1'));
  });

  it('during the step that moves the alias: it commits, and nothing is deleted, ever', async () => {
    await withOne('commits');
    const since = await aws.mark();
    const asked: Promise<Detail>[] = [];
    desk.at('aws:UpdateAlias:sent', () => {
      asked.push(askNow('commits'));
    });
    const done = await desk.rotate('commits');
    await asked[0];
    requireDone(done);
    const refused = await desk.refused('job.cancel', { job: done.job.id, leftover });
    expect(refused.code).toBe('JOB_NOT_CANCELLABLE');
    requireDone(await desk.rotate('commits'));
    expect(await newestJob(desk, 'commits', 'key.discard')).toBeNull();
    expect(await stateOf('commits/2')).toBe('Enabled');
    expect(await deletions(since)).toBe(0);
  });

  it('asked again without that wish before the step ends: the last word counts', async () => {
    await withOne('changed-mind');
    const asked: Promise<Detail>[] = [];
    desk.at('aws:ImportKeyMaterial:sent', () => {
      const first = askNow('changed-mind');
      const bothHeard = async (): Promise<Detail> => {
        const { job } = await first;
        const second = await desk.call('job.cancel', { job: job.id, leftover: 'leave' });
        // The step ends now.
        await aws.misbehave();
        return second;
      };
      asked.push(bothHeard());
    });
    const operations = { ImportKeyMaterial: { latencyMs: 100_000 } };
    await aws.misbehave({ operations });
    const cancelled = await desk.rotate('changed-mind');
    expect((await asked[0])?.job.state).toBe('running');
    expect(cancelled.job.state).toBe('cancelled');
    expect(await newestJob(desk, 'changed-mind', 'key.discard')).toBeNull();
    expect(await stateOf('changed-mind/2')).toBe('Enabled');
  });

  it('and the core starts anew before the cancel takes effect: the wish is still there', async () => {
    await withOne('restart');
    desk.at('group.force-rotate:create:before-intent', () => {
      const operations = {
        CreateKey: { loseResponseAfterEffect: 1 },
        ListKeys: { dropBeforeEffect: 1_000_000 },
      };
      aws.controlNow('POST /mischief', { operations });
    });
    const job = await desk.begin('restart');
    await desk.until(job, (detail) => detail.job.state === 'checking');
    const asked = await desk.call('job.cancel', { job, leftover });
    expect(asked.job.state).toBe('checking');
    expect(asked.job.progress).toMatch(
      /^is cancelled after this step, unless its deed is done by then/,
    );
    await desk.core.stop();
    await aws.misbehave();
    const { folder } = desk;
    await using after = new Desk({ folder, clock: new HurriedClock() });
    await after.unlock();
    expect((await after.settled(job)).job.state).toBe('cancelled');
    await requireDiscarded('restart', 'restart/2', after);
    await after.core.stop();
    desk = new Desk({ folder, clock: new HurriedClock() });
    await desk.unlock();
  });
});

/** Asks while a step runs: nothing is awaited there. */
async function askNow(group: string): Promise<Detail> {
  const job = await newestJob(desk, group, 'group.force-rotate');
  return desk.call('job.cancel', { job: job?.id ?? '', leftover });
}

describe('what may be in use is not deleted', () => {
  it('the alias was pointed at the new key by somebody else', async () => {
    await withOne('pointed');
    const parked = await parkedRotation({ desk, aws }, 'pointed', 'alias');
    await aws.pointAlias('alias/pointed', await kmsIdOf('pointed/2'));
    await desk.call('job.cancel', { job: parked.job.id, leftover });
    await requireSpared('pointed', 'version 2 holds alias/pointed');
    expect(await stateOf('pointed/2')).toBe('Enabled');
  });

  it('the alias is pointed at it between looking and acting', async () => {
    await withOne('between');
    const parked = await parkedRotation({ desk, aws }, 'between', 'alias');
    const TargetKeyId = await kmsIdOf('between/2');
    desk.at('key.discard:schedule:before-intent', () =>
      aws.callNow('UpdateAlias', { AliasName: 'alias/between', TargetKeyId }),
    );
    await desk.call('job.cancel', { job: parked.job.id, leftover });
    await requireSpared('between', 'version 2 holds alias/between');
    expect(await stateOf('between/2')).toBe('Enabled');
  });

  it('it was made active meanwhile, even if it does not hold the alias any more', async () => {
    await withOne('active');
    const parked = await parkedRotation({ desk, aws }, 'active', 'alias');
    const plan = await desk.call('group.planMakeActive', { key: 'active/2' });
    const { jobId } = await desk.call('group.makeActive', { key: 'active/2', plan: plan.number });
    const TargetKeyId = await kmsIdOf('active/1');
    desk.at('key.discard:check:before-intent', () =>
      aws.callNow('UpdateAlias', { AliasName: 'alias/active', TargetKeyId }),
    );
    await desk.call('job.cancel', { job: parked.job.id, leftover });
    requireDone(await desk.settled(jobId));
    await requireSpared('active', 'version 2 was active');
    expect(await stateOf('active/2')).toBe('Enabled');
  });

  it('another alias was pointed at it, or it was used by its id', async () => {
    await withOne('elsewhere');
    for (const [version, use, reason] of [
      [2, aws.pointAlias.bind(aws, 'alias/other'), 'alias/other names version 2'],
      [3, (keyId: string) => aws.encrypt(keyId, 'by its id'), /^version 3 was used on /],
    ] as const) {
      const parked = await parkedRotation({ desk, aws }, 'elsewhere', 'alias');
      const keyId = await kmsIdOf(`elsewhere/${version}`);
      await use(keyId);
      await desk.call('job.cancel', { job: parked.job.id, leftover });
      await requireSpared('elsewhere', expect.stringMatching(reason));
      expect((await aws.key(keyId)).metadata.KeyState).toBe('Enabled');
    }
  });

  it('somebody else made the KMS key that waited for material', async () => {
    const keyId = await aws.makeKey('EXTERNAL');
    await desk.addGroup('theirs', { activeKeyId: keyId });
    const parked = await parkedRotation({ desk, aws }, 'theirs', 'import');
    await desk.call('job.cancel', { job: parked.job.id, leftover });
    await requireSpared('theirs', 'its KMS key was not made by this keystore');
    expect((await aws.key(keyId)).metadata.KeyState).toBe('PendingImport');
  });
});

describe('AWS does not let it look, or act: it waits for a person, who can have it go on', () => {
  const actions = ['kms:ListAliases', 'kms:GetKeyLastUsage', 'kms:ScheduleKeyDeletion'];

  it.each(actions)('without %s', async (action) => {
    const group = action.slice(4).toLowerCase();
    await withOne(group);
    const parked = await parkedRotation({ desk, aws }, group, 'alias');
    desk.at('key.discard:check:before-intent', () =>
      aws.controlNow('POST /deny', { actions: [action] }),
    );
    await desk.call('job.cancel', { job: parked.job.id, leftover });
    const stopped = await ended(desk, group, 'key.discard');
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped)).toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      details: { permission: action },
    });
    expect(await stateOf(`${group}/2`)).toBe('Enabled');
    await aws.allow();
    requireDone(await desk.goOn(stopped.job.id));
    await requireDiscarded(group, `${group}/2`);
  });
});
