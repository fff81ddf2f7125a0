import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { changed } from '../support/effects.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf, requireTrueStanding } from '../support/truth.ts';
import { ended, newestJob, parkedRotation } from './stage.ts';

let aws: OutsideAws;
let desk: Desk;
const clock = new HurriedClock();

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock });
});
afterEach(async () => {
  await aws.misbehave();
  await aws.allow();
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const kmsIdOf = async (key: string): Promise<string> =>
  (await desk.call('key.show', { key })).remote?.keyId ?? '';
const disable = (KeyId: string) => aws.kms().send(new DisableKeyCommand({ KeyId }));
const enable = (KeyId: string) => aws.kms().send(new EnableKeyCommand({ KeyId }));

async function withTwo(group: string): Promise<readonly [string, string]> {
  await desk.addGroup(group);
  await desk.rotated(group);
  await desk.rotated(group);
  return [await kmsIdOf(`${group}/1`), await kmsIdOf(`${group}/2`)];
}

describe('the key that is to hold the alias was disabled in AWS while the job stopped', () => {
  it('a rotation does not move the alias to it; enabled again, it does', async () => {
    await desk.addGroup('rotation');
    await desk.rotated('rotation');
    const parked = await parkedRotation({ desk, aws }, 'rotation', 'alias');
    const [former, made] = [await kmsIdOf('rotation/1'), await kmsIdOf('rotation/2')];
    await disable(made);
    const since = await aws.mark();
    const stopped = await desk.goOn(parked.job.id);
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped)).toMatchObject({
      code: 'KEY_NOT_ENABLED',
      details: { version: 2, state: 'Disabled' },
    });
    expect(await aws.holder('alias/rotation')).toBe(former);
    expect(await aws.calls(since)).not.toContain('UpdateAlias');
    await requireTrueStanding(desk, aws, stopped);
    await enable(made);
    requireDone(await desk.goOn(parked.job.id));
    expect(await aws.holder('alias/rotation')).toBe(made);
  });

  it('nor where the alias was asked for and nobody knows whether it moved', async () => {
    await desk.addGroup('unsure');
    await desk.rotated('unsure');
    desk.at('group.force-rotate:alias:before-intent', () =>
      aws.controlNow('POST /mischief', {
        operations: { UpdateAlias: { dropBeforeEffect: 1_000_000 } },
      }),
    );
    const parked = await desk.rotate('unsure');
    expect(parked.job.state).toBe('needs-you');
    await aws.misbehave();
    await disable(await kmsIdOf('unsure/2'));
    const stopped = await desk.goOn(parked.job.id);
    expect(failureOf(stopped).code).toBe('KEY_NOT_ENABLED');
    expect(await aws.holder('alias/unsure')).toBe(await kmsIdOf('unsure/1'));
  });

  it('Make Active does not move the alias to it either', async () => {
    const [first, second] = await withTwo('back');
    const foreign = await aws.makeKey();
    desk.at('key.make-active:alias:before-intent', () =>
      aws.callNow('UpdateAlias', { AliasName: 'alias/back', TargetKeyId: foreign }),
    );
    const parked = await desk.makeActive('back/1');
    expect(parked.job.state).toBe('needs-you');
    expect(failureOf(parked).code).toBe('ALIAS_HELD_ELSEWHERE');
    await aws.pointAlias('alias/back', second);
    await disable(first);
    const since = await aws.mark();
    const stopped = await desk.goOn(parked.job.id);
    expect(failureOf(stopped)).toMatchObject({
      code: 'KEY_NOT_ENABLED',
      details: { version: 1, state: 'Disabled' },
    });
    expect(await aws.holder('alias/back')).toBe(second);
    expect(await aws.calls(since)).not.toContain('UpdateAlias');
    await enable(first);
    requireDone(await desk.makeActive('back/1'));
  });
});

describe('a key that was changed by hand a moment before its alias moves', () => {
  it('disabled after the check of Make Active: the alias stays, and once enabled it moves', async () => {
    const [first, second] = await withTwo('moment');
    desk.at('key.make-active:alias:before-intent', () =>
      aws.callNow('DisableKey', { KeyId: first }),
    );
    const since = await aws.mark();
    const stopped = await desk.makeActive('moment/1');
    expect(failureOf(stopped)).toMatchObject({
      code: 'KEY_NOT_ENABLED',
      details: { version: 1, state: 'Disabled' },
    });
    expect(await aws.holder('alias/moment')).toBe(second);
    expect(await aws.calls(since)).not.toContain('UpdateAlias');
    await requireTrueStanding(desk, aws, stopped);
    await enable(first);
    requireDone(
      stopped.job.state === 'needs-you'
        ? await desk.goOn(stopped.job.id)
        : await desk.makeActive('moment/1'),
    );
  });

  it('scheduled for deletion after the confirming of a rotation: the alias stays', async () => {
    await desk.addGroup('condemned');
    await desk.rotated('condemned');
    const former = await kmsIdOf('condemned/1');
    const keys = new Set((await aws.held()).keys.map(({ metadata }) => metadata.KeyId));
    desk.at('group.force-rotate:alias:before-intent', () =>
      aws.callNow('ScheduleKeyDeletion', {
        KeyId: aws.newestKeyNow(keys),
        PendingWindowInDays: 7,
      }),
    );
    const stopped = await desk.rotate('condemned');
    expect(failureOf(stopped)).toMatchObject({
      code: 'KEY_NOT_ENABLED',
      details: { version: 2, state: 'PendingDeletion' },
    });
    expect(await aws.holder('alias/condemned')).toBe(former);
    await requireTrueStanding(desk, aws, stopped);
  });

  it('our clock was set back since the key was read: it is read again all the same', async () => {
    const [first, second] = await withTwo('set-back');
    clock.wallAhead = 2 * 60_000;
    expect((await desk.call('key.check', { key: 'set-back/1' })).remote?.state).toBe('Enabled');
    desk.at('key.make-active:alias:before-intent', () => {
      clock.wallAhead = -60_000;
      aws.callNow('DisableKey', { KeyId: first });
    });
    const stopped = await desk.makeActive('set-back/1');
    clock.wallAhead = 0;
    expect(failureOf(stopped).code).toBe('KEY_NOT_ENABLED');
    expect(await aws.holder('alias/set-back')).toBe(second);
  });
});

describe('the former key is the one that held the alias when it moved', () => {
  const disableAfter = { disableAfterRotating: true, disableWaitDays: 30 };
  const jobsToDisable = async (group: string): Promise<readonly string[]> => {
    const { jobs } = await desk.call('job.list', { group, state: ['waiting'] });
    return jobs.filter(({ kind }) => kind === 'key.disable').map(({ title }) => title);
  };
  const lifecycles = async (group: string): Promise<readonly string[]> => {
    const { keys } = await desk.call('key.list', { group });
    return keys.toSorted((a, b) => a.version - b.version).map(({ lifecycle }) => lifecycle);
  };

  it.each([
    { how: 'answered', trouble: {} },
    { how: 'answer lost', trouble: { UpdateAlias: { loseResponseAfterEffect: 1_000_000 } } },
  ])(
    'moved to version 1 behind our back ($how): version 1 is disabled',
    async ({ how, trouble }) => {
      const group = `former-${how.replace(' ', '-')}`;
      const [first] = await withTwo(group);
      await aws.pointAlias(`alias/${group}`, first);
      await desk.call('group.edit', { group, changes: disableAfter });
      const plan = await desk.plan(group);
      expect(plan.changes).toContain(`alias/${group}: version 1 → version 3`);
      expect(plan.changes).toContain('Version 1 is disabled 30 days later, by a job you can stop');
      desk.at('group.force-rotate:alias:before-intent', () =>
        aws.controlNow('POST /mischief', { operations: trouble }),
      );
      const done = await desk.rotate(group);
      await aws.misbehave();
      requireDone(done.job.state === 'needs-you' ? await desk.goOn(done.job.id) : done);
      expect(await jobsToDisable(group)).toEqual([`Disable former key: ${group}/1`]);
      expect(await lifecycles(group)).toEqual(['deactivated', 'deactivated', 'active']);
    },
  );

  it('moved at the last moment: what the moving step read counts', async () => {
    const [first] = await withTwo('last-moment');
    await desk.call('group.edit', { group: 'last-moment', changes: disableAfter });
    desk.at('group.force-rotate:alias:before-intent', () =>
      aws.callNow('UpdateAlias', { AliasName: 'alias/last-moment', TargetKeyId: first }),
    );
    requireDone(await desk.rotate('last-moment'));
    expect(await jobsToDisable('last-moment')).toEqual(['Disable former key: last-moment/1']);
  });
});

describe('a key that gave up the alias a second time', () => {
  it('stays enabled for as many days from then on, and nothing is left of the former date', async () => {
    await desk.addGroup('twice', { disableAfterRotating: true, disableWaitDays: 2 });
    await desk.rotated('twice');
    await desk.rotated('twice');
    const disabling = async () => {
      const { jobs } = await desk.call('job.list', { group: 'twice' });
      return jobs.filter(({ kind, title }) => kind === 'key.disable' && title.endsWith('/1'));
    };
    const [first] = await disabling();
    requireDone(await desk.makeActive('twice/1'));
    const again = await desk.rotate('twice');
    requireDone(again);
    const [second, ...others] = await disabling();
    expect(others).toEqual([]);
    expect(second).toMatchObject({ id: first?.id, state: 'waiting' });
    const from = again.job.startedAt ?? Number.NaN;
    expect(second?.notBefore).toBeGreaterThanOrEqual(from + 2 * 86_400_000);
  });
});

describe('an alias held elsewhere is adopted as it was planned, or not at all', () => {
  /** Whether the group may move the alias from that key, by what a plan without adopting says. */
  const adopted = async (group: string, keyId: string): Promise<boolean> => {
    await aws.pointAlias(`alias/${group}`, keyId);
    const { blocked } = await desk.plan(group);
    if (blocked) expect(blocked.code).toBe('ALIAS_HELD_ELSEWHERE');
    return blocked === null;
  };

  it('a number that is of no plan adopts nothing, though a job is under way to join', async () => {
    await desk.addGroup('joined');
    await desk.rotated('joined');
    const parked = await parkedRotation({ desk, aws }, 'joined', 'alias');
    const foreign = await aws.makeKey();
    await aws.pointAlias('alias/joined', foreign);
    const start = { group: 'joined', plan: 'abcdef123456', adopt: true };
    expect((await desk.refused('group.forceRotate', start)).code).toBe('PLAN_CHANGED');
    expect(await adopted('joined', foreign)).toBe(false);
    const stopped = await desk.goOn(parked.job.id);
    expect(failureOf(stopped).code).toBe('ALIAS_HELD_ELSEWHERE');
    expect(await aws.holder('alias/joined')).toBe(foreign);
  });

  it('nor does the true number of a plan, while another job runs', async () => {
    await desk.addGroup('beside');
    await desk.rotated('beside');
    const parked = await parkedRotation({ desk, aws }, 'beside', 'alias');
    const foreign = await aws.makeKey();
    await aws.pointAlias('alias/beside', foreign);
    const { number } = await desk.plan('beside', true);
    await desk.call('group.forceRotate', { group: 'beside', plan: number, adopt: true });
    expect(await adopted('beside', foreign)).toBe(false);
    await desk.call('job.cancel', { job: parked.job.id });
    expect(await adopted('beside', foreign)).toBe(false);
  });

  it('the alias moved to yet another key since the plan: nothing runs, nothing is adopted', async () => {
    await desk.addGroup('moved-on');
    const [one, two] = [await aws.makeKey(), await aws.makeKey()];
    await aws.pointAlias('alias/moved-on', one);
    const shown = await desk.plan('moved-on', true);
    expect(shown.changes.join()).toContain(`KMS key ${one} is adopted`);
    await aws.pointAlias('alias/moved-on', two);
    const start = { group: 'moved-on', plan: shown.number, adopt: true };
    expect((await desk.refused('group.forceRotate', start)).code).toBe('PLAN_CHANGED');
    expect(await newestJob(desk, 'moved-on', 'group.force-rotate')).toBeNull();
    expect(await adopted('moved-on', two)).toBe(false);
    expect(await adopted('moved-on', one)).toBe(false);
  });

  it('the alias moves on after the start: only the key of the plan was adopted', async () => {
    await desk.addGroup('too-late');
    const [one, two] = [await aws.makeKey(), await aws.makeKey()];
    await aws.pointAlias('alias/too-late', one);
    desk.at('group.force-rotate:check:before-intent', () =>
      aws.callNow('UpdateAlias', { AliasName: 'alias/too-late', TargetKeyId: two }),
    );
    const stopped = await desk.rotate('too-late', true);
    expect(failureOf(stopped).code).toBe('ALIAS_HELD_ELSEWHERE');
    expect(await aws.holder('alias/too-late')).toBe(two);
    expect(await adopted('too-late', two)).toBe(false);
    expect(await adopted('too-late', one)).toBe(true);
  });
});

describe('two groups that name one waiting key', () => {
  it('one after the other: the second is told that it is taken', async () => {
    const keyId = await aws.makeKey('EXTERNAL');
    await desk.addGroup('first', { activeKeyId: keyId });
    await desk.addGroup('second', { activeKeyId: keyId });
    const { number } = await desk.plan('second');
    desk.at('group.force-rotate:create:before-intent', () => {
      desk.at('group.force-rotate:create:before-intent', () => undefined);
    });
    const first = await desk.begin('first');
    const second = await desk.call('group.forceRotate', { group: 'second', plan: number });
    await requireOneTaken([first, second.jobId], keyId);
  });

  it('both at the same moment: one has it, the other is told so', async () => {
    const keyId = await aws.makeKey('EXTERNAL');
    const groups = ['left', 'right'].map((side) => `${side}-${keyId}`);
    const plans = [];
    for (const group of groups) {
      await desk.addGroup(group, { activeKeyId: keyId });
      plans.push({ group, plan: (await desk.plan(group)).number });
    }
    // Both have looked before either has written that it is taken.
    await aws.misbehave({ operations: { DescribeKey: { latencyMs: 400 } } });
    const jobs = await Promise.all(plans.map((given) => desk.call('group.forceRotate', given)));
    await requireOneTaken(
      jobs.map(({ jobId }) => jobId),
      keyId,
    );
  });

  async function requireOneTaken(jobs: readonly string[], keyId: string): Promise<void> {
    const since = await aws.mark();
    const all = await Promise.all(jobs.map((job) => desk.settled(job)));
    await aws.misbehave();
    expect(all.map(({ job }) => job.state).toSorted()[0]).toBe('done');
    const failed = all.find(({ job }) => job.state !== 'done');
    if (!failed) throw new Error('both are done');
    expect(failureOf(failed)).toMatchObject({
      code: 'ACTIVE_KEY_UNUSABLE',
      details: { key: keyId, problem: 'it is a key of another group here' },
    });
    await requireTrueStanding(desk, aws, failed);
    expect((await changed(aws, since)).created).toBe(0);
    // Continued, it finds the same; given up, nothing of it is in AWS.
    if (failed.job.state === 'needs-you') {
      expect(failureOf(await desk.goOn(failed.job.id)).code).toBe('ACTIVE_KEY_UNUSABLE');
      await desk.call('job.cancel', { job: failed.job.id });
    }
    expect((await aws.key(keyId)).materials).toHaveLength(1);
  }
});

it('a job that waits for its day is found by its group', async () => {
  expect(await newestJob(desk, 'last-moment', 'key.disable')).not.toBeNull();
  expect((await ended(desk, 'rotation', 'group.force-rotate')).job.state).toBe('done');
});
