import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, type Plan, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { requireClear } from '../support/truth.ts';

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

async function versions(name: string, count: number): Promise<void> {
  await desk.addGroup(name);
  for (let n = 0; n < count; n++) await desk.rotated(name);
}

const view = (key: string) => desk.call('key.show', { key });
const inAws = async (key: string) =>
  (await aws.key((await view(key)).remote?.keyId ?? '')).metadata.KeyState;

async function askActive(key: string) {
  const { number } = await desk.call('group.planMakeActive', { key });
  return desk.call('group.makeActive', { key, plan: number });
}

const planTurn = (turn: 'disable' | 'enable', key: string): Promise<Plan> =>
  desk.call(turn === 'disable' ? 'key.planDisable' : 'key.planEnable', { key });

async function askTurn(turn: 'disable' | 'enable', key: string) {
  const { number: plan } = await planTurn(turn, key);
  return desk.call(turn === 'disable' ? 'key.disable' : 'key.enable', { key, plan });
}

/** While `work` is asked for, no call of this operation reaches AWS: its job waits for a person. */
async function stopped(operation: string, work: () => Promise<{ readonly jobId: string }>) {
  await aws.misbehave({ operations: { [operation]: { dropBeforeEffect: 1_000_000 } } });
  const { jobId } = await work();
  expect((await desk.settled(jobId)).job.state).toBe('needs-you');
  await aws.misbehave();
  return jobId;
}

const boxes = { deleteMaterial: false, updatePolicy: false, importMaterial: false };

describe('of two that contradict each other, the last word counts', () => {
  it('Make Active version 1, then 2, then 1 again: version 1 has the alias in the end', async () => {
    await versions('alias', 3);
    const first = await stopped('UpdateAlias', () => askActive('alias/1'));
    expect((await askActive('alias/1')).jobId).toBe(first);
    const second = await askActive('alias/2');
    const third = await askActive('alias/1');
    expect(third.joined).toBe(false);
    expect(await askActive('alias/1')).toEqual({ ...third, joined: true });
    requireDone(await desk.goOn(first));
    requireDone(await desk.settled(second.jobId));
    requireDone(await desk.settled(third.jobId));
    const target = await aws.holder('alias/alias');
    expect(target).toBe((await view('alias/1')).remote?.keyId);
  });

  it('Disable, Enable, Disable again: the key is off in the end', async () => {
    await versions('off', 2);
    const first = await stopped('DisableKey', () => askTurn('disable', 'off/1'));
    // somebody disables it in AWS meanwhile, so that Enable has something to do
    aws.callNow('DisableKey', { KeyId: (await view('off/1')).remote?.keyId ?? '' });
    const second = await askTurn('enable', 'off/1');
    aws.callNow('EnableKey', { KeyId: (await view('off/1')).remote?.keyId ?? '' });
    const third = await askTurn('disable', 'off/1');
    expect(third.joined).toBe(false);
    requireDone(await desk.goOn(first));
    requireDone(await desk.settled(second.jobId));
    requireDone(await desk.settled(third.jobId));
    expect(await inAws('off/1')).toBe('Disabled');
  });

  it('Synchronize with material, then delete it, then with it again: the material is there', async () => {
    await versions('content', 1);
    const ask = async (choices: Partial<typeof boxes>) => {
      const input = { key: 'content/1', ...boxes, ...choices };
      const { number: plan, confirmName } = await desk.call('key.planSynchronize', input);
      return desk.call('key.synchronize', {
        ...input,
        plan,
        ...(confirmName === null ? {} : { confirm: confirmName }),
      });
    };
    const first = await stopped('ImportKeyMaterial', () => ask({ importMaterial: true }));
    const second = await ask({ deleteMaterial: true });
    const third = await ask({ importMaterial: true });
    expect(third.joined).toBe(false);
    requireDone(await desk.goOn(first));
    requireDone(await desk.settled(second.jobId));
    requireDone(await desk.settled(third.jobId));
    expect(await inAws('content/1')).toBe('Enabled');
  });
});

describe('what is so now, and a job is to change', () => {
  it('is no “nothing to do”: the job in the way is named', async () => {
    await versions('so-now', 2);
    const other = await stopped('DisableKey', () => askTurn('disable', 'so-now/1'));
    const { blocked, number } = await planTurn('enable', 'so-now/1');
    const job = (await desk.call('job.show', { job: other })).job;
    expect(blocked).toMatchObject({ code: 'ALREADY_RUNNING', details: { job: job.number } });
    if (blocked === null) return;
    const said = requireClear(blocked);
    expect(said.headline).toBe(`It is so now, but job ${job.number} is to change it.`);
    expect(said.forYourKeys).toContain('Disable in AWS: so-now/1');
    const refused = await desk.refused('key.enable', { key: 'so-now/1', plan: number });
    expect(refused.code).toBe('ALREADY_RUNNING');
    await desk.call('job.cancel', { job: other });
    expect((await planTurn('enable', 'so-now/1')).blocked?.code).toBe('NOTHING_TO_DO');
  });

  it('Make Active on the version that has the alias says so too', async () => {
    await versions('has-it', 2);
    const other = await stopped('UpdateAlias', () => askActive('has-it/1'));
    const { blocked } = await desk.call('group.planMakeActive', { key: 'has-it/2' });
    const { number } = (await desk.call('job.show', { job: other })).job;
    expect(blocked).toMatchObject({ code: 'ALREADY_RUNNING', details: { job: number } });
    await desk.call('job.cancel', { job: other });
  });

  it('also where the versions share a KMS key, and a rotation within it is to change it', async () => {
    await desk.addGroup('in-one', { mapping: 'material' });
    await desk.rotated('in-one');
    const other = await stopped('ImportKeyMaterial', async () => ({
      jobId: await desk.begin('in-one'),
    }));
    const { blocked } = await desk.call('group.planMakeActive', { key: 'in-one/1' });
    const { number } = (await desk.call('job.show', { job: other })).job;
    expect(blocked).toMatchObject({ code: 'ALREADY_RUNNING', details: { job: number } });
    requireDone(await desk.goOn(other));
    const { keys } = await desk.call('key.list', { group: 'in-one' });
    expect(keys).toHaveLength(2);
  });
});
