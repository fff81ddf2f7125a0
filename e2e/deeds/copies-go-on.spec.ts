import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import {
  GenerateMacCommand,
  KMSClient,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FoundKey } from '../../shared/contract/scan.ts';
import { whatItMeans } from '../../shared/text/scans.ts';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, type Detail, requireDone } from '../support/desk.ts';
import { OutsideAws, region } from '../support/outside-aws.ts';
import { SoftHsm } from '../support/soft-hsm.ts';

/** What becomes of a key that was copied to another group, and of its copy, in what else the product does. */
const otherAccount = '999900001111';
const other = {
  accessKeyId: 'AKIAOTHEROTHEROTHER1',
  secretAccessKey: randomBytes(20).toString('hex'),
};
const hmac = { keyType: 'HMAC', keyLength: 256 } as const;

let aws: OutsideAws;
const desks: Desk[] = [];
beforeAll(async () => {
  const account = `${otherAccount}:${other.accessKeyId}:${other.secretAccessKey}`;
  aws = await OutsideAws.start([`--account=${account}`]);
});
afterEach(async () => {
  for (const each of desks.splice(0)) await each[Symbol.asyncDispose]();
});
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]();
});

async function opened(): Promise<Desk> {
  const desk = await Desk.open(aws, { clock: new HurriedClock() });
  desks.push(desk);
  return desk;
}

async function copied(desk: Desk, key: string, group: string): Promise<Detail> {
  const { number: plan } = await desk.call('group.planCopyKey', { key, group });
  const { jobId } = await desk.call('group.copyKey', { key, group, plan });
  const detail = await desk.settled(jobId);
  requireDone(detail);
  return detail;
}

const shown = (desk: Desk, key: string) => desk.call('key.show', { key });
const kmsKey = async (desk: Desk, key: string): Promise<string> =>
  (await shown(desk, key)).remote?.keyId ?? '';
const held = async (desk: Desk, key: string) => aws.key(await kmsKey(desk, key));

const Message = Buffer.from('what one signs and the other verifies');

/** A keystore put back from a backup on another device, which is to rotate from now on. */
async function restoredFrom(desk: Desk, from: string): Promise<Desk> {
  const there = new Desk({ clock: new HurriedClock() });
  desks.push(there);
  await there.call('keystore.restore', { from, passphrase: Uint8Array.from(desk.passphrase) });
  await there.unlock();
  await there.call('device.designate', { confirm: true });
  return there;
}

async function backedUp(desk: Desk): Promise<string> {
  await desk.call('keystore.backup', {});
  const to = join(desk.folder, 'carried');
  cpSync(desk.backups, to, { recursive: true });
  return to;
}

/** The row of a KMS key among those that stand so, by a scan from its beginning to its end. */
async function found(
  desk: Desk,
  group: string,
  standing: FoundKey['standing'],
  keyId: string,
): Promise<FoundKey> {
  let scan = await desk.call('group.findInAws', { group });
  while (scan.state === 'running') {
    const { id, revision } = scan;
    scan = await desk.call('scan.show', { scan: id, revision, waitMs: 30_000 });
  }
  const { keys } = await desk.call('scan.list', { scan: scan.id, standing, limit: 100 });
  const row = keys.find((each) => each.keyId === keyId);
  if (!row) throw new Error(`no KMS key ${keyId} among those ${standing}`);
  return row;
}

const alone = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
const back = { deleteMaterial: false, updatePolicy: false, importMaterial: true };

it('a copy restored on another device is told of as before, and goes to AWS from there', async () => {
  const desk = await opened();
  await desk.addGroup('tokens', hmac);
  await desk.addGroup('tokens-too', hmac);
  await desk.rotated('tokens');
  await copied(desk, 'tokens/1', 'tokens-too');
  const there = await restoredFrom(desk, await backedUp(desk));
  const keyId = await kmsKey(desk, 'tokens-too/1');
  await desk.lock();
  expect(await shown(there, 'tokens-too/1')).toMatchObject({
    state: 'Active, alias',
    copiedFrom: { group: 'tokens', version: 1, reference: 'tokens/1' },
    sameMaterial: [{ reference: 'tokens/1', proved: true }],
    remote: { keyId },
  });
  expect((await shown(there, 'tokens/1')).sameMaterial).toMatchObject([
    { reference: 'tokens-too/1', proved: true },
  ]);
  // AWS has lost it: the copy that was restored is that very material
  const before = (await aws.key(keyId)).materials[0]?.sha256;
  requireDone(await there.synchronize('tokens-too/1', alone));
  expect((await aws.key(keyId)).materials[0]?.sha256).toBeNull();
  requireDone(await there.synchronize('tokens-too/1', back));
  expect((await aws.key(keyId)).materials[0]?.sha256).toBe(before);
  const { blocked } = await there.call('group.planCopyKey', {
    key: 'tokens/1',
    group: 'tokens-too',
  });
  expect(blocked).toMatchObject({ code: 'COPY_KEY_KNOWN', details: { version: 1 } });
  // and it can be copied on from there
  await there.addGroup('tokens-third', hmac);
  await copied(there, 'tokens-too/1', 'tokens-third');
  expect((await shown(there, 'tokens-third/1')).sameMaterial.map((each) => each.reference)).toEqual(
    ['tokens/1', 'tokens-too/1'],
  );
  expect((await held(there, 'tokens-third/1')).materials[0]?.sha256).toBe(before);
});

it('a copy that a newer keystore made is a KMS key that an older backup of it does not know', async () => {
  const desk = await opened();
  await desk.addGroup('source');
  await desk.addGroup('target');
  const older = await backedUp(desk);
  await desk.rotated('source');
  await copied(desk, 'source/1', 'target');
  const unknown = await kmsKey(desk, 'target/1');
  await desk.lock();
  const there = await restoredFrom(desk, older);
  const row = await found(there, 'target', 'marked', unknown);
  expect(row).toMatchObject({
    aliases: ['alias/target'],
    mark: { keystore: 'this', job: null, madeFor: null },
  });
  expect(whatItMeans(row)).toMatch(/older than that job\. Restore a newer backup/);
  expect((await there.plan('target')).blocked).toMatchObject({ code: 'ALIAS_HELD_ELSEWHERE' });
});

it('Find in AWS knows the KMS key of a copy as that of its own group', async () => {
  const desk = await opened();
  await desk.addGroup('found', hmac);
  await desk.addGroup('found-too', hmac);
  await desk.rotated('found');
  await copied(desk, 'found/1', 'found-too');
  for (const name of ['found', 'found-too']) {
    const row = await found(desk, 'found-too', 'known', await kmsKey(desk, `${name}/1`));
    expect(row).toMatchObject({
      owner: { kind: 'key', reference: `${name}/1` },
      aliases: [`alias/${name}`],
      mark: null,
    });
  }
});

it('Find in AWS sends whoever copied to the job that was cut off behind CreateKey', async () => {
  const desk = await opened();
  await desk.addGroup('cut');
  await desk.addGroup('cut-too');
  await desk.rotated('cut');
  const unanswered = await aws.hold('CreateKey');
  const { number: plan } = await desk.call('group.planCopyKey', { key: 'cut/1', group: 'cut-too' });
  const { jobId } = await desk.call('group.copyKey', { key: 'cut/1', group: 'cut-too', plan });
  while ((await unanswered()) !== 0) await new Promise((resolve) => setImmediate(resolve));
  await desk.call('keystore.backup', {});
  const from = join(desk.folder, 'meanwhile');
  cpSync(desk.backups, from, { recursive: true });
  await aws.misbehave();
  requireDone(await desk.settled(jobId));
  const made = await kmsKey(desk, 'cut-too/1');
  await desk.lock();
  const there = await restoredFrom(desk, from);
  expect((await there.settled(jobId)).job.state).toBe('needs-you');
  const marked = await found(there, 'cut-too', 'marked', made);
  expect(marked).toMatchObject({
    mark: { keystore: 'this', job: { id: jobId }, madeFor: { reference: 'cut-too/1' } },
  });
  expect(whatItMeans(marked)).toMatch(/is not over\. Continue it: it takes this KMS key/);
  requireDone(await there.goOn(jobId));
  expect(await found(there, 'cut-too', 'known', made)).toMatchObject({
    owner: { reference: 'cut-too/1' },
  });
  expect(await shown(there, 'cut-too/1')).toMatchObject({
    copiedFrom: { group: 'cut', version: 1 },
    sameMaterial: [{ reference: 'cut/1', proved: true }],
  });
});

describe('two accounts, each with a credential of its own', () => {
  it('have the same HMAC key: each verifies the MACs of the other, and neither sees the other', async () => {
    const desk = await opened();
    await desk.importCredential('of-others', aws.url, other);
    await desk.addGroup('mine', hmac);
    await desk.addGroup('theirs', { ...hmac, credential: 'of-others' });
    await desk.rotated('mine');
    const since = await aws.mark();
    const plan = await desk.call('group.planCopyKey', { key: 'mine/1', group: 'theirs' });
    expect(plan.subject).toContain(otherAccount);
    await copied(desk, 'mine/1', 'theirs');
    const written = (await aws.journal(since)).filter(({ effects }) => effects.length > 0);
    expect(new Set(written.map(({ account }) => account))).toEqual(new Set([otherAccount]));
    const [here, there] = [await held(desk, 'mine/1'), await held(desk, 'theirs/1')];
    expect([here.account, there.account]).toEqual(['123456789012', otherAccount]);
    expect(there.materials[0]?.sha256).toBe(here.materials[0]?.sha256);
    using theirs = disposed(
      new KMSClient({ endpoint: aws.url, region, credentials: other, maxAttempts: 1 }),
    );
    const MacAlgorithm = 'HMAC_SHA_256' as const;
    const KeyId = here.metadata.KeyId;
    const { Mac } = await aws.kms().send(new GenerateMacCommand({ KeyId, Message, MacAlgorithm }));
    const verify = { KeyId: there.metadata.KeyId, Message, MacAlgorithm, Mac };
    expect((await theirs.client.send(new VerifyMacCommand(verify))).MacValid).toBe(true);
    await expect(aws.kms().send(new VerifyMacCommand(verify))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });
});

const disposed = (client: KMSClient) => ({ client, [Symbol.dispose]: () => client.destroy() });

it('an HSM protected ECC key signs in two groups, and its copy is opened from the token alone', async () => {
  const desk = await opened();
  await new SoftHsm(desk.folder).attach(desk);
  const ecc = { keyType: 'ECC', keyLength: 'P-384', storage: 'hsm' } as const;
  await desk.addGroup('signs', ecc);
  await desk.addGroup('signs-too', ecc);
  await desk.addGroup('signs-soft', { ...ecc, storage: 'software' });
  await desk.rotated('signs');
  await copied(desk, 'signs/1', 'signs-too');
  const [one, two] = [await shown(desk, 'signs/1'), await shown(desk, 'signs-too/1')];
  expect(two).toMatchObject({ storage: 'hsm', publicKeySha256: one.publicKeySha256 });
  expect(two.assurance).toBe(one.assurance);
  expect(one.sameMaterial).toMatchObject([{ reference: 'signs-too/1', proved: true }]);
  await desk.call('key.prove', { key: 'signs-too/1' });
  const SigningAlgorithm = 'ECDSA_SHA_384' as const;
  const [KeyId, theirs] = [await kmsKey(desk, 'signs/1'), await kmsKey(desk, 'signs-too/1')];
  const signed = await aws.kms().send(new SignCommand({ KeyId, Message, SigningAlgorithm }));
  const verify = { KeyId: theirs, Message, SigningAlgorithm, Signature: signed.Signature };
  expect((await aws.kms().send(new VerifyCommand(verify))).SignatureValid).toBe(true);
  const choices = { ...alone, key: 'signs/1' };
  const { lookFirst } = await desk.call('key.planSynchronize', choices);
  expect(lookFirst.join()).toContain('Version 1 of “signs-too”');
  // what says so of MACs does not hold of signatures: the public key verifies them, as ever
  expect(lookFirst.join()).toContain('can still be verified outside AWS, with the public key');
  const refused = await desk.refused('group.planCopyKey', { key: 'signs/1', group: 'signs-soft' });
  expect(refused.code).toBe('COPY_KEY_NOT_TAKEN');
});

it('a copy is the first material of the KMS key that versions share, and rotation goes on from it', async () => {
  const desk = await opened();
  await desk.addGroup('single');
  await desk.addGroup('shared', { mapping: 'material' });
  await desk.rotated('single');
  const plan = await desk.call('group.planCopyKey', { key: 'single/1', group: 'shared' });
  expect(plan.blocked).toBeNull();
  await copied(desk, 'single/1', 'shared');
  const ciphertext = await aws.encrypt('alias/shared', 'under the copy');
  const first = await shown(desk, 'shared/1');
  expect(first).toMatchObject({
    state: 'Active, alias',
    copiedFrom: { group: 'single', version: 1 },
    remote: { materialState: 'CURRENT' },
  });
  await desk.rotated('shared');
  expect(await kmsKey(desk, 'shared/2')).toBe(first.remote?.keyId);
  expect(await shown(desk, 'shared/1')).toMatchObject({ state: 'Decrypts only' });
  expect((await shown(desk, 'shared/2')).sameMaterial).toEqual([]);
  expect((await aws.decrypt(ciphertext)).text).toBe('under the copy');
  // the copy is one material of several, its original the only one of its KMS key
  const said = await desk.call('key.planSynchronize', { key: 'shared/1', ...alone });
  expect(said.lookFirst.join()).toContain('One missing material stops the whole KMS key');
  expect(said.lookFirst.join()).toMatch(
    /Version 1 of “single” \(KMS key .*, Enabled\) has this material, too/,
  );
  requireDone(await desk.synchronize('shared/1', alone));
  expect(await shown(desk, 'single/1')).toMatchObject({ state: 'Active, alias' });
  const gone = await desk.call('key.planDisable', { key: 'single/1' });
  expect(gone.lookFirst.join()).toMatch(/Version 1 of “shared” \(KMS key .*, PendingImport\)/);
  requireDone(await desk.synchronize('shared/1', back));
  expect((await aws.decrypt(ciphertext)).text).toBe('under the copy');
});
