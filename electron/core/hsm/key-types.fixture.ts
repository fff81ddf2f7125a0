import {
  constants,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  randomBytes,
} from 'node:crypto';
import { ECPrivateKey } from '@peculiar/asn1-ecc';
import { PrivateKeyInfo } from '@peculiar/asn1-pkcs8';
import { RSAPrivateKey } from '@peculiar/asn1-rsa';
import { AsnConvert } from '@peculiar/asn1-schema';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import {
  type KeySpec,
  keySpecNames,
  keySpecs,
  type WrappingAlgorithm,
  wrappingAlgorithms,
} from '../../../shared/model/key-specs.ts';
import { kcvCmac } from '../crypto/cmac.ts';
import { curves, curveSpki, isCurveSpec } from '../crypto/elliptic-curves.ts';
import { kwpUnwrap } from '../crypto/key-wrap.ts';
import { makePrivateKey } from '../crypto/private-key.ts';
import { isPrivateSpec } from '../crypto/public-key.ts';
import type { HsmBridge } from './bridge/bridge.ts';
import { createHsmBridge } from './bridge/client.ts';
import type { Kcv, KeyBlob, ProbeResult } from './driver.ts';
import { testPorts, type TestToken, type TestTokenKind } from './token.fixture.ts';

/** What AWS would find when it opens what was sent: raw bytes, or PKCS#8. */
type Open = (wrapped: Uint8Array, algorithm: WrappingAlgorithm) => Buffer;

function opener(privateKey: KeyObject): Open {
  return (wrapped, algorithm) => {
    const oaep = (bytes: Uint8Array): Buffer =>
      privateDecrypt(
        {
          key: privateKey,
          padding: constants.RSA_PKCS1_OAEP_PADDING,
          oaepHash: algorithm.endsWith('SHA_256') ? 'sha256' : 'sha1',
        },
        bytes,
      );
    if (algorithm.startsWith('RSAES')) return oaep(wrapped);
    const passing = oaep(wrapped.subarray(0, 384));
    expect(passing).toHaveLength(32);
    return kwpUnwrap(passing, Buffer.from(wrapped.subarray(384)));
  };
}

/** DER SubjectPublicKeyInfo of PKCS#8 that is exact to the last byte, by other means than the product's. */
function publicHalf(spec: KeySpec, pkcs8: Buffer): Buffer {
  const info = AsnConvert.parse(pkcs8, PrivateKeyInfo);
  expect(Buffer.from(AsnConvert.serialize(info)).equals(pkcs8), 'exact DER').toBe(true);
  if (isCurveSpec(spec)) {
    const inner = AsnConvert.parse(info.privateKey.buffer, ECPrivateKey);
    const scalar = new Uint8Array(inner.privateKey.buffer);
    expect(scalar).toHaveLength(curves[spec].bytes);
    const point = curves[spec].curve.getPublicKey(scalar, false);
    if (inner.publicKey) expect(new Uint8Array(inner.publicKey)).toEqual(point);
    return curveSpki(spec, point);
  }
  const inner = AsnConvert.parse(info.privateKey.buffer, RSAPrivateKey);
  expect(inner.version).toBe(0);
  expect(inner.otherPrimeInfos).toBeUndefined();
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  expect(key.asymmetricKeyDetails).toEqual({
    modulusLength: keySpecs[spec].bits,
    publicExponent: 65537n,
  });
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** The check value of a clear key, computed here. */
function kcvOutside(spec: KeySpec, clear: Buffer): Kcv {
  const { family, bits } = keySpecs[spec];
  if (family === 'aes') return { method: 'CMAC', value: kcvCmac(clear) };
  const whole =
    family === 'hmac'
      ? createHmac(`sha${bits}`, clear).update(Buffer.alloc(16)).digest()
      : createHash('sha256').update(publicHalf(spec, clear)).digest();
  const value = whole.subarray(0, 5).toString('hex').toUpperCase();
  return { method: family === 'hmac' ? 'HMAC' : 'SPKI', value };
}

/** Every key type, on whatever device: what it claims it does exactly, and the rest it refuses. */
export function describeKeyTypes(kind: TestTokenKind): void {
  describe.skipIf(kind.missing !== null)(`HSM key types: ${kind.name}`, () => {
    let token: TestToken;
    let bridge: HsmBridge;
    let probe: ProbeResult;
    let masterId: string;
    let spki: Buffer;
    let open: Open;
    const made = new Map<KeySpec, KeyBlob>();

    beforeAll(async () => {
      token = await kind.make();
      bridge = createHsmBridge(testPorts);
      await bridge.attach(token.target);
      if (token.pin !== null) await bridge.login(token.pin);
      probe = await bridge.probe();
      const pair = generateKeyPairSync('rsa', { modulusLength: 3072 });
      spki = pair.publicKey.export({ type: 'spki', format: 'der' });
      open = opener(pair.privateKey);
      masterId = (await bridge.createMaster(randomBytes(16).toString('hex'))).id;
    });
    afterAll(async () => {
      await bridge.detach();
      token.remove();
    });

    const best = (spec: KeySpec): WrappingAlgorithm | undefined =>
      probe.sendable.find((one) => one.spec === spec)?.algorithm;
    const needs = (ctx: TestContext, spec: KeySpec): WrappingAlgorithm => {
      const algorithm = best(spec);
      if (algorithm === undefined) return ctx.skip(`the probe says: no ${spec}`);
      return algorithm;
    };
    /** One key of each type is enough for most of what is asked here; RSA takes its time. */
    const keyOf = async (spec: KeySpec): Promise<KeyBlob> => {
      const before = made.get(spec);
      if (before !== undefined) return before;
      const blob = await bridge.generateKey(masterId, spec);
      made.set(spec, blob);
      return blob;
    };

    describe.each(keySpecNames)('%s', (spec) => {
      it('is sent as it is kept, exactly, and again in another process', async (ctx) => {
        const algorithm = needs(ctx, spec);
        const blob = await keyOf(spec);
        const first = await bridge.wrapForAws(blob, spki, algorithm);
        const clear = open(first.encryptedKeyMaterial, algorithm);
        const kcv = kcvOutside(spec, clear);
        await bridge.respawn();
        const second = await bridge.wrapForAws(blob, spki, algorithm);
        expect(open(second.encryptedKeyMaterial, algorithm).equals(clear)).toBe(true);
        expect([blob.kcv, first.kcv, second.kcv, await bridge.kcvOf(blob)]).toEqual([
          kcv,
          kcv,
          kcv,
          kcv,
        ]);
        expect(blob.spec).toBe(spec);
        const { secretBytes } = keySpecs[spec];
        if (secretBytes === null) {
          expect(Buffer.from(blob.publicKey ?? []).equals(publicHalf(spec, clear))).toBe(true);
        } else {
          expect(blob.publicKey).toBeNull();
          expect(clear).toHaveLength(secretBytes);
          expect(blob.wrapped).toHaveLength(secretBytes + 8);
        }
        const kept = Buffer.from(blob.wrapped);
        expect(kept.includes(clear.subarray(-16))).toBe(false);
      });

      it('goes under every algorithm that carries it here, and under no other', async (ctx) => {
        const ours = needs(ctx, spec);
        const blob = await keyOf(spec);
        for (const algorithm of wrappingAlgorithms) {
          const oaepWorks = probe.wrappingAlgorithms.some((oaep) =>
            algorithm.endsWith(oaep.replace('RSAES_OAEP', '')),
          );
          const call = bridge.wrapForAws(blob, spki, algorithm);
          if (keySpecs[spec].wrapping.includes(algorithm) && oaepWorks) {
            const clear = open((await call).encryptedKeyMaterial, algorithm);
            expect(kcvOutside(spec, clear)).toEqual(blob.kcv);
          } else {
            expect(algorithm).not.toBe(ours);
            await expect(call).rejects.toMatchObject({ code: 'HSM_CANNOT_SEND' });
          }
        }
      });

      it('is refused in words where it cannot be kept exactly, and nothing is made', async (ctx) => {
        if (best(spec) !== undefined) ctx.skip('this device sends it');
        await expect(bridge.generateKey(masterId, spec)).rejects.toMatchObject({
          code: 'HSM_CANNOT_SEND',
          details: { why: expect.stringContaining(spec) },
        });
        const kcv: Kcv = { method: 'SPKI', value: '0000000000' };
        const from = { mechanism: probe.blobMechanism ?? 'CKM_AES_KEY_WRAP_KWP', masterId };
        const foreign = { spec, wrapped: randomBytes(160), kcv, publicKey: spki, ...from };
        for (const algorithm of keySpecs[spec].wrapping) {
          const call = bridge.wrapForAws(foreign, spki, algorithm);
          await expect(call).rejects.toMatchObject({ code: 'HSM_CANNOT_SEND' });
        }
      });

      it('does not open altered, cut, or as another type', async (ctx) => {
        const algorithm = needs(ctx, spec);
        const blob = await keyOf(spec);
        const other: KeySpec = spec === 'HMAC_256' ? 'SYMMETRIC_DEFAULT' : 'HMAC_256';
        const altered = Buffer.from(blob.wrapped);
        altered.writeUInt8(altered.readUInt8(altered.length - 3) ^ 4, altered.length - 3);
        const bad: KeyBlob[] = [
          { ...blob, wrapped: altered },
          { ...blob, wrapped: blob.wrapped.subarray(0, -8) },
          { ...blob, spec: other, publicKey: null },
          { ...blob, kcv: { ...blob.kcv, value: '0000000000' } },
        ];
        const pid = bridge.pid;
        for (const one of bad) {
          await expect(
            bridge.wrapForAws(one, spki, best(one.spec) ?? algorithm),
          ).rejects.toMatchObject({ code: 'HSM_KEY_DIFFERS' });
        }
        for (const one of bad.slice(0, 2)) {
          await expect(bridge.kcvOf(one)).rejects.toMatchObject({ code: 'HSM_KEY_DIFFERS' });
        }
        const absent = { ...blob, masterId: 'ab'.repeat(16) };
        await expect(bridge.wrapForAws(absent, spki, algorithm)).rejects.toMatchObject({
          code: 'HSM_MASTER_MISSING',
        });
        expect(await bridge.kcvOf(blob)).toEqual(blob.kcv);
        expect(bridge.pid).toBe(pid);
      });

      it('belongs to the public key that is kept with it, and to no other', async (ctx) => {
        if (!isPrivateSpec(spec)) return ctx.skip('it has no public key');
        const algorithm = needs(ctx, spec);
        const blob = await keyOf(spec);
        const kept = Buffer.from(blob.publicKey ?? []);
        const { spki: another } = await makePrivateKey(spec);
        const flipped = Buffer.from(kept);
        flipped.writeUInt8(flipped.readUInt8(kept.length - 9) ^ 1, kept.length - 9);
        const altered = [
          another,
          flipped,
          Buffer.concat([kept, Buffer.of(0)]),
          Buffer.alloc(0),
          null,
        ];
        for (const publicKey of altered) {
          // whoever alters the one alters the check value with it
          const digest = createHash('sha256')
            .update(publicKey ?? '')
            .digest('hex');
          const kcv: Kcv = { method: 'SPKI', value: digest.slice(0, 10).toUpperCase() };
          const swapped = { ...blob, publicKey, kcv };
          for (const call of [bridge.kcvOf(swapped), bridge.wrapForAws(swapped, spki, algorithm)]) {
            await expect(call).rejects.toMatchObject({ code: 'HSM_KEY_DIFFERS' });
          }
        }
      });
    });
  });
}
