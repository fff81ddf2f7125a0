import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startTlsFront,
  testAuthority,
  type TlsFront,
} from '../../electron/core/cloud/tls-front.fixture.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import type { InputFor } from '../../electron/hosts/cli/operations.ts';
import { HurriedClock } from '../support/clocks.ts';
import { Desk } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';

const now = nodeClock.now();
const house = testAuthority('House CA', now);
const stranger = testAuthority('Stranger CA', now);
const server = house.issue('gateway', { names: ['localhost'] });
const console1 = house.issue('console-1');
const console2 = house.issue('console-2');
const serving = { cert: server.pem, key: server.keyPem };
const asking = { ...serving, ca: house.pem, requestCert: true, rejectUnauthorized: true };
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const showing = ({ pem, keyPem } = console1) => ({ certificate: pem, privateKey: bytes(keyPem) });

let aws: OutsideAws;
let desk: Desk;
let front: TlsFront;

beforeAll(async () => {
  aws = await OutsideAws.start();
});
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  desk = new Desk({ clock: new HurriedClock() });
  await desk.create();
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
  await front?.close();
});

/** A credential that goes to the practice KMS through a gateway that ends TLS. */
async function behind(options: Parameters<typeof startTlsFront>[1]): Promise<void> {
  front = await startTlsFront(aws.url, options);
  await desk.importCredential('payments-kms', front.url);
}
type Wish = Omit<InputFor<'credential.setTls'>, 'credential' | 'ca'>;
const set = (ca: string, more: Wish = {}) =>
  desk.call('credential.setTls', { credential: 'payments-kms', ca, trustAuthority: true, ...more });
const refusedSet = (ca: string, more: Wish = {}) =>
  desk.refused('credential.setTls', {
    credential: 'payments-kms',
    ca,
    trustAuthority: true,
    ...more,
  });
const reset = () => desk.call('credential.resetTls', { credential: 'payments-kms' });
const kept = async () => (await desk.call('credential.tls', { credential: 'payments-kms' })).tls;
const test = () => desk.call('credential.test', { credential: 'payments-kms' });
const whyNot = async () => {
  const { code, details, external } = await desk.refused('credential.test', {
    credential: 'payments-kms',
  });
  return [code, details['tls'], external?.name];
};
const connection = async () =>
  (await desk.call('credential.list', {})).credentials.map((each) => each.connection);
const records = async (action: string) =>
  (await desk.call('audit.list', { action, limit: 50 })).records;

it('leaves it to no practice KMS behind TLS to say that it is one, and says so without a fault', async () => {
  await behind(serving);
  expect(await desk.call('practice.status', {})).toMatchObject({ url: null, ours: false });
});

describe('an authority of one’s own', () => {
  it('is needed, asked for in words, taken at once, and given up at once', async () => {
    await behind(serving);
    const unknown = ['AWS_UNREACHABLE', 'unknown-issuer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'];
    expect(await whyNot()).toEqual(unknown);
    expect(await connection()).toEqual(['Not Connected']);

    const { code, details } = await refusedSet(house.pem, { trustAuthority: false });
    expect([code, details['option']]).toEqual(['CONFIRMATION_NEEDED', '--trust-ca']);
    expect(details['what']).toBe(
      'trust House CA in place of Amazon: whoever holds that authority could read the keys sent to AWS',
    );
    expect(await kept()).toBeNull();

    await set(house.pem);
    expect(await connection()).toEqual(['Not tested']);
    expect((await test()).connection).toBe('Connected');
    expect(front.shown).not.toEqual([]);

    const before = front.shown.length;
    await reset();
    expect(await connection()).toEqual(['Not tested']);
    expect(await whyNot()).toEqual(unknown);
    expect(front.shown).toHaveLength(before);
    expect(await kept()).toBeNull();
  });

  it('carries plans and jobs, and each plan says what it means', async () => {
    await behind(serving);
    await set(house.pem);
    await test();
    await desk.addGroup('cards');
    const { lookFirst } = await desk.plan('cards');
    expect(lookFirst.join(' ')).toContain('A certificate authority of your own is trusted for AWS');
    await desk.rotated('cards');
    await set(stranger.pem);
    expect((await desk.plan('cards')).blocked?.details['tls']).toBe('unknown-issuer');
    await set(house.pem);
    await desk.rotated('cards');
  });

  it('is believed for its host only, unless a person gives that up too', async () => {
    const other = house.issue('other', { names: ['kms.example.test'] });
    await behind({ cert: other.pem, key: other.keyPem });
    await set(house.pem);
    expect(await whyNot()).toEqual([
      'AWS_UNREACHABLE',
      'wrong-host',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ]);
    const unchecked = { validateHost: false };
    const { code, details } = await refusedSet(house.pem, unchecked);
    expect([code, details['option']]).toEqual(['CONFIRMATION_NEEDED', '--trust-any-host']);
    expect(details['what']).toContain('whoever holds any certificate of House CA could read');
    expect((await kept())?.validateHost).toBe(true);
    await set(house.pem, { ...unchecked, trustAnyHost: true });
    expect((await test()).connection).toBe('Connected');
    await desk.addGroup('cards');
    const { lookFirst } = await desk.plan('cards');
    expect(lookFirst.join(' ')).toContain('The host name of the server is not checked');
  });

  it('is read before it is kept, and refused with what is wrong', async () => {
    await behind(serving);
    const preview = await desk.call('credential.previewTls', {
      ca: house.pem,
      client: { certificate: console1.pem },
    });
    expect(preview.authorities.certificates[0]).toMatchObject({ subject: 'House CA' });
    expect(preview.client?.certificates[0]).toMatchObject({ subject: 'console-1' });
    const { details } = await desk.refused('credential.previewTls', { ca: server.pem });
    expect(details).toMatchObject({ field: 'ca' });
    expect((await refusedSet(server.pem)).details).toMatchObject({ field: 'ca' });
    expect(await kept()).toBeNull();
  });

  it('is connected when KMS itself answers, which STS does not tell', async () => {
    await behind(serving);
    await set(house.pem);
    const since = await aws.mark();
    expect((await test()).connection).toBe('Connected');
    expect(await aws.calls(since)).toEqual(['GetCallerIdentity', 'ListKeys']);
    // a refusal is an answer
    await aws.deny(['kms:ListKeys'], 1);
    expect((await test()).connection).toBe('Connected');
    await aws.misbehave({ operations: { ListKeys: { http503: 10 } } });
    const { code, external } = await desk.refused('credential.test', {
      credential: 'payments-kms',
    });
    expect([code, external?.at]).toEqual(['AWS_FAILED', 'ListKeys']);
    expect(await connection()).toEqual(['Not Connected']);
    await aws.misbehave();
  });

  it('is not asked for where nothing was set, and giving up nothing changes nothing', async () => {
    await desk.importCredential('payments-kms', aws.url);
    await test();
    await reset();
    expect(await connection()).toEqual(['Connected']);
    expect(await records('credential.resetTls')).toEqual([]);
  });

  it('is nothing for an address without TLS', async () => {
    await desk.importCredential('payments-kms', aws.url);
    const { code, details } = await refusedSet(house.pem);
    expect([code, details['field']]).toEqual(['BAD_INPUT', 'credential']);
  });
});

describe('a client certificate', () => {
  it('is shown to who asks, changed at once, and kept over a lock', async () => {
    await behind(asking);
    await set(house.pem);
    expect(await whyNot()).toEqual([
      'AWS_UNREACHABLE',
      'client-refused',
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    ]);
    await set(house.pem, { client: showing() });
    await test();
    expect(new Set(front.shown)).toEqual(new Set(['console-1']));
    await set(house.pem, { client: showing(console2) });
    const before = front.shown.length;
    await test();
    expect(new Set(front.shown.slice(before))).toEqual(new Set(['console-2']));
    await set(`${house.pem}${stranger.pem}`, { client: 'kept' });
    await desk.lock();
    await desk.unlock();
    const held = await kept();
    expect(held?.authorities.certificates.map(({ subject }) => subject)).toEqual([
      'House CA',
      'Stranger CA',
    ]);
    expect(held?.client?.certificates[0]?.subject).toBe('console-2');
    expect((await test()).connection).toBe('Connected');
    await set(house.pem);
    expect((await whyNot())[1]).toBe('client-refused');
    expect((await refusedSet(house.pem, { client: 'kept' })).code).toBe('BAD_INPUT');
  });

  it('is refused with another key or a wrong passphrase, and what was there stays', async () => {
    await behind(asking);
    await set(house.pem, { client: showing() });
    const wrong = { certificate: console2.pem, privateKey: bytes(console1.keyPem) };
    const { details } = await refusedSet(house.pem, { client: wrong });
    expect(details).toEqual({
      field: 'client.privateKey',
      problem: 'it does not belong to the client certificate',
    });
    const locked = createPrivateKey(console2.keyPem).export({
      format: 'pem',
      type: 'pkcs8',
      cipher: 'aes-256-cbc',
      passphrase: 'right',
    });
    const opened = (passphrase: string) => ({
      certificate: console2.pem,
      privateKey: bytes(String(locked)),
      passphrase: bytes(passphrase),
    });
    const refused = await refusedSet(house.pem, { client: opened('wrong') });
    expect(refused.details).toMatchObject({ field: 'client.passphrase' });
    expect((await kept())?.client?.certificates[0]?.subject).toBe('console-1');
    await test();
    await set(house.pem, { client: opened('right') });
    await test();
    expect(front.shown.at(-1)).toBe('console-2');
  });

  it('has its key in no answer, record, file or log, and none is left when it goes', async () => {
    await behind(asking);
    await set(house.pem, { client: showing() });
    await test();
    const [, line = ''] = console1.keyPem.split('\n');
    const said = JSON.stringify([
      await desk.call('credential.list', {}),
      await kept(),
      await desk.call('audit.list', { limit: 100 }),
    ]);
    expect(said).toContain('console-1');
    expect(said).not.toContain(line);
    for (const file of readdirSync(desk.folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const content = readFileSync(join(file.parentPath, file.name), 'latin1');
      expect(content.includes(line)).toBe(false);
    }
    await desk.call('credential.remove', { credential: 'payments-kms', confirm: true });
    await desk.importCredential('payments-kms', front.url);
    expect(await kept()).toBeNull();
    expect((await refusedSet(house.pem, { client: 'kept' })).code).toBe('BAD_INPUT');
  });
});

it('is in the audit log by name and fingerprint, as it is set and as it is reset', async () => {
  await behind(serving);
  await set(house.pem, { client: showing() });
  await refusedSet(house.pem, { trustAuthority: false });
  await reset();
  const [refused, made] = await records('credential.setTls');
  expect(refused?.outcome).toBe('CONFIRMATION_NEEDED');
  expect(made?.outcome).toBe('OK');
  expect(made?.details).toMatchObject({
    name: 'payments-kms',
    authorities: [expect.stringMatching(/^House CA ([0-9A-F]{2}:){31}/)],
    validateHost: true,
    client: expect.stringMatching(/^console-1 ([0-9A-F]{2}:){31}/),
  });
  expect((await records('credential.resetTls'))[0]?.details).toMatchObject({
    name: 'payments-kms',
  });
});
