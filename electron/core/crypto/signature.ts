import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { Secret } from '../kernel/secret.ts';
import { sha256 } from './mac.ts';

/** ECDSA over P-256 with SHA-256; signatures are r || s, 64 bytes (IEEE P1363). */
export interface SigningKeyPair {
  /** PKCS#8, DER. */
  readonly privateKey: Secret;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
}

/** A new P-256 key pair. Whoever calls disposes of the private key. */
export function makeSigningKey(): SigningKeyPair {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey: Secret.adopt(pair.privateKey.export({ type: 'pkcs8', format: 'der' })),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }),
  };
}

/** 64 bytes, r || s (IEEE P1363), over the SHA-256 of `data`. */
export function ecdsaSign(privateKey: Secret, data: Buffer): Buffer {
  return privateKey.use((der) =>
    sign('sha256', data, {
      key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
      dsaEncoding: 'ieee-p1363',
    }),
  );
}

/** False for a wrong signature, for a key that is not P-256 and for anything malformed. */
export function ecdsaVerify(publicKey: Buffer, data: Buffer, signature: Buffer): boolean {
  if (signature.length !== 64) return false;
  try {
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
    return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    // A key or signature that does not parse proves nothing, which is all the caller asks.
    return false;
  }
}

/** How a person compares a public key: SHA-256 of its SubjectPublicKeyInfo, lower-case hex. */
export function spkiFingerprint(publicKey: Uint8Array): string {
  return sha256(publicKey).toString('hex');
}
