import { createHash, randomBytes } from 'node:crypto';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { day, HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { SoftHsm } from '../support/soft-hsm.ts';
import { wrapElsewhere as elsewhere, type Wrapped } from '../support/other-system.ts';

let aws: OutsideAws;
let desk: Desk;
let clock: HurriedClock;

beforeAll(async () => {
  aws = await OutsideAws.start();
  clock = new HurriedClock();
  desk = await Desk.open(aws, { clock });
  await new SoftHsm(desk.folder).attach(desk);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const wrapElsewhere = (group: string, secret: Buffer, options?: { kcv: boolean }) =>
  elsewhere(desk, group, secret, options);

const planned = (group: string, { file, kcv }: Wrapped, adopt = false) =>
  desk.call('group.planBringIn', { group, file, kcv, adopt });

async function broughtIn(group: string, { file, kcv }: Wrapped, adopt = false): Promise<Detail> {
  const { number: plan } = await planned(group, { file, kcv }, adopt);
  const { jobId } = await desk.call('group.bringIn', { group, file, kcv, plan, adopt });
  return desk.settled(jobId);
}

const shown = (key: string) => desk.call('key.show', { key });
const keysOf = async (group: string) => (await desk.call('key.list', { group })).keys;
const transportOf = async (group: string) =>
  (await desk.call('group.transportKey', { group })).transportKey;

/** A KMS key that somebody filled by a program of their own. */
async function filledKey(material: Buffer, more = {}): Promise<string> {
  const reply = await aws.kms().send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
  const keyId = reply.KeyMetadata?.KeyId ?? '';
  await aws.importMaterial(keyId, material, more);
  return keyId;
}

describe.each(['hsm', 'software'] as const)('a key from elsewhere, %s', (storage) => {
  it('becomes the next version in a new KMS key, and is proved to be that very key', async () => {
    const group = `new-${storage}`;
    await desk.addGroup(group, { storage });
    await desk.rotated(group);
    const secret = randomBytes(32);
    const wrapped = await wrapElsewhere(group, secret);
    expect((await transportOf(group))?.pem).toBe(wrapped.pem);
    const plan = await planned(group, wrapped);
    expect(plan).toMatchObject({ deed: 'bring-in', blocked: null });
    expect(plan.changes[0]).toContain('comes in as version 2, KCV');
    const digest = createHash('sha256').update(Buffer.from(wrapped.file, 'base64')).digest('hex');
    expect(plan.lookFirst.join()).toContain(digest);
    const since = await aws.mark();
    requireDone(await broughtIn(group, wrapped));
    expect(await aws.calls(since)).toEqual(expect.arrayContaining(['CreateKey', 'UpdateAlias']));
    const key = await shown(`${group}/2`);
    expect(key).toMatchObject({ broughtIn: true, state: 'Active, alias', storage });
    expect(key.kcv.value).toBe(wrapped.kcv.trim());
    expect(key.history.map(({ text }) => text).join()).toMatch(
      /Brought in from elsewhere, not made here/,
    );
    expect((await shown(`${group}/1`)).broughtIn).toBe(false);
    // AWS takes nothing but the material a KMS key has: the clear key fits, and no other does
    const keyId = key.remote?.keyId ?? '';
    expect(await aws.importMaterial(keyId, secret)).toBe(key.remote?.materialId);
    await expect(aws.importMaterial(keyId, randomBytes(32))).rejects.toThrow(
      /IncorrectKeyMaterial|material/i,
    );
    // used once
    expect(await transportOf(group)).toBeNull();
    const { code } = await desk.refused('group.planBringIn', { group, ...file(wrapped) });
    expect(code).toBe('BRING_IN_NOT_PREPARED');
  });

  it('takes over the KMS key that has this material, with its id, date and ciphertexts', async () => {
    const group = `over-${storage}`;
    const secret = randomBytes(32);
    const ValidTo = new Date(Math.ceil(Date.now() / 1000) * 1000 + 90 * 86_400_000);
    const expiry = { ExpirationModel: 'KEY_MATERIAL_EXPIRES' as const, ValidTo };
    const dated = storage === 'hsm';
    const keyId = await filledKey(secret, dated ? expiry : {});
    await aws.pointAlias(`alias/${group}`, keyId);
    const ciphertext = await aws.encrypt(`alias/${group}`, 'from before');
    await desk.addGroup(group, {
      storage,
      activeKeyId: keyId,
      // what the group says of new keys is another date than the one that this key has
      awsDeletesMaterialAfterDays: dated ? null : 365,
      rotateEvery: { amount: 6, unit: 'months' },
    });
    const wrapped = await wrapElsewhere(group, secret);
    const plan = await planned(group, wrapped);
    expect(plan.blocked).toBeNull();
    expect(plan.changes.join()).toContain(`KMS key ${keyId} is taken over`);
    expect(plan.changes.join()).toContain('names that KMS key already, and stays');
    expect(plan.changes.join()).toMatch(
      dated ? /AWS deletes its material on .*Z, and that date stays/ : /on no date, and that stays/,
    );
    expect(plan.changes.join()).not.toContain('after 365 days');
    const since = await aws.mark();
    requireDone(await broughtIn(group, wrapped));
    const calls = await aws.calls(since);
    expect(calls).not.toContain('CreateKey');
    expect(calls).not.toContain('UpdateAlias');
    const key = await shown(`${group}/1`);
    expect(key).toMatchObject({ broughtIn: true, state: 'Active, alias', remote: { keyId } });
    expect(key.remote?.validTo).toBe(dated ? ValidTo.getTime() : null);
    expect(await aws.decrypt(ciphertext)).toEqual({ text: 'from before', keyId });
    // it goes on under the console: lost material comes back from the copy kept here
    await aws.deleteMaterial(keyId);
    const boxes = { deleteMaterial: false, updatePolicy: false, importMaterial: true };
    requireDone(await desk.synchronize(`${group}/1`, boxes));
    expect((await aws.decrypt(ciphertext)).text).toBe('from before');
    await desk.rotated(group);
    expect((await shown(`${group}/2`)).remote?.keyId).not.toBe(keyId);
  });

  it('leaves a KMS key that has other material as it is, and says so', async () => {
    const group = `other-${storage}`;
    const keyId = await filledKey(randomBytes(32));
    await aws.pointAlias(`alias/${group}`, keyId);
    await desk.addGroup(group, { storage, activeKeyId: keyId });
    const before = await aws.key(keyId);
    const secret = randomBytes(32);
    const { job, next } = await broughtIn(group, await wrapElsewhere(group, secret));
    expect(job.state).toBe('needs-you');
    expect(next?.deed).toBe('cancel');
    expect(job.failure).toMatchObject({ code: 'IMPORT_WRONG_MATERIAL' });
    expect(await aws.key(keyId)).toEqual(before);
    expect(await aws.holder(`alias/${group}`)).toBe(keyId);
    const kept = await shown(`${group}/1`);
    expect(kept).toMatchObject({ lifecycle: 'pre-activation', remote: null, state: 'Not in AWS' });
    expect(kept.history.map(({ text }) => text).join()).toContain('was not taken over');
    // who continues is told the same
    const { job: still } = await desk.goOn(job.id);
    expect(still).toMatchObject({ state: 'needs-you', failure: { code: 'IMPORT_WRONG_MATERIAL' } });
    await desk.call('job.cancel', { job: job.id });
    expect((await desk.settled(job.id)).job.state).toBe('cancelled');
    expect(await aws.key(keyId)).toEqual(before);
    // the right KMS key, and the same key again: it is the version that is there, and no second one
    const right = await filledKey(secret);
    const change = { group, changes: { activeKeyId: right } };
    const { number } = await desk.call('group.planEdit', change);
    await desk.call('group.edit', { ...change, plan: number });
    const again = await wrapElsewhere(group, secret);
    const plan = await planned(group, again, true);
    expect(plan.changes[0]).toContain('Version 1, which came in before');
    requireDone(await broughtIn(group, again, true));
    expect((await keysOf(group)).map(({ version }) => version)).toEqual([1]);
    expect((await shown(`${group}/1`)).remote?.keyId).toBe(right);
    expect(await aws.holder(`alias/${group}`)).toBe(right);
  });
});

/** What comes by itself within a minute of the hurried clock. */
const slowly = { timeout: 60_000, interval: 200 };

const file = ({ file: given, kcv }: Wrapped): Wrapped => ({ file: given, kcv });

describe('a key that AWS did not take', () => {
  /** A KMS key for HMAC, whose material AWS never names. */
  async function emptied(material: Buffer): Promise<string> {
    const made = await aws.kms().send(
      new CreateKeyCommand({
        Origin: 'EXTERNAL',
        KeySpec: 'HMAC_256',
        KeyUsage: 'GENERATE_VERIFY_MAC',
      }),
    );
    const keyId = made.KeyMetadata?.KeyId ?? '';
    await aws.importMaterial(keyId, material);
    await aws.deleteMaterial(keyId);
    return keyId;
  }

  it('does not bind an HMAC KMS key that lost its material', async () => {
    const secret = randomBytes(32);
    const keyId = await emptied(secret);
    const kind = { keyType: 'HMAC', keyLength: 256 } as const;
    await desk.addGroup('mac', { ...kind, activeKeyId: keyId });
    const { job } = await broughtIn('mac', await wrapElsewhere('mac', randomBytes(32)));
    expect(job.failure).toMatchObject({ code: 'IMPORT_WRONG_MATERIAL' });
    expect((await shown('mac/1')).remote).toBeNull();
    await desk.call('job.cancel', { job: job.id });
    await desk.settled(job.id);
    requireDone(await broughtIn('mac', await wrapElsewhere('mac', secret)));
    expect((await shown('mac/2')).remote?.keyId).toBe(keyId);
  });

  it('comes in as the next version where another one is in use meanwhile', async () => {
    const keyId = await filledKey(randomBytes(32));
    await desk.addGroup('late', { activeKeyId: keyId });
    const secret = randomBytes(32);
    const { job } = await broughtIn('late', await wrapElsewhere('late', secret));
    await desk.call('job.cancel', { job: job.id });
    await desk.settled(job.id);
    const change = { group: 'late', changes: { activeKeyId: null } };
    const { number } = await desk.call('group.planEdit', change);
    await desk.call('group.edit', { ...change, plan: number });
    await desk.rotated('late');
    const again = await wrapElsewhere('late', secret);
    expect((await planned('late', again)).changes[0]).toContain('comes in as version 3');
    requireDone(await broughtIn('late', again));
    expect(await shown('late/3')).toMatchObject({ state: 'Active, alias', broughtIn: true });
  });
});

describe('what is refused changes nothing', () => {
  it('another KCV, another length, another file, a key that is here', async () => {
    await desk.addGroup('refused');
    await desk.addGroup('neighbour');
    const secret = randomBytes(32);
    const right = await wrapElsewhere('refused', secret);
    const blocked = async (wrapped: Wrapped) => (await planned('refused', wrapped)).blocked?.code;
    const since = await aws.mark();
    expect(await blocked({ ...right, kcv: '00112233AA' })).toBe('BRING_IN_KCV_DIFFERS');
    const short = await wrapElsewhere('refused', randomBytes(48), { kcv: false });
    expect(await blocked({ ...short, kcv: right.kcv })).toBe('BRING_IN_WRONG_LENGTH');
    const foreign = await wrapElsewhere('neighbour', secret);
    expect(await blocked(foreign)).toBe('BRING_IN_NOT_OPENED');
    for (const text of ['AAAA', Buffer.from('no wrapped key').toString('base64')]) {
      const refused = await desk.refused('group.planBringIn', {
        group: 'refused',
        file: text,
        kcv: right.kcv,
      });
      expect(refused.code).toBe('BRING_IN_NOT_OPENED');
    }
    for (const kcv of ['12345', '1234567', 'wrong!', '']) {
      expect(
        (await desk.refused('group.planBringIn', { ...file(right), group: 'refused', kcv })).code,
      ).toBe('BAD_INPUT');
    }
    expect((await aws.calls(since)).filter((call) => /Create|Import|Update/.test(call))).toEqual(
      [],
    );
    expect(await keysOf('refused')).toEqual([]);
    // base64 in lines, and the first three bytes of the KCV in lower case, are the same thing
    const lines = Buffer.from(
      Buffer.from(right.file, 'base64').toString('base64').replace(/.{64}/g, '$&\n'),
    );
    const asText = { file: lines.toString('base64'), kcv: right.kcv.slice(0, 6).toLowerCase() };
    requireDone(await broughtIn('refused', asText));
    const twice = await wrapElsewhere('refused', secret);
    const known = await planned('refused', twice);
    expect(known.blocked).toMatchObject({ code: 'BRING_IN_KNOWN', details: { version: 1 } });
    const elsewhere = await planned('neighbour', await wrapElsewhere('neighbour', secret));
    expect(elsewhere.lookFirst.join()).toMatch(
      /Version 1 of “refused” \(KMS key .*, Enabled\) has this material, too/,
    );
    // a plan that is blocked cannot be started
    const { code } = await desk.refused('group.bringIn', {
      group: 'refused',
      ...file(twice),
      plan: known.number,
    });
    expect(code).toBe('BRING_IN_KNOWN');
  });

  it('groups of private keys, a transport key that is given up or over, a group that is removed', async () => {
    await desk.addGroup('signing', { keyType: 'ECC', keyLength: 'P-256' });
    expect((await desk.refused('group.prepareBringIn', { group: 'signing' })).code).toBe(
      'BRING_IN_NOT_TAKEN',
    );
    await desk.addGroup('gone');
    const first = await wrapElsewhere('gone', randomBytes(32));
    expect((await wrapElsewhere('gone', randomBytes(32))).pem).toBe(first.pem);
    await desk.call('group.giveUpBringIn', { group: 'gone' });
    expect((await desk.refused('group.giveUpBringIn', { group: 'gone' })).code).toBe(
      'BRING_IN_NOT_PREPARED',
    );
    expect((await desk.refused('group.planBringIn', { group: 'gone', ...file(first) })).code).toBe(
      'BRING_IN_NOT_PREPARED',
    );
    const second = await wrapElsewhere('gone', randomBytes(32));
    expect(second.pem).not.toBe(first.pem);
    expect((await planned('gone', first)).blocked?.code).toBe('BRING_IN_NOT_OPENED');
    await desk.call('group.remove', { group: 'gone', confirm: true });
    expect((await desk.refused('group.transportKey', { group: 'gone' })).code).toBe('NOT_FOUND');
  });
});

describe('a transport key whose days are over', () => {
  const week = 7 * day;

  afterEach(async () => {
    clock.wallAhead = 0;
    await aws.allow();
    await aws.misbehave();
  });

  it('is destroyed, and the audit log says so', async () => {
    await desk.addGroup('forgotten');
    const { sha256 } = await desk.call('group.prepareBringIn', { group: 'forgotten' });
    clock.wallAhead = week;
    const action = 'group.transportKeyOver';
    await expect
      .poll(async () => (await desk.call('audit.list', { action, limit: 1 })).records, slowly)
      .toMatchObject([{ outcome: 'DESTROYED', details: { transportKey: sha256 } }]);
  });

  it('is told of its own group where another one is prepared before the clock looks', async () => {
    for (const group of ['left', 'asking']) await desk.addGroup(group);
    const { sha256 } = await desk.call('group.prepareBringIn', { group: 'left' });
    const { id } = (await desk.call('group.show', { group: 'left' })).group;
    const told: string[] = [];
    const end = desk.core.onChange(({ what, ids }) => {
      if (what === 'group') told.push(...(ids ?? []));
    });
    clock.wallAhead = week;
    await desk.call('group.prepareBringIn', { group: 'asking' });
    end();
    expect(told).toContain(id);
    const action = 'group.transportKeyOver';
    expect((await desk.call('audit.list', { action, limit: 1 })).records).toMatchObject([
      { objects: [id], details: { transportKey: sha256 } },
    ]);
  });

  it('takes the file of a job along that waited, and the job says what to do', async () => {
    await desk.addGroup('waited');
    await aws.deny(['kms:CreateKey']);
    const before = await desk.rotate('waited');
    expect(before.job.state).toBe('needs-you');
    await aws.allow();
    const { file, kcv } = await wrapElsewhere('waited', randomBytes(32));
    const { number: plan, lookFirst } = await planned('waited', { file, kcv });
    expect(lookFirst.join()).toMatch(/The file can be opened until .*Z: a job that waits longer/);
    // behind that rotation, which nobody decides about for a week
    const { jobId } = await desk.call('group.bringIn', { group: 'waited', file, kcv, plan });
    clock.wallAhead = week;
    await aws.misbehave({ clockSkewSeconds: week / 1000 });
    await desk.call('job.cancel', { job: before.job.id });
    const { job } = await desk.settled(jobId);
    expect(job).toMatchObject({
      state: 'stopped-nothing-changed',
      failure: { code: 'BRING_IN_NOT_PREPARED', details: { waited: true } },
    });
    expect(await keysOf('waited')).toHaveLength(1);
  });
});
