import { DeleteImportedKeyMaterialCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../electron/core/kernel/test-clock.fixture.ts';
import { day } from '../support/clocks.ts';
import { Desk, type Detail, type KeyView, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf } from '../support/truth.ts';

/** AWS deletes material after 20 days, and so it is imported again when 10 of them are left. */
const dated = { rotate: false, awsDeletesMaterialAfterDays: 20 };
const importOnly = { deleteMaterial: false, updatePolicy: false, importMaterial: true };

let aws: OutsideAws;
let clock: TestClock;
let desk: Desk;

/** Beside what a test lets pass, time goes on as it does: a pause between two tries must end. */
const tick = 50;
let ticking: NodeJS.Timeout;
/** By how much the clock of AWS was set forward so far (ms). */
let ahead: number;

beforeAll(async () => {
  aws = await OutsideAws.start(['--rotation-seconds', '2']);
});
beforeEach(async () => {
  await aws.misbehave();
  await aws.reset();
  ahead = 0;
  clock = new TestClock(Date.now());
  ticking = setInterval(() => void clock.advance(tick), tick);
  desk = await Desk.open(aws, { clock });
  return async () => {
    clearInterval(ticking);
    await desk[Symbol.asyncDispose]();
  };
});
afterAll(() => aws?.[Symbol.asyncDispose]());

/** Time passes here and in AWS, whose clock deletes what expires. */
async function passTo(at: number): Promise<void> {
  const sum = at - Date.now();
  await aws.advance(Math.round((sum - ahead) / 1000));
  ahead = sum;
  await aws.misbehave({ clockSkewSeconds: Math.round(sum / 1000) });
  await clock.advance(at - clock.now());
}

const idOf = (key: KeyView): string => key.remote?.keyId ?? '';
const renewsAt = async (key: string): Promise<number | null> =>
  (await desk.call('key.show', { key })).renewsAt;
const endInAws = async (keyId: string): Promise<number> =>
  ((await aws.key(keyId)).metadata.ValidTo ?? 0) * 1000;
const renewals = async () =>
  (await desk.call('job.list', { group: 'vault' })).jobs.filter(({ kind }) => kind === 'key.renew');

/** The newest of so many renewals, when it is over. */
async function renewed(count = 1): Promise<Detail> {
  for (;;) {
    const jobs = await renewals();
    const [newest] = jobs;
    if (newest !== undefined && jobs.length === count) return desk.settled(newest.id);
    await clock.yield();
  }
}

async function setUp(): Promise<KeyView> {
  await desk.addGroup('vault', dated);
  return desk.rotated('vault');
}

describe('material that AWS would delete on its date', () => {
  it('is imported again by itself when half of its time is left, and once', async () => {
    const key = await setUp();
    const cheque = await aws.encrypt(idOf(key), 'a cheque');
    const first = await endInAws(idOf(key));
    const due = await renewsAt('vault/1');
    expect(due).toBe(first - 10 * day);
    await passTo((due ?? 0) - 3_600_000);
    expect(await renewals()).toEqual([]);
    const mark = await aws.mark();
    await passTo((due ?? 0) + 60_900);
    const job = await renewed();
    requireDone(job);
    expect(job.job.actor).toBe('schedule (scheduler)');
    expect(job.job.title).toBe('Renew software protected key in AWS: vault/1');
    expect(job.job.message).toMatch(
      /^vault, version 1: AWS has our copy again, and deletes it on /,
    );
    expect(await aws.calls(mark)).toEqual([
      'GetCallerIdentity',
      'DescribeKey',
      'GetParametersForImport',
      'ImportKeyMaterial',
      'DescribeKey',
    ]);
    const second = await endInAws(idOf(key));
    expect(Math.round((second - clock.now()) / day)).toBe(20);
    expect(await renewsAt('vault/1')).toBe(second - 10 * day);
    expect((await aws.decrypt(cheque)).text).toBe('a cheque');
    const { history } = await desk.call('key.show', { key: 'vault/1' });
    expect(history[0]?.text).toMatch(/^Renewed: AWS accepted our copy again and keeps it until /);
    await passTo(clock.now() + day);
    expect(await renewals()).toHaveLength(1);
    expect((await desk.call('job.due', {})).renewals).toEqual([]);
    // AWS deletes nothing on the day that was the first one
    await passTo(second - 10 * day + 60_900);
    expect(clock.now()).toBeGreaterThan(first);
    requireDone(await renewed(2));
    expect((await aws.decrypt(cheque)).text).toBe('a cheque');
  });

  it('is imported again where AWS gives it no name: the same key signs on', async () => {
    await desk.addGroup('vault', { ...dated, keyType: 'ECC', keyUsage: 'sign-verify' });
    const key = await desk.rotated('vault');
    const first = await endInAws(idOf(key));
    await passTo(((await renewsAt('vault/1')) ?? 0) + 60_900);
    const job = await renewed();
    requireDone(job);
    expect(await endInAws(idOf(key))).toBeGreaterThan(first);
    const confirm = job.steps.find(({ name }) => name === 'confirm');
    expect(confirm?.proof.map(({ text }) => text)).toContain('public key in AWS equals ours');
  });

  it('is left to AWS where a person chose the date, until the template decides again', async () => {
    const key = await setUp();
    const validTo = Math.floor((clock.now() + 15 * day) / 1000) * 1000;
    requireDone(await desk.synchronize('vault/1', { ...importOnly, validTo }));
    expect(await endInAws(idOf(key))).toBe(validTo);
    expect(await renewsAt('vault/1')).toBeNull();
    // the date that AWS has is not chosen anew by somebody who says none
    requireDone(await desk.synchronize('vault/1', importOnly));
    expect(await renewsAt('vault/1')).toBeNull();
    await passTo(clock.now() + 14 * day);
    expect(await renewals()).toEqual([]);
    const both = { ...importOnly, deleteMaterial: true };
    requireDone(await desk.synchronize('vault/1', both));
    expect(await renewsAt('vault/1')).toBe((await endInAws(idOf(key))) - 10 * day);
  });
});

describe('a renewal that came due while the keystore was locked', () => {
  it('waits for a person, and brings back what expired meanwhile', async () => {
    const key = await setUp();
    const cheque = await aws.encrypt(idOf(key), 'a cheque');
    await desk.lock();
    await passTo(clock.now() + 25 * day);
    expect((await aws.key(idOf(key))).metadata.KeyState).toBe('PendingImport');
    await desk.unlock();
    const { renewals: due, held } = await desk.call('job.due', {});
    expect(due).toMatchObject([{ groupName: 'vault', version: 1, reason: 'locked' }]);
    expect(held).toBe('locked');
    const counts = (await desk.call('session.snapshot', {})).counts;
    expect(counts).toMatchObject({ due: 0, renewals: 1 });
    expect(await renewals()).toEqual([]);
    const nobody = await desk.refused('job.startDue', { keys: [due[0]?.groupId ?? ''] });
    expect(nobody.code).toBe('NOT_FOUND');
    const nothing = await desk.refused('job.startDue', {});
    expect(nothing.code).toBe('BAD_INPUT');
    const { jobs } = await desk.call('job.startDue', { keys: [due[0]?.keyId ?? ''] });
    requireDone(await desk.settled(jobs[0] ?? ''));
    expect((await aws.decrypt(cheque)).text).toBe('a cheque');
    expect((await desk.call('job.due', {})).renewals).toEqual([]);
  });

  it('does not put back what somebody deleted before its date', async () => {
    const key = await setUp();
    await aws.deleteMaterial(idOf(key));
    await passTo(((await renewsAt('vault/1')) ?? 0) + 60_900);
    const job = await renewed();
    expect(job.job.state).toBe('stopped-nothing-changed');
    expect(failureOf(job)).toMatchObject({
      code: 'NOTHING_TO_DO',
      details: { reason: 'AWS has no material of this key, and none has expired' },
    });
    expect((await aws.key(idOf(key))).metadata.KeyState).toBe('PendingImport');
    expect((await desk.call('key.show', { key: 'vault/1' })).state).toBe('Material gone');
    expect((await desk.call('job.due', {})).renewals).toEqual([]);
  });
});

describe('versions with dates in one KMS key', () => {
  const versions = [1, 2, 3];
  const states = async (): Promise<string[]> => {
    const { keys } = await desk.call('key.list', { group: 'vault' });
    return keys.map(({ version, state }) => `${version} ${state}`).toSorted();
  };
  /** Each is made a day after the one before, so that their dates differ. */
  async function setUpThree(): Promise<string> {
    await desk.addGroup('vault', { ...dated, mapping: 'material' });
    const key = await desk.rotated('vault');
    for (const _later of [2, 3]) {
      await passTo(clock.now() + day);
      requireDone(await desk.rotate('vault'));
    }
    return idOf(key);
  }

  it('are each imported again before their own date, and the KMS key never stops', async () => {
    const keyId = await setUpThree();
    const cheque = await aws.encrypt(keyId, 'a cheque');
    const first = await endInAws(keyId);
    for (const version of versions) {
      const due = (await renewsAt(`vault/${version}`)) ?? 0;
      expect(Math.round((due - first) / day)).toBe(version - 11);
      await passTo(due + 60_900);
      requireDone(await renewed(version));
      expect(Math.round((((await renewsAt(`vault/${version}`)) ?? 0) - due) / day)).toBe(10);
    }
    expect(await states()).toEqual(['1 Decrypts only', '2 Decrypts only', '3 Active, alias']);
    await passTo(Math.ceil(first) + 3 * day);
    expect((await aws.decrypt(cheque)).text).toBe('a cheque');
    expect((await aws.key(keyId)).metadata.KeyState).toBe('Enabled');
  });

  it('are imported again while another is missing, which is left to a person', async () => {
    const keyId = await setUpThree();
    await aws.kms().send(
      new DeleteImportedKeyMaterialCommand({
        KeyId: keyId,
        KeyMaterialId: (await aws.key(keyId)).materials[0]?.materialId ?? '',
      }),
    );
    await passTo(((await renewsAt('vault/2')) ?? 0) + 60_900);
    await renewed(2);
    await passTo(((await renewsAt('vault/3')) ?? 0) + 60_900);
    await renewed(3);
    const jobs = await renewals();
    expect(jobs.map(({ title, state }) => `${title.at(-1)} ${state}`).toSorted()).toEqual([
      '1 stopped-nothing-changed',
      '2 done',
      '3 done',
    ]);
    expect(await states()).toEqual(['1 Material gone', '2 Stopped', '3 Stopped']);
    expect(await renewsAt('vault/1')).toBeNull();
    expect(((await renewsAt('vault/2')) ?? 0) > clock.now()).toBe(true);
    requireDone(await desk.synchronize('vault/1', importOnly));
    expect((await aws.key(keyId)).metadata.KeyState).toBe('Enabled');
  });

  it('are all brought back where all have expired meanwhile', async () => {
    const keyId = await setUpThree();
    const cheque = await aws.encrypt(keyId, 'a cheque');
    await desk.lock();
    await passTo(clock.now() + 25 * day);
    await desk.unlock();
    const { renewals: due } = await desk.call('job.due', {});
    expect(due.map(({ version }) => version)).toEqual(versions);
    const { jobs } = await desk.call('job.startDue', { keys: due.map((row) => row.keyId) });
    for (const job of jobs) requireDone(await desk.settled(job));
    expect((await aws.decrypt(cheque)).text).toBe('a cheque');
    expect(await states()).toEqual(['1 Decrypts only', '2 Decrypts only', '3 Active, alias']);
  });
});

it('an AWS that takes no other date in place is told of while there is time', async () => {
  aws.controlNow('POST /open-points', { 'import-over-present': 'same-date' });
  const key = await setUp();
  const before = await endInAws(idOf(key));
  await passTo(((await renewsAt('vault/1')) ?? 0) + 60_900);
  const job = await renewed();
  expect(job.job.state).toBe('stopped-nothing-changed');
  expect(failureOf(job).code).toBe('IMPORT_OVER_PRESENT');
  expect(await endInAws(idOf(key))).toBe(before);
  const { renewals: due } = await desk.call('job.due', {});
  expect(due).toMatchObject([{ version: 1, endsAt: before, reason: 'tried' }]);
  aws.controlNow('POST /open-points', { 'import-over-present': 'allowed' });
});
