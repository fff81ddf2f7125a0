import {
  GenerateMacCommand,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { wrapElsewhere } from '../support/other-system.ts';
import { OutsideAws, region } from '../support/outside-aws.ts';
import { SoftHsm } from '../support/soft-hsm.ts';

const elsewhere = 'eu-central-1';
const hmac = { keyType: 'HMAC', keyLength: 256 } as const;

let aws: OutsideAws;
let desk: Desk;
beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock: new HurriedClock() });
  await new SoftHsm(desk.folder).attach(desk);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const planned = (key: string, group: string) => desk.call('group.planCopyKey', { key, group });
const shown = (key: string) => desk.call('key.show', { key });
const said = async (key: string) => (await shown(key)).history.map(({ text }) => text).join('\n');

async function begun(key: string, group: string): Promise<string> {
  const { number: plan } = await planned(key, group);
  return (await desk.call('group.copyKey', { key, group, plan })).jobId;
}
const copied = async (key: string, group: string): Promise<Detail> =>
  desk.settled(await begun(key, group));

const kmsKey = async (key: string): Promise<string> => (await shown(key)).remote?.keyId ?? '';
const held = async (key: string) => aws.key(await kmsKey(key));

describe.each(['hsm', 'software'] as const)('a version of one group in another, %s', (storage) => {
  const a = `here-${storage}`;
  const b = `there-${storage}`;
  beforeAll(async () => {
    await desk.addGroup(a, { ...hmac, storage });
    await desk.addGroup(b, { ...hmac, storage, region: elsewhere });
    await desk.rotated(a);
    await desk.rotated(b);
  });

  it('has the same material in a KMS key of the other Region: each verifies the MACs of the other', async () => {
    const plan = await planned(`${a}/1`, b);
    expect(plan).toMatchObject({ deed: 'copy-key', blocked: null });
    expect(plan.changes[0]).toBe(
      `Version 2 gets the material of version 1 of “${a}”; its properties say so for good`,
    );
    expect(plan.stays[0]).toContain(`Version 1 of “${a}”`);
    expect(plan.lookFirst.join()).toContain('MACs that one KMS key made are verified by the other');
    const before = await held(`${a}/1`);
    const { job, steps } = await copied(`${a}/1`, b);
    expect(job.state).toBe('done');
    expect(job.message).toContain(`Version 1 of ${a} was copied into ${b}. It is version 2`);
    expect(steps.every(({ state }) => state === 'done')).toBe(true);
    const original = await shown(`${a}/1`);
    const copy = await shown(`${b}/2`);
    expect(copy).toMatchObject({ state: 'Active, alias', kcv: original.kcv, storage });
    expect(copy.copies.find(({ text }) => text === 'Backup')?.ok).toBe(true);
    expect((await held(`${b}/2`)).materials[0]?.sha256).toBe(before.materials[0]?.sha256);
    expect(await held(`${a}/1`)).toEqual(before);
    const [here, there] = [
      { kms: aws.kms(region), KeyId: await kmsKey(`${a}/1`) },
      { kms: aws.kms(elsewhere), KeyId: await kmsKey(`${b}/2`) },
    ];
    const MacAlgorithm = 'HMAC_SHA_256';
    const Message = Buffer.from('a token that both sides check');
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const) {
      const { Mac } = await one.kms.send(
        new GenerateMacCommand({ KeyId: one.KeyId, MacAlgorithm, Message }),
      );
      const verify = { KeyId: other.KeyId, MacAlgorithm, Message, Mac } as const;
      expect((await other.kms.send(new VerifyMacCommand(verify))).MacValid).toBe(true);
    }
  });

  it('is told of on both sides, for good, and after the group has another name', async () => {
    expect(await shown(`${b}/2`)).toMatchObject({
      broughtIn: false,
      copiedFrom: { group: a, version: 1, reference: `${a}/1` },
      sameMaterial: [{ reference: `${a}/1`, proved: true }],
    });
    expect(await shown(`${a}/1`)).toMatchObject({
      copiedFrom: null,
      sameMaterial: [{ reference: `${b}/2`, state: 'Active, alias', proved: true }],
    });
    expect((await shown(`${b}/1`)).sameMaterial).toEqual([]);
    expect(await said(`${b}/2`)).toContain(`Copied from ${a}, version 1: the same material`);
    expect(await said(`${a}/1`)).toContain(`Copied into ${b} as version 2`);
    const disabling = await desk.call('key.planDisable', { key: `${a}/1` });
    expect(disabling.lookFirst.join()).toMatch(
      new RegExp(`Version 2 of “${b}” \\(KMS key .*, Enabled\\) has this material, too`),
    );
    expect(disabling.lookFirst.join()).not.toContain('can be verified nowhere');
    for (const importMaterial of [false, true]) {
      const choices = { deleteMaterial: true, updatePolicy: false, importMaterial };
      const { lookFirst } = await desk.call('key.planSynchronize', { key: `${a}/1`, ...choices });
      expect(lookFirst.join()).toMatch(
        new RegExp(`Version 2 of “${b}” \\(KMS key .*, Enabled\\) has this material, too`),
      );
      expect(lookFirst.join()).not.toContain('can be verified nowhere');
    }
    const alone = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
    const other = await desk.call('key.planSynchronize', { key: `${b}/1`, ...alone });
    expect(other.lookFirst.join()).not.toContain('has this material');
    expect(other.lookFirst.join()).toContain('can be verified nowhere');
    const { number } = await desk.call('group.planEdit', {
      group: a,
      changes: { name: `new-${a}` },
    });
    await desk.call('group.edit', { group: a, changes: { name: `new-${a}` }, plan: number });
    expect((await shown(`${b}/2`)).copiedFrom).toEqual({
      group: a,
      version: 1,
      reference: `new-${a}/1`,
    });
    const back = await desk.call('group.planEdit', { group: `new-${a}`, changes: { name: a } });
    await desk.call('group.edit', {
      group: `new-${a}`,
      changes: { name: a },
      plan: back.number,
    });
  });

  it('is not copied twice; and a Force Rotate of the copy makes a key of its own', async () => {
    const { blocked } = await planned(`${a}/1`, b);
    expect(blocked).toMatchObject({ code: 'COPY_KEY_KNOWN', details: { version: 2 } });
    // and not back
    expect((await planned(`${b}/2`, a)).blocked?.details).toMatchObject({ version: 1 });
    const fresh = await desk.rotated(b);
    expect(fresh).toMatchObject({ version: 3, copiedFrom: null, sameMaterial: [] });
    expect(fresh.kcv.value).not.toBe((await shown(`${a}/1`)).kcv.value);
    expect(await shown(`${a}/1`)).toMatchObject({ state: 'Active, alias' });
  });
});

it('copies a key that was brought in, which stays told', async () => {
  await desk.addGroup('came');
  await desk.addGroup('went');
  const { file, kcv } = await wrapElsewhere(desk, 'came', randomBytes(32));
  const input = { group: 'came', file, kcv, adopt: false };
  const { number } = await desk.call('group.planBringIn', input);
  const { jobId } = await desk.call('group.bringIn', { ...input, plan: number });
  requireDone(await desk.settled(jobId));
  const plan = await planned('came/1', 'went');
  expect(plan.lookFirst.join()).toContain('was not made here');
  expect(plan.lookFirst.join()).toContain('AWS binds a ciphertext to its KMS key');
  requireDone(await copied('came/1', 'went'));
  expect(await shown('went/1')).toMatchObject({
    broughtIn: true,
    copiedFrom: { group: 'came', version: 1 },
  });
  const ciphertext = await aws.encrypt('alias/came', 'of the first');
  expect((await aws.decrypt(ciphertext)).keyId).toBe(await kmsKey('came/1'));
  // AWS names the KMS key in the ciphertext: the other one, of the same material, is refused
  expect(await kmsKey('went/1')).not.toBe(await kmsKey('came/1'));
});

it('copies an ECC key: a signature of one verifies with the other', async () => {
  const ecc = { keyType: 'ECC', keyLength: 'P-256' } as const;
  await desk.addGroup('signs', ecc);
  await desk.addGroup('signs-too', { ...ecc, region: elsewhere });
  await desk.rotated('signs');
  requireDone(await copied('signs/1', 'signs-too'));
  const Message = Buffer.from('signed here');
  const SigningAlgorithm = 'ECDSA_SHA_256';
  const { Signature } = await aws
    .kms(region)
    .send(new SignCommand({ KeyId: await kmsKey('signs/1'), Message, SigningAlgorithm }));
  const verify = {
    KeyId: await kmsKey('signs-too/1'),
    Message,
    Signature,
    SigningAlgorithm,
  } as const;
  const reply = await aws.kms(elsewhere).send(new VerifyCommand(verify));
  expect(reply.SignatureValid).toBe(true);
  expect((await shown('signs/1')).sameMaterial).toMatchObject([{ proved: true }]);
});

describe('what is refused changes nothing', () => {
  const why = async (key: string, group: string): Promise<unknown> => {
    const { code, details } = await desk.refused('group.planCopyKey', { key, group });
    expect(code).toBe('COPY_KEY_NOT_TAKEN');
    return details?.['why'];
  };

  it('another type or protection, the same group, what was never in use or is disabled', async () => {
    await desk.addGroup('aes');
    await desk.addGroup('aes-too');
    await desk.addGroup('aes-hsm', { storage: 'hsm' });
    await desk.addGroup('mac', hmac);
    await desk.rotated('aes');
    await desk.rotated('aes-hsm');
    const since = await aws.mark();
    expect(await why('aes/1', 'aes')).toContain('a version of this very group');
    expect(await why('aes/1', 'mac')).toContain('is AES-256, Encrypt + Decrypt');
    expect(await why('aes/1', 'aes-hsm')).toContain('was in the memory of this computer');
    expect(await why('aes-hsm/1', 'aes')).toContain('never leaves the HSM');
    expect((await aws.calls(since)).filter((call) => /Create|Import|Update/.test(call))).toEqual(
      [],
    );
    await aws.deny(['kms:CreateKey']);
    const { job } = await copied('aes/1', 'aes-too');
    expect(job.state).toBe('needs-you');
    await aws.allow();
    await desk.call('job.cancel', { job: job.id });
    await desk.settled(job.id);
    expect(await why('aes-too/1', 'mac')).toContain('the keys of “mac” are HMAC-256');
    await desk.addGroup('aes-third');
    expect(await why('aes-too/1', 'aes-third')).toContain('never was in use');
    // what was copied before, and got no KMS key, is taken up again
    expect((await planned('aes/1', 'aes-too')).changes[0]).toContain(
      'Version 1, which was copied before and has no KMS key',
    );
    requireDone(await copied('aes/1', 'aes-too'));
    const { keys } = await desk.call('key.list', { group: 'aes-too' });
    expect(keys.map(({ version }) => version)).toEqual([1]);
    const off = await desk.call('key.planDisable', { key: 'aes/1' });
    const { jobId } = await desk.call('key.disable', {
      key: 'aes/1',
      plan: off.number,
      ...(off.confirmName === null ? {} : { confirm: off.confirmName }),
    });
    requireDone(await desk.settled(jobId));
    expect(await why('aes/1', 'aes-third')).toContain('it is disabled in AWS');
  });

  it('a further version of a group whose versions share one KMS key; its first is taken', async () => {
    const shared = { mapping: 'material' } as const;
    await desk.addGroup('one', shared);
    await desk.addGroup('source');
    await desk.rotated('source');
    requireDone(await copied('source/1', 'one'));
    await desk.rotated('source');
    expect(await why('source/2', 'one')).toContain('share one KMS key');
    await desk.rotated('one');
    expect(await kmsKey('one/2')).toBe(await kmsKey('one/1'));
    // an earlier version of it is one as any other
    await desk.addGroup('out');
    expect((await planned('one/2', 'out')).blocked).toBeNull();
    const earlier = await planned('source/1', 'out');
    expect(earlier.lookFirst.join()).toContain('is deactivated');
    expect(earlier.lookFirst.join()).toContain('Version 1 of “one”');
    requireDone(await copied('source/1', 'out'));
    expect((await shown('source/1')).sameMaterial.map(({ reference }) => reference)).toEqual([
      'one/1',
      'out/1',
    ]);
  });

  it('is asked for once, under the number of its plan', async () => {
    await desk.addGroup('from');
    await desk.addGroup('to');
    await desk.rotated('from');
    const input = { key: 'from/1', group: 'to', adopt: false };
    const wrong = await desk.refused('group.copyKey', { ...input, plan: '000000000000' });
    expect(wrong.code).toBe('PLAN_CHANGED');
    const { number: plan } = await planned('from/1', 'to');
    await aws.deny(['kms:CreateKey']);
    const first = await desk.call('group.copyKey', { ...input, plan });
    expect((await desk.settled(first.jobId)).job.state).toBe('needs-you');
    const again = await desk.call('group.copyKey', { ...input, plan });
    expect(again).toEqual({ ...first, joined: true });
    await aws.allow();
    requireDone(await desk.goOn(first.jobId));
    const { keys } = await desk.call('key.list', { group: 'to' });
    expect(keys.map(({ version }) => version)).toEqual([1]);
    const { records } = await desk.call('audit.list', { limit: 50 });
    const started = records.find(({ action }) => action === 'group.copyKey');
    expect(JSON.stringify(started)).toContain('from/1');
  });
});
