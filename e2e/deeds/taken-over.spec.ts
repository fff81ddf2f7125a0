import { randomBytes } from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { day, HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { wrapElsewhere, type Wrapped } from '../support/other-system.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { policyTemplate } from '../support/policies.ts';

let aws: OutsideAws;
let desk: Desk;
let clock: HurriedClock;

beforeAll(async () => {
  aws = await OutsideAws.start();
  clock = new HurriedClock();
  desk = await Desk.open(aws, { clock });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});
afterEach(async () => {
  clock.wallAhead = 0;
  await aws.allow();
  await aws.misbehave();
});

const planned = (group: string, { file, kcv }: Wrapped, adopt = false) =>
  desk.call('group.planBringIn', { group, file, kcv, adopt });

async function broughtIn(group: string, { file, kcv }: Wrapped): Promise<Detail> {
  const { number: plan } = await planned(group, { file, kcv });
  const { jobId } = await desk.call('group.bringIn', { group, file, kcv, plan });
  return desk.settled(jobId);
}

const shown = (key: string) => desk.call('key.show', { key });
const told = async (key: string) => (await shown(key)).history.map(({ text }) => text).join('\n');

/** A KMS key that somebody filled by a program of their own. */
async function filledKey(material: Buffer, more = {}): Promise<string> {
  const reply = await aws.kms().send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
  const keyId = reply.KeyMetadata?.KeyId ?? '';
  await aws.importMaterial(keyId, material, more);
  return keyId;
}

/** Bringing in a key whose import AWS may not be asked for yet: the job waits before it. */
async function waitsForImport(group: string, secret: Buffer) {
  await aws.deny(['kms:ImportKeyMaterial']);
  const { job } = await broughtIn(group, await wrapElsewhere(desk, group, secret));
  expect(job).toMatchObject({ state: 'needs-you', failure: { code: 'AWS_ACCESS_DENIED' } });
  await aws.allow();
  return job;
}

async function cancelled(job: string): Promise<void> {
  await desk.call('job.cancel', { job });
  expect((await desk.settled(job)).job.state).toBe('cancelled');
}

describe('the plan of taking over a KMS key', () => {
  it('says what goes on with it, and nothing of a key that gives up the alias', async () => {
    const secret = randomBytes(32);
    const ValidTo = new Date(Math.ceil(Date.now() / 1000) * 1000 + 90 * day);
    const keyId = await filledKey(secret, { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo });
    await aws.pointAlias('alias/whole', keyId);
    await aws.pointAlias('alias/old-name', keyId);
    await aws.grant(keyId);
    await desk.addGroup('whole', { activeKeyId: keyId, policy: policyTemplate });
    // another group has adopted it, and has not rotated away from it yet
    await desk.addGroup('other-name', { alias: 'old-name' });
    await aws.deny(['kms:CreateKey']);
    const { number } = await desk.plan('other-name', true);
    const adopting = await desk.call('group.forceRotate', {
      group: 'other-name',
      plan: number,
      adopt: true,
    });
    expect((await desk.settled(adopting.jobId)).job.state).toBe('needs-you');
    await aws.allow();

    const plan = await planned('whole', await wrapElsewhere(desk, 'whole', secret));
    const short = `KMS key ${keyId.slice(0, 4)}…${keyId.slice(-4)}`;
    const date = `${ValidTo.toISOString().slice(0, 16)}Z`;
    expect(plan.blocked).toBeNull();
    expect(plan.changes).toContain(`AWS deletes its material on ${date}, and that date stays`);
    expect(plan.stays).toEqual([
      `${short} under alias/whole: whoever names it by alias, ID or ARN sees no change`,
      `alias/old-name names ${short}, too`,
      `1 grant on ${short} (arn:aws:iam::123456789012:role/rds)`,
      'Data already encrypted is not touched',
      `Key policy: ${short} keeps its own until Synchronize with Update Policy`,
    ]);
    const first = plan.lookFirst.join('\n');
    expect(first).toContain(`“other-name” adopted ${short}: it may move its own alias from it`);
    expect(first).toContain(`Nothing renews its material, as this group gives material no days`);
    expect(first).toContain(`once AWS deletes it on ${date}, `);
    expect(first).not.toMatch(/do(es)? not move|until they change it|newer copy/);
    expect(plan.goBack).toBe('The alias does not move: there is nothing to go back to');
    await cancelled(adopting.jobId);
  });

  it('says which part of it could not be read, and nothing of renewing what never ends', async () => {
    const secret = randomBytes(32);
    const keyId = await filledKey(secret);
    await desk.addGroup('unread', {
      activeKeyId: keyId,
      awsDeletesMaterialAfterDays: 365,
      rotateEvery: { amount: 6, unit: 'months' },
    });
    const wrapped = await wrapElsewhere(desk, 'unread', secret);
    await aws.deny(['kms:ListAliases', 'kms:ListGrants']);
    const { lookFirst, stays } = await planned('unread', wrapped);
    expect(lookFirst.join('\n')).toMatch(/Aliases of KMS key .* could not be read/);
    expect(lookFirst.join('\n')).toMatch(/Grants on KMS key .* could not be read/);
    expect(lookFirst.join('\n')).not.toContain('Renewing the material');
    expect(stays.join('\n')).toMatch(/Key policy: KMS key \S+ keeps its own$/);
  });

  it('tells the mark of another keystore, and refuses a KMS key with several materials', async () => {
    const secret = randomBytes(32);
    const keyId = await filledKey(secret);
    const Description = 'cards [kr-7-0123456789ab]';
    const marked = await aws.kms().send(new CreateKeyCommand({ Origin: 'EXTERNAL', Description }));
    const markedId = marked.KeyMetadata?.KeyId ?? '';
    await aws.importMaterial(markedId, secret);
    await desk.addGroup('marked', { activeKeyId: markedId });
    const wrapped = await wrapElsewhere(desk, 'marked', secret);
    expect((await planned('marked', wrapped)).lookFirst.join('\n')).toContain(
      'bears the mark kr-7-0123456789ab of a rotation by Keyreeve',
    );
    await aws.importFurther(keyId);
    await desk.addGroup('several', { activeKeyId: keyId });
    const { blocked } = await planned('several', await wrapElsewhere(desk, 'several', secret));
    expect(blocked).toMatchObject({
      code: 'ACTIVE_KEY_UNUSABLE',
      details: { problem: 'it has 2 key materials, and one comes in' },
    });
  });
});

describe('where the versions of a group share one KMS key', () => {
  const shared = { mapping: 'material', rotateEvery: { amount: 9, unit: 'months' } } as const;

  it('the one that is taken over is theirs: what was encrypted before goes on, as under version 1', async () => {
    const secret = randomBytes(32);
    const keyId = await filledKey(secret);
    await aws.pointAlias('alias/shared', keyId);
    const texts = [await aws.encrypt('alias/shared', 'from before')];
    await desk.addGroup('shared', { ...shared, activeKeyId: keyId });
    const before = await aws.key(keyId);
    const wrapped = await wrapElsewhere(desk, 'shared', secret);
    const plan = await planned('shared', wrapped);
    expect(plan.blocked).toBeNull();
    expect(plan.changes.join()).toContain(`KMS key ${keyId} is taken over`);
    const since = await aws.mark();
    const { number } = plan;
    const input = { group: 'shared', file: wrapped.file, kcv: wrapped.kcv, adopt: false };
    const { jobId } = await desk.call('group.bringIn', { ...input, plan: number });
    requireDone(await desk.settled(jobId));
    const calls = await aws.calls(since);
    for (const call of ['CreateKey', 'UpdateAlias', 'RotateKeyOnDemand'])
      expect(calls).not.toContain(call);
    const first = await shown('shared/1');
    expect(first).toMatchObject({
      broughtIn: true,
      state: 'Active, alias',
      remote: { keyId, materialState: 'CURRENT', materialId: before.materials[0]?.materialId },
    });
    expect(await aws.key(keyId)).toMatchObject({ materials: before.materials });
    // no further key comes in from elsewhere, and the next version is a material of this very KMS key
    const refused = await desk.refused('group.prepareBringIn', { group: 'shared' });
    expect(refused).toMatchObject({ code: 'BRING_IN_NOT_TAKEN' });
    const second = await desk.rotated('shared');
    expect(second).toMatchObject({ version: 2, broughtIn: false, remote: { keyId } });
    expect(await shown('shared/1')).toMatchObject({ state: 'Decrypts only' });
    texts.push(await aws.encrypt('alias/shared', 'under version 2'));
    const alone = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
    requireDone(await desk.synchronize('shared/1', alone));
    expect(await shown('shared/2')).toMatchObject({ state: 'Stopped' });
    const back = { deleteMaterial: false, updatePolicy: false, importMaterial: true };
    requireDone(await desk.synchronize('shared/1', back));
    const read = await Promise.all(texts.map((text) => aws.decrypt(text)));
    expect(read).toEqual([
      { text: 'from before', keyId },
      { text: 'under version 2', keyId },
    ]);
  });

  it('one that has other material is let go of, and the group begins with a KMS key of its own', async () => {
    const keyId = await filledKey(randomBytes(32));
    await desk.addGroup('begins', { ...shared, activeKeyId: keyId });
    const before = await aws.key(keyId);
    const { job } = await broughtIn('begins', await wrapElsewhere(desk, 'begins', randomBytes(32)));
    expect(job).toMatchObject({
      state: 'needs-you',
      failure: { code: 'IMPORT_WRONG_MATERIAL' },
    });
    await cancelled(job.id);
    expect(await aws.key(keyId)).toEqual(before);
    expect(await shown('begins/1')).toMatchObject({ remote: null, state: 'Not in AWS' });
    const change = { group: 'begins', changes: { activeKeyId: null } };
    const { number } = await desk.call('group.planEdit', change);
    await desk.call('group.edit', { ...change, plan: number });
    expect(await desk.rotated('begins')).toMatchObject({
      version: 2,
      remote: { materialState: 'CURRENT' },
    });
    expect(await shown('begins/1')).toMatchObject({ remote: null, state: 'Not in AWS' });
    expect(await aws.key(keyId)).toEqual(before);
  });
});

describe('a KMS key that changes before the import', () => {
  it('gets no import once it has several materials', async () => {
    const secret = randomBytes(32);
    const keyId = await filledKey(secret);
    await desk.addGroup('meanwhile', { activeKeyId: keyId });
    const { id } = await waitsForImport('meanwhile', secret);
    await aws.importFurther(keyId);
    const since = await aws.mark();
    const { job } = await desk.goOn(id);
    expect(job.failure).toMatchObject({
      code: 'ACTIVE_KEY_UNUSABLE',
      details: { problem: 'it has 2 key materials, and one comes in' },
    });
    expect(await aws.calls(since)).not.toContain('ImportKeyMaterial');
    await cancelled(id);
    expect(await shown('meanwhile/1')).toMatchObject({ remote: null, state: 'Not in AWS' });
    expect(await told('meanwhile/1')).toContain(
      'AWS has not confirmed that this key is its material',
    );
  });

  it('is proved later where its state allows no import now', async () => {
    const secret = randomBytes(32);
    const keyId = await filledKey(secret);
    await desk.addGroup('deleting', { activeKeyId: keyId });
    const { id } = await waitsForImport('deleting', secret);
    await aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId: keyId }));
    expect((await desk.goOn(id)).job).toMatchObject({
      state: 'needs-you',
      failure: { code: 'AWS_KEY_STATE', details: { state: 'PendingDeletion' } },
    });
    await aws.kms().send(new CancelKeyDeletionCommand({ KeyId: keyId }));
    await aws.kms().send(new EnableKeyCommand({ KeyId: keyId }));
    requireDone(await desk.goOn(id));
    expect((await shown('deleting/1')).remote?.keyId).toBe(keyId);
  });

  it('keeps its material where AWS takes none over it, and nobody claims that it is another', async () => {
    const secret = randomBytes(32);
    const keyId = await filledKey(secret);
    await desk.addGroup('present', { activeKeyId: keyId });
    aws.controlNow('POST /open-points', { 'import-over-present': 'KMSInvalidStateException' });
    try {
      const wrapped = await wrapElsewhere(desk, 'present', secret);
      const { job } = await broughtIn('present', wrapped);
      expect(job).toMatchObject({
        state: 'needs-you',
        failure: { code: 'IMPORT_OVER_PRESENT', details: { unproved: keyId } },
      });
      // the way that it names
      await aws.deleteMaterial(keyId);
      requireDone(await desk.goOn(job.id));
      expect((await shown('present/1')).remote?.keyId).toBe(keyId);
    } finally {
      aws.controlNow('POST /open-points', { 'import-over-present': 'allowed' });
    }
  });

  it('gets no date that has passed while the job waited', async () => {
    const secret = randomBytes(32);
    const ValidTo = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000);
    const keyId = await filledKey(secret, { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo });
    await desk.addGroup('passed', { activeKeyId: keyId });
    const { id } = await waitsForImport('passed', secret);
    await aws.advance(7_200);
    await aws.misbehave({ clockSkewSeconds: 7_200 });
    clock.wallAhead = 7_200_000;
    requireDone(await desk.goOn(id));
    expect((await shown('passed/1')).remote).toMatchObject({ keyId, validTo: null });
  });
});

it('History does not say that AWS was not asked, where its answer was lost', async () => {
  const secret = randomBytes(32);
  const keyId = await filledKey(secret);
  await desk.addGroup('lost', { activeKeyId: keyId });
  const { id } = await waitsForImport('lost', secret);
  await aws.misbehave({
    operations: { ImportKeyMaterial: { loseResponseAfterEffect: 1_000_000 } },
  });
  const { job } = await desk.goOn(id);
  expect(job.state).toBe('needs-you');
  await cancelled(id);
  expect((await shown('lost/1')).remote).toBeNull();
  expect(await told('lost/1')).toContain(
    `KMS key ${keyId} was not taken over: AWS has not confirmed that this key is its material`,
  );
});

it('a multi-Region key, whose replicas share its id, is none that a group can name', async () => {
  const multi = await aws
    .kms()
    .send(new CreateKeyCommand({ Origin: 'EXTERNAL', MultiRegion: true }));
  await desk.addGroup('multi');
  const changes = { activeKeyId: multi.KeyMetadata?.KeyId ?? '' };
  expect((await desk.refused('group.planEdit', { group: 'multi', changes })).code).toBe(
    'BAD_INPUT',
  );
});
