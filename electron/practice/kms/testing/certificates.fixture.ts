import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { makeCertificate } from '../../../core/crypto/x509.ts';

const dayMs = 24 * 60 * 60_000;

/** A certificate and its key, in PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** A certificate authority of one test file. */
export function createAuthority(issuer = 'Practice test authority') {
  const issuerKey = newKey();
  /** `days` from now to its end; negative: over already. */
  function issue(subject: string, key: KeyObject, authority: boolean, days: number): string {
    const notAfter = Date.now() + days * dayMs;
    return makeCertificate({
      subject,
      issuer,
      publicKey: createPublicKey(key),
      issuerKey,
      authority,
      names: authority ? [] : [subject],
      notBefore: notAfter - 1000 * dayMs,
      notAfter,
    });
  }
  return {
    certificate: issue(issuer, issuerKey, true, 30),
    identity(name: string, days = 30): Identity {
      const key = newKey();
      return {
        certificate: issue(name, key, false, days),
        key: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
      };
    },
  };
}
