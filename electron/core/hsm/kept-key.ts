import { createHmac } from 'node:crypto';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { type KeySpec, keySpecs, type WrappingAlgorithm } from '../../../shared/model/key-specs.ts';
import { kcvCmac } from '../crypto/cmac.ts';
import { spkiFingerprint } from '../crypto/signature.ts';
import type { Kcv, KeyBlob } from './driver.ts';

/** What holds for a kept key whatever device opens it. */

/** A wrapped RSA-4096 key has about 2,400 bytes. */
const longestWrapped = 4096;

/** @throws OperationError BAD_INPUT */
export function requireKeySpec(spec: KeySpec): void {
  if (Object.hasOwn(keySpecs, spec)) return;
  throw new OperationError('BAD_INPUT', { field: 'key spec', why: 'there is no such key type' });
}

/**
 * Holds the parts of a kept key against each other before a device sees them.
 * @throws OperationError BAD_INPUT, HSM_KEY_DIFFERS
 */
export function requireWhole({
  spec,
  wrapped,
  publicKey,
}: Pick<KeyBlob, 'spec' | 'wrapped' | 'publicKey'>): void {
  requireKeySpec(spec);
  const { secretBytes } = keySpecs[spec];
  if (secretBytes === null) {
    if (publicKey === null) throw notKept('The public key is missing.');
    const fits = wrapped.length >= 32 && wrapped.length <= longestWrapped;
    if (!fits || wrapped.length % 8 !== 0) {
      throw notKept(`The kept key has ${wrapped.length} bytes, which no private key has.`);
    }
    return;
  }
  const expected = wrappedLength(secretBytes);
  if (wrapped.length !== expected) {
    throw notKept(`The kept key has ${wrapped.length} bytes instead of ${expected}.`);
  }
  if (publicKey !== null) throw notKept('A secret key has no public key.');
}

/** RFC 5649 and RFC 3394 add 8 bytes to a secret whose length is a multiple of 8. */
export const wrappedLength = (secretBytes: number): number => secretBytes + 8;

/** @throws OperationError HSM_KEY_DIFFERS */
export function requireSameKcv({ kcv }: KeyBlob, found: Kcv): void {
  // made by a device that could do no more: it says nothing of a CMAC
  if (kcv.method === 'ENC0' && found.method === 'CMAC') return;
  if (kcv.method === found.method && kcv.value === found.value) return;
  throw new OperationError('HSM_KEY_DIFFERS', { expected: kcv.value, found: found.value });
}

/** @throws OperationError HSM_CANNOT_SEND for what no device sends this kind of key under */
export function requireCarries(spec: KeySpec, algorithm: WrappingAlgorithm): void {
  if (keySpecs[spec].wrapping.includes(algorithm)) return;
  const why = `${spec} keys are not sent under ${algorithm}`;
  throw new OperationError('HSM_CANNOT_SEND', { why });
}

/** @throws OperationError BAD_INPUT for what is too long to come in under RSA-OAEP */
export function requireSecret(spec: KeySpec): void {
  requireKeySpec(spec);
  if (keySpecs[spec].secretBytes !== null) return;
  throw new OperationError('BAD_INPUT', {
    field: 'key spec',
    why: `${spec} keys do not come in so`,
  });
}

/** @throws OperationError BRING_IN_WRONG_LENGTH */
export function requireBroughtLength(spec: KeySpec, bytes: number): void {
  const expected = keySpecs[spec].secretBytes;
  if (bytes !== expected) throw new OperationError('BRING_IN_WRONG_LENGTH', { expected });
}

/** @throws OperationError BAD_INPUT when a key is to serve that is no AES-256 key */
export function requireForService({ spec }: KeyBlob): void {
  if (spec === 'SYMMETRIC_DEFAULT') return;
  throw new OperationError('BAD_INPUT', { field: 'service key', why: `it is a ${spec} key` });
}

/** Check value of a private key: of its public half, which tells nothing of it. */
export const spkiKcv = (spki: Uint8Array): Kcv => ({
  method: 'SPKI',
  value: spkiFingerprint(spki).slice(0, 10).toUpperCase(),
});

/** What an HMAC key is measured over: 16 zero bytes, as an AES key is. */
export const zeroBlock = (): Buffer => Buffer.alloc(16);

/** Check value of a secret that is known here: CMAC of an AES key, HMAC of an HMAC key. */
export function kcvOfSecret(spec: KeySpec, bytes: Buffer): Kcv {
  const { family, bits } = keySpecs[spec];
  if (family === 'aes') return { method: 'CMAC', value: kcvCmac(bytes) };
  const mac = createHmac(`sha${bits}`, bytes).update(zeroBlock()).digest();
  return { method: 'HMAC', value: mac.subarray(0, 5).toString('hex').toUpperCase() };
}

const notKept = (problem: string): OperationError =>
  new OperationError('HSM_KEY_DIFFERS', { problem });
