import { generateKeyPairSync } from 'node:crypto';
import { makeCertificate } from '../../core/crypto/x509.ts';

const hour = 60 * 60_000;

/** PEM. */
export interface SelfSigned {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A certificate for rehearsals: P-256, the name in subject and alternative name. KMS takes none such. */
export function selfSigned(name: string, now: number, validForMs: number): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = makeCertificate({
    subject: name,
    issuer: name,
    publicKey,
    issuerKey: privateKey,
    authority: true,
    names: [name],
    // an hour back: clocks differ
    notBefore: now - hour,
    notAfter: now + validForMs,
  });
  return {
    certificate,
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}
