import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  randomBytes,
} from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { kcvCmac } from '../crypto/cmac.ts';
import { sha256 } from '../crypto/mac.ts';
import { ecdsaVerify } from '../crypto/signature.ts';
import type { HsmBridge } from './bridge/bridge.ts';
import { createHsmBridge } from './bridge/client.ts';
import type { WrappingAlgorithm } from '../../../shared/model/key-specs.ts';
import type { KeyBlob, ProbeResult } from './driver.ts';
import { testPorts, type TestToken, type TestTokenKind } from './token.fixture.ts';

/** All at once: one that is refused while another is waited for would count as unhandled. */
const allRejected = (code: string, calls: readonly Promise<unknown>[]): Promise<unknown> =>
  Promise.all(calls.map((call) => expect(call).rejects.toMatchObject({ code })));

/**
 * What every device behind HsmDriver does, run through a real bridge process. Parts that a device
 * declares absent in its probe are skipped by name; whoever needs them states it in `expects`.
 */
export function describeConformance(
  kind: TestTokenKind,
  expects: (probe: ProbeResult) => void,
): void {
  describe.skipIf(kind.missing !== null)(`HSM conformance: ${kind.name}`, () => {
    let token: TestToken;
    let bridge: HsmBridge;
    let probe: ProbeResult;
    let masterId: string;
    let aws: { spki: Buffer; privateKey: KeyObject };

    beforeAll(async () => {
      token = await kind.make();
      bridge = createHsmBridge(testPorts);
      await bridge.attach(token.target);
      if (token.pin !== null) await bridge.login(token.pin);
      probe = await bridge.probe();
      const pair = generateKeyPairSync('rsa', { modulusLength: 3072 });
      const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
      aws = { spki, privateKey: pair.privateKey };
      masterId = (await bridge.createMaster(randomBytes(16).toString('hex'))).id;
    });
    afterAll(async () => {
      await bridge.detach();
      token.remove();
    });

    const open = (wrapped: Uint8Array, algorithm: WrappingAlgorithm): Buffer =>
      privateDecrypt(
        {
          key: aws.privateKey,
          padding: constants.RSA_PKCS1_OAEP_PADDING,
          oaepHash: algorithm.endsWith('SHA_256') ? 'sha256' : 'sha1',
        },
        wrapped,
      );
    const best = (): WrappingAlgorithm => {
      const [algorithm] = probe.wrappingAlgorithms;
      if (algorithm === undefined) throw new Error('this device can send nothing');
      return algorithm;
    };

    it('is what its probe says', () => {
      expects(probe);
      for (const { id, sentence } of probe.findings) {
        expect(sentence, id).toMatch(/^[A-Z].{10,250}\.$/);
      }
      const ids = probe.findings.map((finding) => finding.id);
      expect(new Set(ids).size).toBe(ids.length);
    });

    it('tells who it is and that it is logged in', async () => {
      const status = await bridge.status();
      expect(status).toMatchObject({ loggedIn: true, initialized: true, pin: 'ok' });
      expect(status.serial).toBe(probe.token.serial);
      expect(bridge.state).toBe('ready');
    });

    it('keeps one master with the same check value in a fresh process', async () => {
      const before = await bridge.tryMaster(masterId);
      const pid = bridge.pid;
      await bridge.respawn();
      expect(bridge.pid).not.toBe(pid);
      expect(await bridge.tryMaster(masterId)).toEqual(before);
      expect(await bridge.findMasters()).toEqual([before]);
      expect(before.kcv.value).toMatch(/^[0-9A-F]{10}$/);
    });

    it('answers a repeated createMaster with the master that is there', async () => {
      const again = await bridge.createMaster(masterId);
      expect(again).toEqual(await bridge.tryMaster(masterId));
      expect(await bridge.findMasters()).toHaveLength(1);
    });

    it('names a master that is not there, and makes none', async () => {
      const absent = 'ab'.repeat(16);
      const blob = await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT');
      await allRejected('HSM_MASTER_MISSING', [
        bridge.tryMaster(absent),
        bridge.generateKey(absent, 'SYMMETRIC_DEFAULT'),
        bridge.kcvOf({ ...blob, masterId: absent }),
      ]);
      expect(await bridge.findMasters()).toHaveLength(1);
    });

    it('proves that what AWS gets is what the blob keeps', async () => {
      const blob = await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT');
      expect(blob.wrapped).toHaveLength(40);
      const first = await bridge.wrapForAws(blob, aws.spki, best());
      const clear = open(first.encryptedKeyMaterial, best());
      expect(clear).toHaveLength(32);
      // the same key again, from the blob, in another process
      await bridge.respawn();
      const second = await bridge.wrapForAws(blob, aws.spki, best());
      expect(open(second.encryptedKeyMaterial, best())).toEqual(clear);
      expect(second.encryptedKeyMaterial).not.toEqual(first.encryptedKeyMaterial);
      const kcv = { method: 'CMAC', value: kcvCmac(clear) };
      expect([blob.kcv, first.kcv, second.kcv, await bridge.kcvOf(blob)]).toEqual([
        kcv,
        kcv,
        kcv,
        kcv,
      ]);
      expect(first.wrappingKeyFingerprint).toBe(sha256(aws.spki).toString('hex'));
      expect(Buffer.from(blob.wrapped).includes(clear)).toBe(false);
    });

    it('wraps under every algorithm that its probe passed, and under no other', async () => {
      const blob = await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT');
      for (const algorithm of ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'] as const) {
        const call = bridge.wrapForAws(blob, aws.spki, algorithm);
        if (probe.wrappingAlgorithms.includes(algorithm)) {
          expect(kcvCmac(open((await call).encryptedKeyMaterial, algorithm))).toBe(blob.kcv.value);
        } else {
          await expect(call).rejects.toMatchObject({ code: 'HSM_CANNOT_SEND' });
        }
      }
    });

    it('makes and wraps different keys side by side', async () => {
      const blobs = await Promise.all(
        Array.from({ length: 8 }, () => bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT')),
      );
      const wrapped = await Promise.all(
        blobs.map((blob) => bridge.wrapForAws(blob, aws.spki, best())),
      );
      const opened = wrapped.map((one) => kcvCmac(open(one.encryptedKeyMaterial, best())));
      expect(opened).toEqual(blobs.map((blob) => blob.kcv.value));
      expect(new Set(blobs.map((blob) => blob.kcv.value)).size).toBe(8);
      expect(new Set(blobs.map((blob) => Buffer.from(blob.wrapped).toString('hex'))).size).toBe(8);
    });

    it('opens no blob that was altered anywhere, and stays attached', async () => {
      const blob = await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT');
      const pid = bridge.pid;
      for (let at = 0; at < blob.wrapped.length; at++) {
        const wrapped = Buffer.from(blob.wrapped);
        wrapped.writeUInt8(wrapped.readUInt8(at) ^ 1, at);
        await expect(bridge.kcvOf({ ...blob, wrapped })).rejects.toMatchObject({
          code: 'HSM_KEY_DIFFERS',
        });
      }
      const short: KeyBlob = { ...blob, wrapped: Buffer.from(blob.wrapped).subarray(0, 32) };
      await expect(bridge.kcvOf(short)).rejects.toMatchObject({ code: 'HSM_KEY_DIFFERS' });
      expect(await bridge.kcvOf(blob)).toEqual(blob.kcv);
      expect(bridge.pid).toBe(pid);
    });

    it('sends nothing when the check value is not the one that was kept', async () => {
      const blob = await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT');
      const kcv = { method: 'CMAC', value: '0000000000' } as const;
      const call = bridge.wrapForAws({ ...blob, kcv }, aws.spki, best());
      await expect(call).rejects.toMatchObject({
        code: 'HSM_KEY_DIFFERS',
        details: { expected: '0000000000', found: blob.kcv.value },
      });
    });

    it('refuses wrapping keys that are short, odd, not RSA or not DER', async () => {
      const blob = await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT');
      const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
      const short = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
      const { n } = createPublicKey(aws.privateKey).export({ format: 'jwk' });
      const three = createPublicKey({
        key: { kty: 'RSA', n: n ?? '', e: 'Aw' },
        format: 'jwk',
      });
      const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
      const cases: [Buffer, string][] = [
        [spkiOf(short), 'WRAPPING_KEY_WEAK'],
        [spkiOf(three), 'WRAPPING_KEY_WEAK'],
        [spkiOf(ec), 'BAD_INPUT'],
        [Buffer.concat([aws.spki, Buffer.from([0])]), 'BAD_INPUT'],
        [Buffer.alloc(0), 'BAD_INPUT'],
        [randomBytes(3000), 'BAD_INPUT'],
      ];
      for (const [spki, code] of cases) {
        await expect(bridge.wrapForAws(blob, spki, best())).rejects.toMatchObject({ code });
      }
    });

    const when = (ctx: TestContext, able: boolean, what: string): void => {
      if (!able) ctx.skip(`the probe says: no ${what}`);
    };

    it('seals with a slot key and opens it in another process', async (ctx) => {
      when(ctx, probe.aesGcm, 'AES-GCM');
      await bridge.createSlotKey('slot-1');
      await bridge.createSlotKey('slot-2');
      const value = randomBytes(32);
      const aad = Buffer.from('store, slot');
      const sealed = Buffer.from(await bridge.sealWithSlotKey('slot-1', value, aad));
      expect(sealed.includes(value)).toBe(false);
      await bridge.respawn();
      const opened = await bridge.openWithSlotKey('slot-1', sealed, aad);
      expect(Buffer.from(opened)).toEqual(value);

      const altered = Buffer.from(sealed);
      altered.writeUInt8(altered.readUInt8(15) ^ 1, 15);
      const refused = [
        bridge.openWithSlotKey('slot-1', altered, aad),
        bridge.openWithSlotKey('slot-1', sealed, Buffer.alloc(0)),
        bridge.openWithSlotKey('slot-2', sealed, aad),
        bridge.openWithSlotKey('slot-1', sealed.subarray(0, 27), aad),
      ];
      await allRejected('HSM_KEY_DIFFERS', refused);
    });

    it('encrypts for others under an installed key, also in another process', async (ctx) => {
      when(ctx, probe.aesGcm, 'AES-GCM');
      const blob = await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT');
      await bridge.installServiceKey('service-1', blob);
      await bridge.installServiceKey('service-1', blob);
      const key = { id: 'service-1', blob };
      const aad = Buffer.from([0, 0, 0]);
      for (const length of [1, 16, 4300]) {
        const value = randomBytes(length);
        const sealed = Buffer.from(await bridge.gcmEncrypt(key, aad, value));
        expect(sealed).toHaveLength(12 + length + 16);
        await bridge.respawn();
        expect(Buffer.from(await bridge.gcmDecrypt(key, aad, sealed))).toEqual(value);
      }
      const many = await Promise.all(
        Array.from({ length: 200 }, () => bridge.gcmEncrypt(key, aad, Buffer.from('same'))),
      );
      const nonces = new Set(many.map((one) => Buffer.from(one).subarray(0, 12).toString('hex')));
      expect(nonces.size).toBe(200);
    });

    it('opens nothing that was altered, and goes on with the next', async (ctx) => {
      when(ctx, probe.aesGcm, 'AES-GCM');
      const [blob, other] = [
        await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT'),
        await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT'),
      ];
      await bridge.installServiceKey('service-2', blob);
      await bridge.installServiceKey('service-3', other);
      const key = { id: 'service-2', blob };
      const aad = Buffer.from('bound');
      const sealed = Buffer.from(await bridge.gcmEncrypt(key, aad, Buffer.from('value')));
      const pid = bridge.pid;
      const altered = Array.from({ length: sealed.length }, (_, at) => {
        const copy = Buffer.from(sealed);
        copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
        return bridge.gcmDecrypt(key, aad, copy);
      });
      const refused = [
        ...altered,
        bridge.gcmDecrypt(key, Buffer.from('Bound'), sealed),
        bridge.gcmDecrypt({ id: 'service-3', blob: other }, aad, sealed),
        bridge.gcmDecrypt(key, aad, sealed.subarray(0, 27)),
      ];
      await allRejected('HSM_KEY_DIFFERS', refused);
      expect(Buffer.from(await bridge.gcmDecrypt(key, aad, sealed)).toString()).toBe('value');
      expect(bridge.pid).toBe(pid);
    });

    it('has no service key that nobody installed, and none after its removal', async (ctx) => {
      when(ctx, probe.aesGcm, 'AES-GCM');
      const aad = Buffer.from('a');
      const absent = bridge.gcmEncrypt({ id: 'service-none', blob: null }, aad, Buffer.from('v'));
      await expect(absent).rejects.toMatchObject({ code: 'HSM_MASTER_MISSING' });
      expect(await bridge.removeServiceKey('service-none')).toBe(false);
      const damaged = await bridge.generateKey(masterId, 'SYMMETRIC_DEFAULT');
      damaged.wrapped[7]! ^= 1;
      await expect(bridge.installServiceKey('service-4', damaged)).rejects.toMatchObject({
        code: 'HSM_KEY_DIFFERS',
      });
      if (probe.assurance === 'built-in-software') {
        await expect(bridge.createServiceKey('service-5')).rejects.toMatchObject({
          code: 'HSM_REFUSED',
        });
        return;
      }
      await bridge.createServiceKey('service-5');
      const key = { id: 'service-5', blob: null };
      const sealed = await bridge.gcmEncrypt(key, aad, Buffer.from('v'));
      expect(Buffer.from(await bridge.gcmDecrypt(key, aad, sealed)).toString()).toBe('v');
      expect(await bridge.removeServiceKey('service-5')).toBe(true);
      await expect(bridge.gcmDecrypt(key, aad, sealed)).rejects.toMatchObject({
        code: 'HSM_MASTER_MISSING',
      });
    });

    it('signs audit checkpoints with one key that stays', async (ctx) => {
      when(ctx, probe.auditSigning, 'ECDSA');
      const spki = await bridge.auditPublicKey('audit-1', true);
      expect(spki).not.toBeNull();
      const message = randomBytes(100);
      const signature = await bridge.signAudit('audit-1', message);
      expect(ecdsaVerify(Buffer.from(spki ?? []), message, Buffer.from(signature))).toBe(true);
      await bridge.respawn();
      expect(await bridge.auditPublicKey('audit-1', true)).toEqual(spki);
      expect(await bridge.auditPublicKey('audit-1', false)).toEqual(spki);
      const other = await bridge.auditPublicKey('audit-2', true);
      expect(other).not.toEqual(spki);
    });

    it('keeps the newest anchor of each name', async (ctx) => {
      when(ctx, probe.dataObjects, 'data objects');
      expect(await bridge.readAnchor('store-1')).toBeNull();
      for (const text of ['first', 'second', 'third']) {
        await bridge.writeAnchor('store-1', Buffer.from(text));
      }
      await bridge.writeAnchor('store-2', Buffer.alloc(0));
      await bridge.respawn();
      expect(Buffer.from((await bridge.readAnchor('store-1')) ?? []).toString()).toBe('third');
      expect(await bridge.readAnchor('store-2')).toHaveLength(0);
      await expect(bridge.writeAnchor('store-1', Buffer.alloc(5000))).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
    });

    it('refuses an anchor in words where it cannot keep one', async (ctx) => {
      if (probe.dataObjects) ctx.skip('this device keeps anchors');
      const call = bridge.writeAnchor('store-1', Buffer.from('x'));
      await expect(call).rejects.toMatchObject({ code: 'HSM_REFUSED' });
      expect(await bridge.readAnchor('store-1')).toBeNull();
    });

    it('does nothing after logout, and says why', async (ctx) => {
      await bridge.logout();
      await expect(bridge.findMasters()).rejects.toMatchObject({ code: 'HSM_PIN_NEEDED' });
      await expect(bridge.readAnchor('store-1')).rejects.toMatchObject({ code: 'HSM_PIN_NEEDED' });
      expect((await bridge.status()).loggedIn).toBe(false);
      if (token.pin === null) ctx.skip('logged in by attach only');
      else await bridge.login(token.pin);
      expect(await bridge.findMasters()).toHaveLength(1);
    });
  });
}
