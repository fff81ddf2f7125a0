import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day, HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate } from '../support/policies.ts';
import { requireClear } from '../support/truth.ts';

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

const kept = { deleteMaterial: false, updatePolicy: true, importMaterial: true };

/** Its wall clock stands where it is told to. */
class StillClock extends HurriedClock {
  still: number | null = null;
  override now(): number {
    return this.still ?? super.now();
  }
}

/** Starts by a number that is not of now: nothing may reach AWS but readings. */
async function requireNothingRun(start: () => Promise<unknown>): Promise<void> {
  const [before, jobs] = [await aws.held(), await jobCount()];
  await start();
  expect(await aws.held()).toEqual({ ...before, clock: expect.anything() });
  expect(await jobCount()).toBe(jobs);
}
const jobCount = async (): Promise<number> =>
  (await desk.call('job.list', { limit: 500 })).jobs.length;

describe('the number of a plan', () => {
  it('stays while nothing changes, and is part of the command that is shown', async () => {
    await desk.addGroup('steady');
    await desk.rotated('steady');
    const [one, two] = [await desk.plan('steady'), await desk.plan('steady')];
    expect(two.number).toBe(one.number);
    expect(one.number).toMatch(/^[0-9a-f]{12}$/);
    expect(one.command).toBe(`keyreeve group force-rotate steady --plan ${one.number}`);
    const sync = await desk.call('key.planSynchronize', { key: 'steady/1', ...kept });
    expect(sync.number).not.toBe(one.number);
    const again = await desk.call('key.planSynchronize', { key: 'steady/1', ...kept });
    expect(again.number).toBe(sync.number);
  });

  it('changes when the alias was moved, and the old number runs nothing', async () => {
    await desk.addGroup('moved');
    const first = await desk.rotated('moved');
    await desk.rotated('moved');
    const shown = await desk.plan('moved');
    await aws.pointAlias('alias/moved', first.remote?.keyId ?? '');
    expect((await desk.plan('moved')).number).not.toBe(shown.number);
    await requireNothingRun(async () => {
      const start = { group: 'moved', plan: shown.number };
      const failure = await desk.refused('group.forceRotate', start);
      expect(failure.code).toBe('PLAN_CHANGED');
      expect(failure.details).toEqual({ now: (await desk.plan('moved')).number });
      expect(requireClear(failure).forYourKeys).toContain('Nothing was run');
    });
  });

  it('changes when a grant was added to the outgoing key', async () => {
    await desk.addGroup('granted');
    const first = await desk.rotated('granted');
    const shown = await desk.plan('granted');
    await aws.grant(first.remote?.keyId ?? '');
    const now = await desk.plan('granted');
    expect(now.number).not.toBe(shown.number);
    expect(now.lookFirst[0]).toBe(
      '1 grant on version 1 does not move with the alias (arn:aws:iam::123456789012:role/rds)',
    );
    await requireNothingRun(async () => {
      const start = { group: 'granted', plan: shown.number };
      expect((await desk.refused('group.forceRotate', start)).code).toBe('PLAN_CHANGED');
    });
  });

  it('changes when the key was disabled behind our back', async () => {
    await desk.addGroup('disabled');
    const keyId = (await desk.rotated('disabled')).remote?.keyId ?? '';
    const shown = await desk.plan('disabled');
    const sync = await desk.call('key.planSynchronize', { key: 'disabled/1', ...kept });
    await aws.kms().send(new DisableKeyCommand({ KeyId: keyId }));
    const now = await desk.plan('disabled');
    expect(now.number).not.toBe(shown.number);
    expect(now.stays[0]).toBe(
      'Version 1 stays as it is: Disabled, and nothing under it decrypts until Enable in AWS',
    );
    await requireNothingRun(async () => {
      const start = { group: 'disabled', plan: shown.number };
      expect((await desk.refused('group.forceRotate', start)).code).toBe('PLAN_CHANGED');
      const other = { key: 'disabled/1', ...kept, plan: sync.number };
      expect((await desk.refused('key.synchronize', other)).code).toBe('PLAN_CHANGED');
    });
    await aws.kms().send(new EnableKeyCommand({ KeyId: keyId }));
    expect((await desk.plan('disabled')).number).toBe(shown.number);
  });

  it('changes when the policy was edited in AWS, or another template was chosen', async () => {
    await desk.addGroup('policy', { policy: policyTemplate });
    const keyId = (await desk.rotated('policy')).remote?.keyId ?? '';
    const choices = { key: 'policy/1', ...kept };
    const same = await desk.call('key.planSynchronize', choices);
    expect(same.stays).toContain('Policy: reads as the template already');
    await aws.putPolicy(keyId, editedPolicy);
    const differs = await desk.call('key.planSynchronize', choices);
    expect(differs.number).not.toBe(same.number);
    await requireNothingRun(async () => {
      const failure = await desk.refused('key.synchronize', { ...choices, plan: same.number });
      expect(failure.code).toBe('PLAN_CHANGED');
    });
    const rotation = await desk.plan('policy');
    const other = JSON.stringify({ ...JSON.parse(policyTemplate), Id: 'another template' });
    await desk.call('group.edit', { group: 'policy', changes: { policy: other } });
    expect((await desk.call('key.planSynchronize', choices)).number).not.toBe(differs.number);
    expect((await desk.plan('policy')).number).not.toBe(rotation.number);
  });

  it('changes when a field that the plan speaks of was edited', async () => {
    await desk.addGroup('edited');
    await desk.rotated('edited');
    const seen = [(await desk.plan('edited')).number];
    const edits = [
      { rotateEvery: { amount: 6, unit: 'months' as const } },
      { disableAfterRotating: true },
      { disableWaitDays: 1 },
      { awsDeletesMaterialAfterDays: 365 },
      { name: 'edited-2' },
    ];
    for (const changes of edits) {
      const { group } = await desk.call('group.show', { group: 'edited' });
      await desk.call('group.edit', { group: group.id, changes });
      if (changes.name !== undefined) break;
      const { number } = await desk.plan('edited');
      expect(seen).not.toContain(number);
      seen.push(number);
    }
    expect(seen).not.toContain((await desk.plan('edited-2')).number);
  });

  it('may be shortened to six digits, and not further', async () => {
    await desk.addGroup('short');
    const { number } = await desk.plan('short');
    const five = await desk.refused('group.forceRotate', {
      group: 'short',
      plan: number.slice(0, 5),
    });
    expect(five.code).toBe('BAD_INPUT');
    const wrong = number.slice(0, 6).replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    const other = await desk.refused('group.forceRotate', { group: 'short', plan: wrong });
    expect(other.code).toBe('PLAN_CHANGED');
    const started = await desk.call('group.forceRotate', {
      group: 'short',
      plan: number.slice(0, 6),
    });
    requireDone(await desk.settled(started.jobId));
  });
});

describe('a deed that is asked for twice', () => {
  it('runs once: a double click makes one key', async () => {
    await desk.addGroup('twice');
    const { number } = await desk.plan('twice');
    const mark = await aws.mark();
    const click = () => desk.call('group.forceRotate', { group: 'twice', plan: number });
    const clicks = await Promise.all([click(), click(), click()]);
    expect(new Set(clicks.map((each) => each.jobId)).size).toBe(1);
    expect(clicks.filter((each) => !each.joined)).toHaveLength(1);
    requireDone(await desk.settled(clicks[0].jobId));
    expect((await desk.call('key.list', { group: 'twice' })).total).toBe(1);
    const effects = (await aws.journal(mark)).flatMap((entry) => entry.effects);
    expect(effects.filter(({ kind }) => kind === 'key-created')).toHaveLength(1);
    expect(effects.filter(({ kind }) => kind === 'material-imported')).toHaveLength(1);
    // The finished deed is over: the old number is of another state of things.
    const late = await desk.refused('group.forceRotate', { group: 'twice', plan: number });
    expect(late.code).toBe('PLAN_CHANGED');
  });

  it('is another deed where other boxes are ticked: it has its own plan, and waits its turn', async () => {
    await desk.addGroup('boxes');
    await desk.rotated('boxes');
    const key = 'boxes/1';
    await aws.misbehave({ operations: { ImportKeyMaterial: { dropBeforeEffect: 1_000_000 } } });
    const stopped = await desk.synchronize(key, kept);
    await aws.misbehave();
    expect(stopped.job.state).toBe('needs-you');
    const same = await desk.call('key.planSynchronize', { key, ...kept });
    expect(same.runningJob).toBe(stopped.job.id);
    const choices = { key, deleteMaterial: true, updatePolicy: false, importMaterial: false };
    const plan = await desk.call('key.planSynchronize', choices);
    expect(plan.runningJob).toBeNull();
    const refused = await desk.refused('key.synchronize', { ...choices, plan: '000000' });
    expect(refused.code).toBe('PLAN_CHANGED');
    const confirm = plan.confirmName ?? '';
    const started = await desk.call('key.synchronize', { ...choices, plan: plan.number, confirm });
    expect(started).toMatchObject({ joined: false });
    requireDone(await desk.goOn(stopped.job.id));
    requireDone(await desk.settled(started.jobId));
    expect((await desk.call('key.show', { key })).state).toBe('Material gone');
  });

  it('is another deed where another day is asked for, on which AWS is to delete the material', async () => {
    await desk.addGroup('days');
    const { remote } = await desk.rotated('days');
    const key = 'days/1';
    await aws.misbehave({ operations: { ImportKeyMaterial: { dropBeforeEffect: 1_000_000 } } });
    const first = Date.now() + 100 * day;
    const stopped = await desk.synchronize(key, { ...kept, validTo: first });
    await aws.misbehave();
    expect(stopped.job.state).toBe('needs-you');
    const same = await desk.call('key.planSynchronize', { key, ...kept, validTo: first });
    expect(same.runningJob).toBe(stopped.job.id);
    const second = first + 30 * day;
    const choices = { key, ...kept, validTo: second };
    const plan = await desk.call('key.planSynchronize', choices);
    expect(plan.runningJob).toBeNull();
    const started = await desk.call('key.synchronize', { ...choices, plan: plan.number });
    expect(started.joined).toBe(false);
    requireDone(await desk.goOn(stopped.job.id));
    requireDone(await desk.settled(started.jobId));
    const { ValidTo } = (await aws.key(remote?.keyId ?? '')).metadata;
    expect(ValidTo).toBe(Math.floor(second / 1000));
  });

  it('is joined while it is under way, by its own number, and the plan says so', async () => {
    await desk.addGroup('joined');
    await aws.misbehave({ operations: { GetParametersForImport: { latencyMs: 100_000 } } });
    const { number } = await desk.plan('joined');
    const start = (plan: string) => desk.call('group.forceRotate', { group: 'joined', plan });
    const { jobId: job } = await start(number);
    await desk.until(job, (detail) => detail.job.step?.n === 5);
    const plan = await desk.plan('joined');
    expect(plan.runningJob).toBe(job);
    expect(plan.number).not.toBe(number);
    // who looked before it began, or looks now, means this job
    for (const own of [number, number.slice(0, 6), plan.number])
      expect(await start(own)).toMatchObject({ jobId: job, joined: true });
    const before = await desk.call('audit.list', { action: 'group.forceRotate' });
    const other = await desk.refused('group.forceRotate', { group: 'joined', plan: '000000' });
    expect(other).toMatchObject({ code: 'PLAN_CHANGED', details: { now: plan.number } });
    const after = await desk.call('audit.list', { action: 'group.forceRotate' });
    const joins = (log: typeof before) => log.records.filter((one) => one.outcome === 'JOINED');
    expect(joins(after)).toEqual(joins(before));
    await aws.misbehave();
    requireDone(await desk.settled(job));
    expect((await desk.call('key.list', { group: 'joined' })).total).toBe(1);
  });

  it('is not done again by the number that it was done under, though everything reads as before', async () => {
    await desk.addGroup('once');
    await desk.rotated('once');
    const choices = { key: 'once/1', ...kept, deleteMaterial: true };
    const plan = await desk.call('key.planSynchronize', choices);
    const start = ({ number, confirmName }: typeof plan) => {
      const confirm = confirmName === null ? {} : { confirm: confirmName };
      return { ...choices, plan: number, ...confirm };
    };
    requireDone(await desk.settled((await desk.call('key.synchronize', start(plan))).jobId));
    await requireNothingRun(async () => {
      expect((await desk.refused('key.synchronize', start(plan))).code).toBe('PLAN_CHANGED');
    });
    const anew = await desk.call('key.planSynchronize', choices);
    expect({ ...anew, number: '', command: '', checkedAt: 0 }).toEqual({
      ...plan,
      number: '',
      command: '',
      checkedAt: 0,
    });
    expect(anew.number).not.toBe(plan.number);
    requireDone(await desk.settled((await desk.call('key.synchronize', start(anew))).jobId));
  });

  it('is not done again a moment later, when the date of the template is another', async () => {
    const clock = new StillClock();
    await using at = await Desk.open(aws, { clock });
    await at.addGroup('dated', { awsDeletesMaterialAfterDays: 200 });
    const end = (await at.rotated('dated')).remote?.validTo ?? 0;
    const choices = { key: 'dated/1', ...kept, updatePolicy: false };
    // as long after the import as AWS's whole seconds do not tell: it has the very date of the template
    clock.still = end - 200 * day;
    const { number: plan } = await at.call('key.planSynchronize', choices);
    const start = { ...choices, plan };
    requireDone(await at.settled((await at.call('key.synchronize', start)).jobId));
    clock.still += 1000;
    expect((await at.refused('key.synchronize', start)).code).toBe('PLAN_CHANGED');
  });

  it('is not done again by the number of a time before it was undone', async () => {
    await desk.addGroup('undone');
    await desk.rotated('undone');
    const key = 'undone/1';
    const { number, confirmName } = await desk.call('key.planDisable', { key });
    const disable = {
      key,
      plan: number,
      ...(confirmName === null ? {} : { confirm: confirmName }),
    };
    requireDone(await desk.settled((await desk.call('key.disable', disable)).jobId));
    const { number: plan } = await desk.call('key.planEnable', { key });
    requireDone(await desk.settled((await desk.call('key.enable', { key, plan })).jobId));
    await requireNothingRun(async () => {
      expect((await desk.refused('key.disable', disable)).code).toBe('PLAN_CHANGED');
    });
  });

  it('and the other way round: another deed of the group waits behind it', async () => {
    await desk.addGroup('line');
    await desk.rotated('line');
    await aws.misbehave({ operations: { GetParametersForImport: { latencyMs: 100_000 } } });
    const rotation = await desk.begin('line');
    await desk.until(rotation, (detail) => detail.job.step?.n === 5);
    const plan = await desk.call('key.planSynchronize', { key: 'line/1', ...kept });
    const sync = await desk.call('key.synchronize', {
      key: 'line/1',
      ...kept,
      plan: plan.number,
    });
    const behind = await desk.call('job.show', { job: sync.jobId });
    const { job } = await desk.call('job.show', { job: rotation });
    expect(behind.job.progress).toBe(`waits behind job ${job.number}`);
    await aws.misbehave();
    requireDone(await desk.settled(rotation));
    requireDone(await desk.settled(sync.jobId));
  });
});
