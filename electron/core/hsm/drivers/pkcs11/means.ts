import { randomBytes } from 'node:crypto';
import { aesCmac } from '../../../crypto/cmac.ts';
import { kwpWrap } from '../../../crypto/key-wrap.ts';
import { kwWrap } from '../../../crypto/key-wrap-rfc3394.ts';
import type { BlobMechanism } from '../../driver.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { type CmacWay, cmacOfZero, purposeFor } from './kcv.ts';
import { putKnownKey } from './known-keys.ts';
import { CKM } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { exportable, sessionAes } from './templates.ts';

export type WrapFormat = 'RFC 5649' | 'RFC 3394';

/** How one mechanism number wraps an AES-256 key, seen by comparing with software. */
export interface WrapTrial {
  readonly mechanism: number;
  readonly name: string;
  readonly format: WrapFormat | null;
  /** What it did instead: another length, other bytes, or PKCS#11's refusal. */
  readonly otherwise: string | null;
  readonly external: string | null;
}

/** What this module's symmetric mechanisms really are. Costs about a millisecond to find out. */
export interface Means {
  readonly wraps: readonly WrapTrial[];
  readonly blobMechanism: BlobMechanism | null;
  readonly cmac: CmacWay | null;
}

/**
 * In order of preference. The numbers are no evidence: 0x210A is RFC 5649 in SoftHSM and something
 * of its own in NSS, where 0x210B is RFC 5649.
 */
const candidates = [
  { mechanism: CKM.AES_KEY_WRAP_KWP, name: 'CKM_AES_KEY_WRAP_KWP (0x210B)' },
  { mechanism: CKM.AES_KEY_WRAP_PAD, name: 'CKM_AES_KEY_WRAP_PAD (0x210A)' },
  { mechanism: CKM.AES_KEY_WRAP, name: 'CKM_AES_KEY_WRAP (0x2109)' },
] as const;

const blobNames: Readonly<Record<number, BlobMechanism>> = {
  [CKM.AES_KEY_WRAP_KWP]: 'CKM_AES_KEY_WRAP_KWP',
  [CKM.AES_KEY_WRAP_PAD]: 'CKM_AES_KEY_WRAP_PAD_RFC5649',
  [CKM.AES_KEY_WRAP]: 'CKM_AES_KEY_WRAP',
};

/** Tries every candidate with throw-away keys of known value; nothing is kept. */
export function findMeans(scope: Scope): Means {
  const kek = randomBytes(32);
  const key = randomBytes(32);
  const kekHandle = putKnownKey(scope, kek, sessionAes({ WRAP: true }));
  const keyHandle = putKnownKey(scope, key, exportable);
  const wraps = candidates.map(({ mechanism, name }) => {
    const result = attempt(() =>
      scope.cryptoki.wrap(scope.session, { mechanism }, kekHandle, keyHandle),
    );
    return { mechanism, name, ...judge(result, kek, key) };
  });
  const best = wraps.find((trial) => trial.format !== null);
  return {
    wraps,
    blobMechanism: best === undefined ? null : (blobNames[best.mechanism] ?? null),
    cmac: findCmac(scope),
  };
}

/** The mechanism number that makes and opens blobs of this name here; null when none does. */
export function blobMechanismNumber(means: Means, name: BlobMechanism): number | null {
  const format = formatOf(name);
  return means.wraps.find((trial) => trial.format === format)?.mechanism ?? null;
}

export const formatOf = (name: BlobMechanism): WrapFormat =>
  name === 'CKM_AES_KEY_WRAP' ? 'RFC 3394' : 'RFC 5649';

function judge(
  result: Buffer | CryptokiError,
  kek: Buffer,
  key: Buffer,
): Pick<WrapTrial, 'format' | 'otherwise' | 'external'> {
  if (result instanceof CryptokiError) {
    return { format: null, otherwise: 'refuses it', external: result.result };
  }
  if (result.equals(kwpWrap(kek, key)))
    return { format: 'RFC 5649', otherwise: null, external: null };
  if (result.equals(kwWrap(kek, key)))
    return { format: 'RFC 3394', otherwise: null, external: null };
  const otherwise = `makes ${result.length} bytes that neither standard makes`;
  return { format: null, otherwise, external: null };
}

function findCmac(scope: Scope): CmacWay | null {
  const key = randomBytes(32);
  const expected = aesCmac(key, Buffer.alloc(16));
  const ways: readonly CmacWay[] = ['CKM_AES_CMAC', 'CKM_AES_ECB'];
  for (const way of ways) {
    const result = attempt(() => {
      const handle = putKnownKey(scope, key, sessionAes(purposeFor(way)));
      return cmacOfZero(scope, handle, way);
    });
    if (Buffer.isBuffer(result) && result.equals(expected)) return way;
  }
  return null;
}

/** The result, or PKCS#11's own refusal of it. Other errors are not for here. */
export function attempt<T>(work: () => T): T | CryptokiError {
  try {
    return work();
  } catch (error) {
    if (error instanceof CryptokiError) return error;
    throw error;
  }
}
