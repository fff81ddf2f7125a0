import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { makeCertificate } from '../crypto/x509.ts';

const day = 86_400_000;

/** A key pair with a certificate for it. */
export interface TestIdentity {
  readonly pem: string;
  readonly privateKey: KeyObject;
  /** PKCS #8, unencrypted. */
  readonly keyPem: string;
}

interface Wish {
  readonly names?: readonly string[];
  /** ms since 1970; a day ago and ten years on by default. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** An authority of tests that issues what it is asked for. */
export interface TestAuthority extends TestIdentity {
  issue(subject: string, wish?: Wish): TestIdentity;
  /** An authority under it. */
  authority(subject: string): TestAuthority;
}

const identity = (privateKey: KeyObject, pem: string): TestIdentity => ({
  pem,
  privateKey,
  keyPem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
});

export function testAuthority(
  subject: string,
  now: number,
  wish: Wish & { readonly issuer?: { readonly subject: string; readonly key: KeyObject } } = {},
): TestAuthority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const common = { names: [], notBefore: now - day, notAfter: now + 3650 * day };
  const pem = makeCertificate({
    ...common,
    ...wish,
    subject,
    issuer: wish.issuer?.subject ?? subject,
    publicKey: pair.publicKey,
    issuerKey: wish.issuer?.key ?? pair.privateKey,
    authority: true,
  });
  return {
    ...identity(pair.privateKey, pem),
    issue: (name, leaf = {}) => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const issued = makeCertificate({
        ...common,
        ...leaf,
        subject: name,
        issuer: subject,
        publicKey: own.publicKey,
        issuerKey: pair.privateKey,
        authority: false,
      });
      return identity(own.privateKey, issued);
    },
    authority: (name) => testAuthority(name, now, { issuer: { subject, key: pair.privateKey } }),
  };
}

export interface TlsFront {
  readonly port: number;
  /** Its address under a name of this computer. */
  readonly url: string;
  /** Common names of the client certificates of requests that were let through; null: none shown. */
  readonly shown: readonly (string | null)[];
  close(): Promise<void>;
}

/** TLS as a gateway ends it, in front of what listens at `target`. */
export async function startTlsFront(target: string, options: TlsOptions): Promise<TlsFront> {
  const { hostname, port } = new URL(target);
  const shown: (string | null)[] = [];
  const ends = new Set<{ destroy(): void }>();
  const server = createServer(options, (outside) => {
    const subject = outside.getPeerCertificate().subject;
    shown.push(subject ? String(subject.CN) : null);
    const inside = connect(Number(port), hostname);
    for (const [end, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      ends.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => ends.delete(end));
    }
    outside.pipe(inside).pipe(outside);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    port: own,
    url: `https://localhost:${own}`,
    shown,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const end of ends) end.destroy();
      }),
  };
}
