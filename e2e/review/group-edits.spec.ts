import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../../shared/errors/operation-error.ts';
import { renderFailure } from '../../shared/text/failures.ts';
import { day, HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { HeldAddress } from '../support/held-address.ts';
import { OutsideAws, practiceRoot } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate } from '../support/policies.ts';
import { requireClear } from '../support/truth.ts';
import { parkedRotation } from './stage.ts';

const second = { accessKeyId: 'AKIASECONDKEYHERE001', secretAccessKey: 'second-secret-012345678' };
const unknown = { accessKeyId: 'AKIANOBODYKNOWSME001', secretAccessKey: 'nobody-secret-012345678' };
const clock = new HurriedClock();

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start([
    `--account=123456789012:${second.accessKeyId}:${second.secretAccessKey}`,
  ]);
  desk = await Desk.open(aws, { clock, config: { orphanSearch: 4_000 } });
  await desk.importCredential('second-key', aws.url, second);
  await desk.importCredential('nobody', aws.url, unknown);
});
afterEach(async () => {
  await aws.misbehave();
  await aws.allow();
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

/** Short enough for AWS to delete the material after some days. */
const monthly = { policy: policyTemplate, rotateEvery: { amount: 1, unit: 'months' as const } };

const planned = {
  alias: { alias: 'another-alias' },
  region: { region: 'us-east-1' },
  credential: { credential: 'second-key' },
  policy: { policy: editedPolicy },
  'when AWS deletes material': { awsDeletesMaterialAfterDays: 60 },
  'Active Key ID': { activeKeyId: null },
};

/** What a stopped job may not be taken away. */
const kept = Object.entries(planned).filter(([what]) => what !== 'credential');

/** Refused, naming the job, whether the plan was looked at or not; nothing is changed. */
async function requireRefused(group: string, changes: object, job: Detail['job']): Promise<void> {
  const shown = await desk.call('group.show', { group });
  const plan = await desk.call('group.planEdit', { group, changes });
  expect(plan.blocked).toMatchObject({
    code: 'ALREADY_RUNNING',
    details: { job: job.number, group },
  });
  const failure = await desk.refused('group.edit', { group, changes, plan: plan.number });
  expect(failure).toMatchObject({ code: 'ALREADY_RUNNING', details: { job: job.number } });
  requireClear(failure);
  const unplanned = await desk.refused('group.edit', { group, changes });
  expect(['ALREADY_RUNNING', 'CONFIRMATION_NEEDED']).toContain(unplanned.code);
  const { group: after, policy } = await desk.call('group.show', { group });
  expect({ ...after, state: '', needsYou: null }).toEqual({
    ...shown.group,
    state: '',
    needsYou: null,
  });
  expect(policy).toBe(shown.policy);
}

const changeNow = async (group: string, changes: object): Promise<void> => {
  const { number } = await desk.call('group.planEdit', { group, changes });
  await desk.call('group.edit', { group, changes, plan: number });
};

describe('what a rotation was planned with', () => {
  it.each(kept)('%s: stays while it needs a person', async (what, change) => {
    const group = `parked-${what.replaceAll(' ', '-').toLowerCase()}`;
    const changes = 'alias' in change ? { alias: `${group}-new` } : change;
    await desk.addGroup(group, monthly);
    await desk.rotated(group);
    const parked = await parkedRotation({ desk, aws }, group, 'alias');
    await requireRefused(group, changes, parked.job);
    // What the job does not build on may change all the same.
    await desk.call('group.edit', { group, changes: { description: 'while it waits' } });
    requireDone(await desk.goOn(parked.job.id));
    await changeNow(group, changes);
  });

  it('a job that stopped for its credential goes on with another of the account', async () => {
    await desk.importCredential('expiring', aws.url, practiceRoot);
    await desk.addGroup('expired', { credential: 'expiring' });
    await desk.rotated('expired');
    const operations = { ImportKeyMaterial: { expiredCredentials: { odds: 1 } } };
    desk.at('group.force-rotate:import:before-intent', () =>
      aws.controlNow('POST /mischief', { operations }),
    );
    const parked = await desk.rotate('expired');
    expect(parked.job).toMatchObject({
      state: 'needs-you',
      failure: { code: 'CREDENTIAL_REJECTED' },
    });
    const changes = { credential: 'second-key' };
    const plan = await desk.call('group.planEdit', { group: 'expired', changes });
    expect(plan.lookFirst).toContain(
      `Job ${parked.job.number} goes on with the new credential once you continue it`,
    );
    // with anything besides it is as it was
    const more = { group: 'expired', changes: { ...changes, region: 'us-east-1' } };
    const refused = (await desk.call('group.planEdit', more)).blocked;
    expect(refused).toMatchObject({ code: 'ALREADY_RUNNING', details: { needsYou: true } });
    expect(renderFailure(refused as Failure).next).toMatch(/^Continue job \d+, which needs you/);
    await changeNow('expired', changes);
    await aws.misbehave();
    await desk.call('credential.remove', { credential: 'expiring', confirm: true });
    requireDone(await desk.goOn(parked.job.id));
  });

  it.each(Object.entries(planned))('%s: stays while it runs', async (what, change) => {
    const group = `running-${what.replaceAll(' ', '-').toLowerCase()}`;
    const changes = 'alias' in change ? { alias: `${group}-new` } : change;
    await desk.addGroup(group, monthly);
    await desk.rotated(group);
    await aws.misbehave({ operations: { ImportKeyMaterial: { latencyMs: 100_000 } } });
    const job = await desk.begin(group);
    const { job: running } = await desk.until(job, ({ job: { state } }) => state === 'running');
    await requireRefused(group, changes, running);
    await aws.misbehave();
    requireDone(await desk.settled(job));
    await changeNow(group, changes);
  });

  it('goes by the schedule as it is in the end, also where that was edited at the last moment', async () => {
    await desk.addGroup('sooner', monthly);
    await desk.rotated('sooner');
    const held = async (operation: string): Promise<() => Promise<void>> => {
      const unanswered = await aws.hold(operation);
      return async () => {
        while ((await unanswered()) !== 0) await new Promise((resolve) => setImmediate(resolve));
      };
    };
    const moving = await held('UpdateAlias');
    const job = await desk.begin('sooner');
    await moving();
    // what is read back once the alias was moved
    const reading = await held('DescribeKey');
    await reading();
    const changes = { rotateEvery: { amount: 3, unit: 'days' as const } };
    await desk.call('group.edit', { group: 'sooner', changes });
    await aws.misbehave();
    requireDone(await desk.settled(job));
    const { group } = await desk.call('group.show', { group: 'sooner' });
    const days = ((group.nextRotationAt ?? 0) - Date.now()) / day;
    expect(Math.round(days)).toBe(3);
  });

  it('stays while the job rests between two tries', async () => {
    await desk.addGroup('resting');
    await desk.rotated('resting');
    desk.at('group.force-rotate:create:before-intent', () =>
      aws.controlNow('POST /mischief', { operations: { CreateKey: { dropBeforeEffect: 1 } } }),
    );
    const job = await desk.begin('resting');
    // Nobody knows whether a KMS key was made: it is looked for, now and then.
    const { job: resting } = await desk.until(job, ({ job: { notBefore } }) => notBefore !== null);
    await requireRefused('resting', { alias: 'rested' }, resting);
    await requireRefused('resting', planned.policy, resting);
    await desk.call('job.cancel', { job });
    await desk.settled(job);
    await changeNow('resting', { alias: 'rested' });
  });

  it('stays where a job begins while AWS is asked about a new credential', async () => {
    await desk.addGroup('raced');
    await desk.rotated('raced');
    const start = await desk.plan('raced');
    await using slow = await HeldAddress.of(aws.url);
    await desk.importCredential('slow', slow.url, second);
    const changes = { credential: 'slow' };
    const { number } = await desk.call('group.planEdit', { group: 'raced', changes });
    // Brought in anew, nothing is known of its account.
    await desk.call('credential.remove', { credential: 'slow', confirm: true });
    await desk.importCredential('slow', slow.url, second);
    const asking = slow.hold();
    const edit = desk.reply('group.edit', { group: 'raced', changes, plan: number });
    await asking;
    await aws.misbehave({ operations: { ImportKeyMaterial: { latencyMs: 100_000 } } });
    const { jobId } = await desk.call('group.forceRotate', { group: 'raced', plan: start.number });
    slow.release();
    const reply = await edit;
    const { job } = await desk.call('job.show', { job: jobId });
    expect(job.state).toBe('running');
    expect(reply).toMatchObject({
      ok: false,
      failure: { code: 'ALREADY_RUNNING', details: { job: job.number } },
    });
    const { group } = await desk.call('group.show', { group: 'raced' });
    expect(group.credentialName).toBe('payments-kms');
    await aws.misbehave();
    requireDone(await desk.settled(jobId));
  });

  it('a credential that AWS refuses is refused here, and says why', async () => {
    await desk.addGroup('refused');
    await desk.rotated('refused');
    const changes = { credential: 'nobody' };
    const plan = await desk.call('group.planEdit', { group: 'refused', changes });
    expect(plan.blocked?.code).toBe('CREDENTIAL_REJECTED');
    const edit = { group: 'refused', changes, plan: plan.number };
    expect((await desk.refused('group.edit', edit)).code).toBe('CREDENTIAL_REJECTED');
    const { group } = await desk.call('group.show', { group: 'refused' });
    expect(group.credentialName).toBe('payments-kms');
  });
});

describe('a group is removed', () => {
  it('not while its first rotation is at work, which made no key yet', async () => {
    await desk.addGroup('too-soon');
    desk.at('group.force-rotate:check:before-intent', () =>
      aws.controlNow('POST /mischief', { operations: { DescribeKey: { latencyMs: 100_000 } } }),
    );
    const job = await desk.begin('too-soon');
    const { job: running } = await desk.until(job, ({ job: { state } }) => state === 'running');
    const refused = await desk.refused('group.remove', { group: 'too-soon', confirm: true });
    expect(refused).toMatchObject({ code: 'ALREADY_RUNNING', details: { job: running.number } });
    requireClear(refused);
    await aws.misbehave();
    requireDone(await desk.settled(job));
  });

  it('while a rotation of it is being planned: none is begun', async () => {
    await using slow = await HeldAddress.of(aws.url);
    await desk.importCredential('slow-too', slow.url, second);
    await desk.addGroup('short-lived', { credential: 'slow-too' });
    const { number } = await desk.plan('short-lived');
    const asking = slow.hold();
    const start = desk.reply('group.forceRotate', { group: 'short-lived', plan: number });
    await asking;
    await desk.call('group.remove', { group: 'short-lived', confirm: true });
    slow.release();
    expect(await start).toMatchObject({
      ok: false,
      failure: { code: 'NOT_FOUND', details: { reference: 'short-lived' } },
    });
    expect((await desk.call('job.list', { find: 'short-lived' })).jobs).toEqual([]);
  });
});

describe('what a change of the schedule means is said first', () => {
  it('disablings that are queued go on, and are counted', async () => {
    await desk.addGroup('queued', { disableAfterRotating: true, disableWaitDays: 30 });
    for (let version = 1; version <= 3; version += 1) await desk.rotated('queued');
    const changes = { disableAfterRotating: false };
    const plan = await desk.call('group.planEdit', { group: 'queued', changes });
    expect(plan.lookFirst).toContain(
      '2 former keys are still to be disabled: cancel their jobs to stop that',
    );
    // A job that waits for its day holds up no change.
    expect(plan.blocked).toBeNull();
    await changeNow('queued', { alias: 'queued-no-more' });
    const { jobs } = await desk.call('job.list', { group: 'queued', state: ['waiting'] });
    for (const { id } of jobs) await desk.call('job.cancel', { job: id });
    const after = await desk.call('group.planEdit', { group: 'queued', changes });
    expect(after.lookFirst).toEqual([]);
  });

  it('one is said as one', async () => {
    await desk.addGroup('one', { disableAfterRotating: true, disableWaitDays: 30 });
    for (let version = 1; version <= 2; version += 1) await desk.rotated('one');
    const changes = { disableAfterRotating: false };
    const { lookFirst } = await desk.call('group.planEdit', { group: 'one', changes });
    expect(lookFirst).toEqual([
      '1 former key is still to be disabled: cancel its job to stop that',
    ]);
  });

  it('a shorter Rotate Every that is over already: the next rotation is due at once', async () => {
    await desk.addGroup('shorter', { rotateEvery: { amount: 12, unit: 'months' } });
    await desk.rotated('shorter');
    const days = (amount: number) => ({ rotateEvery: { amount, unit: 'days' as const } });
    const said = async (amount: number): Promise<readonly string[]> =>
      (await desk.call('group.planEdit', { group: 'shorter', changes: days(amount) })).lookFirst;
    expect(await said(2)).toEqual([]);
    clock.wallAhead = 3 * day;
    try {
      expect(await said(2)).toEqual(['The next rotation is due at once']);
      expect(await said(4)).toEqual([]);
    } finally {
      clock.wallAhead = 0;
    }
  });
});
