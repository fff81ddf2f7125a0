import { ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutputFor } from '../../electron/hosts/cli/operations.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate } from '../support/policies.ts';
import { SoftHsm } from '../support/soft-hsm.ts';
import { replaceCopy, rewrite } from '../support/tamper.ts';
import { requireClear } from '../support/truth.ts';

type GroupPlan = OutputFor<'group.planSynchronize'>;

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

/** A group with so many versions; answers their KMS keys, version 1 first. */
async function groupOf(
  name: string,
  versions: number,
  fields: Parameters<Desk['addGroup']>[1] = { policy: policyTemplate },
): Promise<readonly string[]> {
  await desk.addGroup(name, fields);
  const made: string[] = [];
  for (let n = 0; n < versions; n += 1) made.push((await desk.rotated(name)).remote?.keyId ?? '');
  return made;
}

const planOf = (group: string, choices = {}): Promise<GroupPlan> =>
  desk.call('group.planSynchronize', { group, ...choices });

const lines = ({ versions }: GroupPlan): readonly string[] =>
  versions.map(({ version, inAws, verdict, does }) => `${version} ${inAws} | ${verdict}: ${does}`);

const jobCount = async (): Promise<number> =>
  (await desk.call('job.list', { limit: 500 })).jobs.length;

const keyState = async (keyId: string): Promise<string> => (await aws.key(keyId)).metadata.KeyState;

/** One in step, one whose material is gone, one with another policy, one scheduled for deletion. */
async function mixed(name: string, fields?: Parameters<Desk['addGroup']>[1]) {
  const made = await groupOf(name, 4, fields);
  const [doomed, edited, gone, fine] = made as [string, string, string, string];
  await aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId: doomed, PendingWindowInDays: 7 }));
  await aws.putPolicy(edited, editedPolicy);
  await aws.deleteMaterial(gone);
  return { doomed, edited, gone, fine };
}

describe('a group of which each version is another way', () => {
  it('says of each what AWS has and what would be done, and does just that', async () => {
    const { edited, gone, fine } = await mixed('mixed');
    const before = await aws.mark();
    const plan = await planOf('mixed');
    const readings = await aws.calls(before);
    expect(lines(plan)).toEqual([
      '4 Enabled, material there, policy as the template | nothing: in step',
      '3 PendingImport, material gone, policy as the template | synchronize: import the material again',
      '2 Enabled, material there, policy differs | synchronize: put the policy back',
      '1 PendingDeletion, material there, policy not read | left-out: the KMS key is scheduled for deletion',
    ]);
    expect(plan).toMatchObject({
      blocked: null,
      runningJob: null,
      confirmName: null,
      button: 'Synchronize 2 keys of mixed (practice)',
      command: `keyreeve group synchronize mixed --plan ${plan.number}`,
    });
    expect(plan.sentence).toContain('2 of 4 keys are brought in line');
    expect(plan.lookFirst).toContain('Left out: version 1, the KMS key is scheduled for deletion');
    expect(plan.stays).toContain('Material that AWS has is not sent again');

    const untouched = [await aws.key(fine), await aws.holder('alias/mixed')];
    const since = await aws.mark();
    const { jobs } = await desk.call('group.synchronize', { group: 'mixed', plan: plan.number });
    expect(jobs.map(({ version, joined }) => `${version} ${joined}`)).toEqual([
      '3 false',
      '2 false',
    ]);
    for (const { jobId } of jobs) requireDone(await desk.settled(jobId));

    const made = (await aws.journal(since)).slice(readings.length);
    expect(made.map(({ operation }) => operation)).toEqual(plan.calls.map(({ call }) => call));
    for (const [n, { effects, operation }] of made.entries()) {
      const changes = effects.some(({ kind }) => kind !== 'parameters-issued');
      expect(changes, operation).toBe(plan.calls[n]?.changes);
    }
    expect(await keyState(gone)).toBe('Enabled');
    expect(JSON.parse((await aws.key(edited)).policy)).toEqual(JSON.parse(policyTemplate));
    expect([await aws.key(fine), await aws.holder('alias/mixed')]).toEqual(untouched);
  });

  it('has nothing to do after that, and starts nothing', async () => {
    const plan = await planOf('mixed');
    expect(plan.versions.map(({ verdict }) => verdict)).toEqual([
      'nothing',
      'nothing',
      'nothing',
      'left-out',
    ]);
    expect(plan.blocked?.code).toBe('NOTHING_TO_DO');
    const jobs = await jobCount();
    const failure = await desk.refused('group.synchronize', { group: 'mixed', plan: plan.number });
    expect(failure.code).toBe('NOTHING_TO_DO');
    requireClear(failure);
    expect(await jobCount()).toBe(jobs);
  });

  it('leaves every job its own record, with its own boxes', async () => {
    const { records } = await desk.call('audit.list', { action: 'group.synchronize' });
    const started = records.filter(({ outcome }) => outcome === 'STARTED');
    expect(started).toHaveLength(2);
    expect(JSON.stringify(started)).toMatch(/"importMaterial":true/);
  });
});

describe('the boxes', () => {
  it('leave alone what is not ticked, and say so', async () => {
    const { edited, gone } = await mixed('boxes');
    const policies = await planOf('boxes', { importMaterial: false });
    expect(lines(policies)).toContain(
      '3 PendingImport, material gone, policy as the template | nothing: material is gone, and importing it is not asked for',
    );
    expect(policies.button).toBe('Synchronize 1 key of boxes (practice)');
    expect(policies.command).toContain('boxes --no-import-material --plan');
    const imports = await planOf('boxes', { updatePolicy: false });
    expect(imports.calls.map(({ call }) => call)).not.toContain('GetKeyPolicy');
    const { jobs } = await desk.call('group.synchronize', {
      group: 'boxes',
      updatePolicy: false,
      plan: imports.number,
    });
    for (const { jobId } of jobs) requireDone(await desk.settled(jobId));
    expect(await keyState(gone)).toBe('Enabled');
    expect(JSON.parse((await aws.key(edited)).policy)).toEqual(JSON.parse(editedPolicy));
    const none = await planOf('boxes', { updatePolicy: false, importMaterial: false });
    expect(none).toMatchObject({
      sentence: 'Choose at least one.',
      blocked: { code: 'NOTHING_TO_DO' },
    });
  });

  it('of a group in step: every key is, and nothing can be started', async () => {
    await groupOf('steady', 2);
    const plan = await planOf('steady');
    expect(plan.sentence).toBe('Every key is in step with AWS.');
    expect(plan.calls).toEqual([]);
    expect(plan.changes).toEqual([]);
    expect(plan.blocked?.details).toEqual({ reason: 'every key is in step with AWS' });
  });

  it('of a group without keys', async () => {
    await groupOf('empty', 0);
    const plan = await planOf('empty');
    expect(plan.versions).toEqual([]);
    expect(plan.blocked?.code).toBe('NOTHING_TO_DO');
  });
});

describe('one number over all lines', () => {
  it('runs nothing where one version is another by now', async () => {
    const { fine } = await mixed('moving');
    const shown = await planOf('moving');
    expect((await planOf('moving')).number).toBe(shown.number);
    await aws.putPolicy(fine, editedPolicy);
    const [jobs, held] = [await jobCount(), await aws.held()];
    const failure = await desk.refused('group.synchronize', {
      group: 'moving',
      plan: shown.number,
    });
    expect(failure.code).toBe('PLAN_CHANGED');
    expect(failure.details).toEqual({ now: (await planOf('moving')).number });
    expect(await jobCount()).toBe(jobs);
    expect((await aws.held()).keys).toEqual(held.keys);
  });

  it('makes no second job when it is pressed twice', async () => {
    const [first, second] = (await groupOf('twice', 2)) as [string, string];
    for (const keyId of [first, second]) await aws.deleteMaterial(keyId);
    const { number } = await planOf('twice');
    await aws.misbehave({ operations: { GetParametersForImport: { latencyMs: 3_000 } } });
    const before = await jobCount();
    const press = () => desk.call('group.synchronize', { group: 'twice', plan: number });
    const [one, two] = await Promise.all([press(), press()]);
    expect(two.jobs.map(({ jobId }) => jobId)).toEqual(one.jobs.map(({ jobId }) => jobId));
    const joined = [one, two].map(({ jobs }) => jobs.map((job) => job.joined));
    expect(joined).toContainEqual([false, false]);
    expect(joined).toContainEqual([true, true]);
    expect(await jobCount()).toBe(before + 2);
    const running = await planOf('twice');
    expect(running.runningJob).toBe(one.jobs[0]?.jobId);
    expect(running.versions.map(({ runningJob }) => runningJob)).toEqual(
      one.jobs.map(({ jobId }) => jobId),
    );
    // whoever looks now joins as well; a number that is of no plan of these jobs does not
    for (const plan of [number, running.number]) {
      const { jobs } = await desk.call('group.synchronize', { group: 'twice', plan });
      expect(jobs.every(({ joined }) => joined)).toBe(true);
    }
    const other = await desk.refused('group.synchronize', { group: 'twice', plan: '000000' });
    expect(other).toMatchObject({ code: 'PLAN_CHANGED', details: { now: running.number } });
    await aws.misbehave();
    for (const { jobId } of one.jobs) requireDone(await desk.settled(jobId));
  });
});

describe('what cannot be synchronized now stops nothing else', () => {
  it('a copy that is another key, and a KMS key that is gone', async () => {
    const made = await groupOf('damaged', 3);
    const keys = await desk.call('key.list', { group: 'damaged' });
    const [one, two] = keys.keys.map(({ id }) => id) as [string, string];
    await rewrite(desk, ({ keys: table }, store) =>
      replaceCopy(store, one, Buffer.from(table.blob(two).wrapped)),
    );
    for (const keyId of made) await aws.deleteMaterial(keyId);
    const plan = await planOf('damaged');
    expect(plan.versions.map(({ version, verdict }) => `${version} ${verdict}`)).toEqual([
      '3 synchronize',
      '2 synchronize',
      '1 left-out',
    ]);
    expect(plan.versions.at(-1)).toMatchObject({
      does: 'the kept copy is not the key that was made',
      failure: { code: 'HSM_KEY_DIFFERS' },
    });
    const { jobs } = await desk.call('group.synchronize', { group: 'damaged', plan: plan.number });
    for (const { jobId } of jobs) requireDone(await desk.settled(jobId));
    expect(await Promise.all(made.map(keyState))).toEqual(['PendingImport', 'Enabled', 'Enabled']);
  });

  it('but AWS out of reach stops all of it, in the words of what is in the way', async () => {
    await aws.stop();
    const plan = await planOf('steady');
    await aws.startAgain();
    expect(plan.blocked?.code).toBe('AWS_UNREACHABLE');
    requireClear(plan.blocked ?? fail());
  });
});

const fail = (): never => {
  throw new Error('nothing was in the way');
};

describe('with an HSM', () => {
  let token: SoftHsm;
  beforeAll(async () => {
    token = new SoftHsm(desk.folder);
    await token.attach(desk);
  });

  it('sends each copy from it, and asks for its PIN before anything is started', async () => {
    const made = await groupOf('hsm', 2, { storage: 'hsm', policy: policyTemplate });
    for (const keyId of made) await aws.deleteMaterial(keyId);
    await desk.lock();
    await desk.unlock();
    const locked = await planOf('hsm');
    expect(locked.blocked?.code).toBe('HSM_PIN_NEEDED');
    await token.login(desk);
    const plan = await planOf('hsm');
    expect(plan.blocked).toBeNull();
    expect(plan.checks.map(({ text }) => text)).toContain(
      '2 kept copies opened now, with the KCV noted at birth',
    );
    const { jobs } = await desk.call('group.synchronize', { group: 'hsm', plan: plan.number });
    for (const { jobId } of jobs) requireDone(await desk.settled(jobId));
    expect(await Promise.all(made.map(keyState))).toEqual(['Enabled', 'Enabled']);
  });
});
