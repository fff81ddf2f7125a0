import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  randomFillSync,
} from 'node:crypto';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import {
  type KeySpec,
  keySpecs,
  type WrappingAlgorithm,
} from '../../../../../shared/model/key-specs.ts';
import { kwpWrap } from '../../../crypto/key-wrap.ts';
import { makePrivateKey, publicHalfOf } from '../../../crypto/private-key.ts';
import { isPrivateSpec } from '../../../crypto/public-key.ts';
import type { Kcv, KeyBlob, TransportKey } from '../../driver.ts';
import { kcvOfSecret, spkiKcv } from '../../kept-key.ts';
import { isTwoParts, oaepHashes } from '../../wrapping-key.ts';

/** A key in the memory of this process: raw bytes of a secret, PKCS#8 of a private key. */
export interface ClearKey {
  /** Whoever asked wipes it. */
  readonly bytes: Buffer;
  readonly publicKey: Buffer | null;
}

/** Makes a key of this type by the random numbers of this computer. */
export async function makeClear(spec: KeySpec): Promise<ClearKey> {
  if (isPrivateSpec(spec)) {
    const { pkcs8, spki } = await makePrivateKey(spec);
    return { bytes: pkcs8, publicKey: spki };
  }
  const bytes = Buffer.alloc(keySpecs[spec].secretBytes ?? 0);
  return { bytes: randomFillSync(bytes), publicKey: null };
}

/**
 * The check value of what a blob of this kind opened to.
 * @throws OperationError HSM_KEY_DIFFERS when it is no such private key, or not that of the public key kept
 */
export function kcvOfClear(
  { spec, publicKey }: Pick<KeyBlob, 'spec' | 'publicKey'>,
  bytes: Buffer,
): Kcv {
  if (isPrivateSpec(spec)) {
    const spki = publicHalfOf(spec, bytes);
    if (spki === null) throw differs(`The kept key is no ${spec} key.`);
    if (publicKey === null || !spki.equals(publicKey)) {
      throw differs('The kept private key does not belong to the public key kept with it.');
    }
    return spkiKcv(spki);
  }
  return kcvOfSecret(spec, bytes);
}

/** As AWS unwraps it: the key by OAEP, or by AES-KWP under a new key that goes by OAEP before it. */
export function wrapClear(bytes: Buffer, spki: Uint8Array, algorithm: WrappingAlgorithm): Buffer {
  const byOaep = (plain: Buffer): Buffer =>
    publicEncrypt(
      {
        key: createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }),
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: oaepHashes[algorithm],
      },
      plain,
    );
  if (!isTwoParts(algorithm)) return byOaep(bytes);
  const passing = randomBytes(32);
  try {
    return Buffer.concat([byOaep(passing), kwpWrap(passing, bytes)]);
  } finally {
    passing.fill(0);
  }
}

/**
 * What another system wrapped under a transport key. Whoever asked wipes it.
 * @throws OperationError BRING_IN_NOT_OPENED
 */
export function openClear(
  pkcs8: Buffer,
  wrapped: Uint8Array,
  algorithm: TransportKey['algorithm'],
): Buffer {
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  try {
    return privateDecrypt({ key, padding, oaepHash: oaepHashes[algorithm] }, wrapped);
  } catch (cause) {
    throw new OperationError('BRING_IN_NOT_OPENED', {}, { cause });
  }
}

const differs = (problem: string): OperationError =>
  new OperationError('HSM_KEY_DIFFERS', { problem });
