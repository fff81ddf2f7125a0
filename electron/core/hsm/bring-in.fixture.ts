import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeySpec } from '../../../shared/model/key-specs.ts';
import type { HsmBridge } from './bridge/bridge.ts';
import { createHsmBridge } from './bridge/client.ts';
import type { TransportKey } from './driver.ts';
import { kcvOfSecret } from './kept-key.ts';
import { testPorts, type TestToken, type TestTokenKind } from './token.fixture.ts';

type Hash = 'sha256' | 'sha1';

/** What another system does with the public half: OpenSSL's own RSA-OAEP. */
export function wrapOutside(spki: Uint8Array, secret: Uint8Array, oaepHash: Hash): Buffer {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, secret);
}

/** Keys that come in from elsewhere, through a real bridge process. `hash`: the best that this device opens. */
export function describeBringIn(kind: TestTokenKind, hash: Hash): void {
  describe.skipIf(kind.missing !== null)(`bringing a key in: ${kind.name}`, () => {
    let token: TestToken;
    let bridge: HsmBridge;
    let masterId: string;
    let transport: TransportKey;

    beforeAll(async () => {
      token = await kind.make();
      bridge = createHsmBridge(testPorts);
      await bridge.attach(token.target);
      if (token.pin !== null) await bridge.login(token.pin);
      masterId = (await bridge.createMaster(randomBytes(16).toString('hex'))).id;
      transport = await bridge.makeTransportKey(masterId);
    }, 240_000);
    afterAll(async () => {
      await bridge.detach();
      token.remove();
    });

    const spki = (): Uint8Array => transport.blob.publicKey ?? Buffer.of();
    const wrap = (secret: Buffer): Buffer => wrapOutside(spki(), secret, hash);

    it('hands out the public half of an RSA key, and says which hash opens here', () => {
      const key = createPublicKey({ key: Buffer.from(spki()), format: 'der', type: 'spki' });
      expect(key.asymmetricKeyDetails).toEqual({ modulusLength: 4096, publicExponent: 65537n });
      expect(transport.algorithm).toBe(
        hash === 'sha256' ? 'RSAES_OAEP_SHA_256' : 'RSAES_OAEP_SHA_1',
      );
      expect(transport.blob.masterId).toBe(masterId);
    });

    it.each<[KeySpec, number]>([
      ['SYMMETRIC_DEFAULT', 32],
      ['HMAC_256', 32],
      ['HMAC_512', 64],
    ])('keeps %s from outside like one that was made here', async (spec, bytes) => {
      const secret = randomBytes(bytes);
      const blob = await bridge.bringIn(transport, wrap(secret), spec);
      expect(blob).toMatchObject({ spec, masterId, publicKey: null });
      expect(blob.kcv).toEqual(kcvOfSecret(spec, secret));
      expect(Buffer.from(blob.wrapped).includes(secret)).toBe(false);
      // in another process, from what was kept alone
      await bridge.respawn();
      expect(await bridge.kcvOf(blob)).toEqual(blob.kcv);
      const made = await bridge.generateKey(masterId, spec);
      expect(blob.wrapped).toHaveLength(made.wrapped.length);
      expect(blob.mechanism).toBe(made.mechanism);
    });

    it('opens the same file twice alike, and nothing that was altered', async () => {
      const secret = randomBytes(32);
      const wrapped = wrap(secret);
      const first = await bridge.bringIn(transport, wrapped, 'SYMMETRIC_DEFAULT');
      const again = await bridge.bringIn(transport, wrapped, 'SYMMETRIC_DEFAULT');
      expect(again.kcv).toEqual(first.kcv);
      const altered = Buffer.from(wrapped);
      altered.writeUInt8(altered.readUInt8(100) ^ 1, 100);
      const other: Hash = hash === 'sha1' ? 'sha256' : 'sha1';
      for (const file of [altered, wrapped.subarray(1), wrapOutside(spki(), secret, other)]) {
        const call = bridge.bringIn(transport, file, 'SYMMETRIC_DEFAULT');
        await expect(call).rejects.toMatchObject({ code: 'BRING_IN_NOT_OPENED' });
      }
      expect(bridge.state).toBe('ready');
    });

    it.each<[KeySpec, number]>([
      ['SYMMETRIC_DEFAULT', 16],
      ['SYMMETRIC_DEFAULT', 64],
      ['HMAC_256', 33],
      ['HMAC_384', 32],
    ])('refuses for %s what has %i bytes', async (spec, bytes) => {
      const call = bridge.bringIn(transport, wrap(randomBytes(bytes)), spec);
      await expect(call).rejects.toMatchObject({ code: 'BRING_IN_WRONG_LENGTH' });
      expect(bridge.state).toBe('ready');
    });

    it('takes no AES key of 31 bytes for what it is not', async () => {
      const secret = randomBytes(31);
      const call = bridge.bringIn(transport, wrap(secret), 'SYMMETRIC_DEFAULT');
      const refused = { code: 'BRING_IN_WRONG_LENGTH' };
      const came = await call.catch((error: unknown) => error);
      // filled up with zeros, which its check value shows, or refused
      const filled = kcvOfSecret('SYMMETRIC_DEFAULT', Buffer.concat([secret, Buffer.alloc(1)]));
      expect(came).toMatchObject(kind.name === 'SoftHSM' ? { kcv: filled } : refused);
    });

    it('opens no file for another transport key, takes no private keys, and no damaged pair', async () => {
      const wrapped = wrap(randomBytes(32));
      const other = await bridge.makeTransportKey(masterId);
      const calls: readonly [Promise<unknown>, string][] = [
        [bridge.bringIn(other, wrapped, 'SYMMETRIC_DEFAULT'), 'BRING_IN_NOT_OPENED'],
        [bridge.bringIn(transport, wrapped, 'RSA_2048'), 'BAD_INPUT'],
      ];
      for (const [call, code] of calls) await expect(call).rejects.toMatchObject({ code });
      const kept = Buffer.from(transport.blob.wrapped);
      kept.writeUInt8(kept.readUInt8(9) ^ 1, 9);
      const damaged = { ...transport, blob: { ...transport.blob, wrapped: kept } };
      const call = bridge.bringIn(damaged, wrapped, 'SYMMETRIC_DEFAULT');
      await expect(call).rejects.toMatchObject({ code: 'HSM_KEY_DIFFERS' });
    }, 120_000);
  });
}
