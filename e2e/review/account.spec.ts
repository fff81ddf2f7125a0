import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { OutsideAws, practiceRoot } from '../support/outside-aws.ts';
import { policyTemplate } from '../support/policies.ts';
import { failureOf } from '../support/truth.ts';
import { parkedRotation, type ParkingStep } from './stage.ts';

const other = { accessKeyId: 'AKIAOTHERACCOUNT0001', secretAccessKey: 'other-secret-0123456789' };
const otherAccount = '444455556666';
const folder = mkdtempSync(join(tmpdir(), 'keyreeve-profile-'));
const profiles = join(folder, 'credentials');

let aws: OutsideAws;
let desk: Desk;

/** What the profile that the groups use says from now on; it is read when connections are made. */
async function use(keys: typeof other): Promise<void> {
  const lines = [
    '[custodian]',
    `aws_access_key_id = ${keys.accessKeyId}`,
    `aws_secret_access_key = ${keys.secretAccessKey}`,
  ];
  writeFileSync(profiles, `${lines.join('\n')}\n`, { mode: 0o600 });
  await desk.lock();
  await desk.unlock();
}

const before = process.env['AWS_SHARED_CREDENTIALS_FILE'];
beforeAll(async () => {
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = profiles;
  const account = `${otherAccount}:${other.accessKeyId}:${other.secretAccessKey}`;
  aws = await OutsideAws.start([`--account=${account}`]);
  desk = await Desk.open(aws, { clock: new HurriedClock() });
  await use(practiceRoot);
  const credential = { kind: 'profile' as const, name: 'by-profile', profile: 'custodian' };
  await desk.call('credential.import', { ...credential, endpoint: aws.url });
});
afterEach(() => use(practiceRoot));
afterAll(async () => {
  if (before === undefined) delete process.env['AWS_SHARED_CREDENTIALS_FILE'];
  else process.env['AWS_SHARED_CREDENTIALS_FILE'] = before;
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Nothing was asked there but whose account it is, and nothing was written of what it knows not. */
async function requireUntouched(stopped: Detail, since: number): Promise<void> {
  expect(failureOf(stopped)).toMatchObject({
    code: 'ACCOUNT_MISMATCH',
    details: { bound: '123456789012', credential: otherAccount },
  });
  const there = (await aws.journal(since)).filter(({ account }) => account === otherAccount);
  expect(new Set(there.map(({ operation }) => operation))).toEqual(new Set(['GetCallerIdentity']));
  expect(there.flatMap(({ effects }) => effects)).toEqual([]);
  const { keys } = await desk.call('key.list', { group: stopped.job.groupId, limit: 500 });
  expect(keys.map(({ remote }) => remote?.state)).not.toContain('Gone');
  for (const line of [stopped.standing?.aws, stopped.standing?.applications])
    expect(line?.text).not.toMatch(/Gone|does not exist/);
  expect(stopped.standing?.applications.good).toBeNull();
}

describe('a job stopped, and the credential of its group is of another account since', () => {
  it.each<ParkingStep>(['create', 'parameters', 'import', 'confirm', 'alias'])(
    'a rotation at %s does nothing there, and goes on with the right one',
    async (step) => {
      const group = `rotation-${step}`;
      await desk.addGroup(group, { credential: 'by-profile', policy: policyTemplate });
      await desk.rotated(group);
      const parked = await parkedRotation({ desk, aws }, group, step);
      const former = await aws.holder(`alias/${group}`);
      const since = await aws.mark();
      await use(other);
      const stopped = await desk.goOn(parked.job.id);
      expect(stopped.job.state).toBe('needs-you');
      await requireUntouched(stopped, since);
      expect(await aws.holder(`alias/${group}`)).toBe(former);
      await use(practiceRoot);
      requireDone(await desk.goOn(parked.job.id));
    },
  );

  it.each(['parameters', 'import'])('Synchronize at %s', async (step) => {
    const group = `synchronize-${step}`;
    await desk.addGroup(group, { credential: 'by-profile' });
    await desk.rotated(group);
    const choices = { deleteMaterial: true, updatePolicy: false, importMaterial: true };
    const action = step === 'import' ? 'kms:ImportKeyMaterial' : 'kms:GetParametersForImport';
    desk.at(`key.synchronize:${step}:before-intent`, () =>
      aws.controlNow('POST /deny', { actions: [action] }),
    );
    const parked = await desk.synchronize(`${group}/1`, choices);
    expect(parked.job.state).toBe('needs-you');
    await aws.allow();
    const since = await aws.mark();
    await use(other);
    await requireUntouched(await desk.goOn(parked.job.id), since);
    await use(practiceRoot);
    requireDone(await desk.goOn(parked.job.id));
  });

  it('Make Active before its alias moves', async () => {
    await desk.addGroup('active', { credential: 'by-profile' });
    const first = await desk.rotated('active');
    const second = await desk.rotated('active');
    const foreign = await aws.makeKey();
    desk.at('key.make-active:alias:before-intent', () =>
      aws.callNow('UpdateAlias', { AliasName: 'alias/active', TargetKeyId: foreign }),
    );
    const parked = await desk.makeActive('active/1');
    expect(failureOf(parked).code).toBe('ALIAS_HELD_ELSEWHERE');
    await aws.pointAlias('alias/active', second.remote?.keyId ?? '');
    const since = await aws.mark();
    await use(other);
    const stopped = await desk.goOn(parked.job.id);
    await requireUntouched(stopped, since);
    expect(await aws.holder('alias/active')).toBe(second.remote?.keyId);
    await use(practiceRoot);
    if (stopped.job.state === 'needs-you') requireDone(await desk.goOn(parked.job.id));
    else requireDone(await desk.makeActive('active/1'));
    expect(await aws.holder('alias/active')).toBe(first.remote?.keyId);
  });
});

it('a look at one key asks nothing of another account, and writes nothing', async () => {
  await desk.addGroup('looked-at', { credential: 'by-profile' });
  await desk.rotated('looked-at');
  const shown = await desk.call('key.show', { key: 'looked-at/1' });
  const since = await aws.mark();
  await use(other);
  const refused = await desk.refused('key.check', { key: 'looked-at/1' });
  expect(refused.code).toBe('ACCOUNT_MISMATCH');
  expect(await desk.call('key.show', { key: 'looked-at/1' })).toEqual(shown);
  expect(new Set(await aws.calls(since))).toEqual(new Set(['GetCallerIdentity']));
  for (const plan of [
    await desk.plan('looked-at'),
    await desk.call('key.planSynchronize', { key: 'looked-at/1' }),
  ])
    expect(plan.blocked?.code).toBe('ACCOUNT_MISMATCH');
  expect(new Set(await aws.calls(since))).toEqual(new Set(['GetCallerIdentity']));
});
