import { type KeyObject, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { certificatesIn, nameIn } from '../../crypto/certificates.ts';
import { msOf } from '../../kernel/node-dates.ts';

/** A chain as an authority issued it, the server's own certificate first. */
export interface CheckedChain {
  /** Why it cannot be served; null: it can. */
  readonly problem: string | null;
  /** An authority that computers know issued it; AWS takes no other. */
  readonly publicAuthority: boolean;
  /** PEM of the chain and nothing else; empty with a problem. */
  readonly pem: string;
}

/** What a person wants to know of a certificate. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly fingerprint: string;
  /** Certificates that are sent along. */
  readonly chain: number;
}

const mostBlocks = 10;

export interface ChainWish {
  readonly text: string;
  readonly host: string;
  /** The private key it must belong to. */
  readonly key: KeyObject;
  readonly now: number;
}

/** Whether a proxy can serve this chain for its name, as KMS will look at it. */
export function checkChain({ text, host, key, now }: ChainWish): CheckedChain {
  const chain = certificatesIn(text, mostBlocks);
  const refused = (problem: string): CheckedChain => ({ problem, publicAuthority: false, pem: '' });
  const [own] = chain ?? [];
  if (chain === null) return refused('a certificate in it cannot be read');
  if (own === undefined) return refused('it holds no PEM certificate');
  const problem = problemOf(own, { host, key, now }) ?? chainProblem(chain, now);
  if (problem !== null) return refused(problem);
  const publicAuthority = isPublic(chain.at(-1) ?? own);
  const last = chain.at(-1) ?? own;
  if (!publicAuthority && !last.checkIssued(last))
    return refused(`the certificate of ${nameIn(last.issuer)} is missing behind it`);
  return { problem: null, publicAuthority, pem: chain.map((each) => each.toString()).join('') };
}

function problemOf(
  own: X509Certificate,
  { host, key, now }: Omit<ChainWish, 'text'>,
): string | null {
  if (!own.checkPrivateKey(key)) return 'it does not belong to the key of the request';
  if (own.checkHost(host) === undefined) return `it is not for ${host}`;
  return timeProblem(own, now);
}

function timeProblem(certificate: X509Certificate, now: number): string | null {
  const [from, to] = [msOf(certificate.validFromDate), msOf(certificate.validToDate)];
  if (from === null || to === null) return 'its dates cannot be read';
  const name = nameIn(certificate.subject);
  if (to <= now) return `${name} ended on ${certificate.validTo}`;
  return from > now ? `${name} begins on ${certificate.validFrom}` : null;
}

function chainProblem(chain: readonly X509Certificate[], now: number): string | null {
  for (const [at, issuer] of chain.slice(1).entries()) {
    const below = chain[at];
    if (below === undefined) continue;
    const issued = below.checkIssued(issuer) && below.verify(issuer.publicKey);
    if (!issued || !issuer.ca)
      return `${nameIn(issuer.subject)} did not issue ${nameIn(below.subject)}: the order is wrong, or one is missing`;
    const problem = timeProblem(issuer, now);
    if (problem !== null) return problem;
  }
  return null;
}

/** The last one is, or was issued by, an authority that this program's TLS library knows. */
function isPublic(last: X509Certificate): boolean {
  return rootCertificates.some((text) => {
    if (!text.includes('BEGIN CERTIFICATE')) return false;
    const root = new X509Certificate(text);
    if (root.fingerprint256 === last.fingerprint256) return true;
    return last.checkIssued(root) && last.verify(root.publicKey);
  });
}

/** Null when there is no certificate in it. */
export function factsOf(text: string): CertificateFacts | null {
  const chain = certificatesIn(text, mostBlocks);
  const [own] = chain ?? [];
  if (own === undefined) return null;
  return {
    subject: nameIn(own.subject),
    issuer: nameIn(own.issuer),
    names: (own.subjectAltName ?? '')
      .split(', ')
      .flatMap((each) => (each.startsWith('DNS:') ? [each.slice(4)] : [])),
    notBefore: msOf(own.validFromDate) ?? 0,
    notAfter: msOf(own.validToDate) ?? 0,
    fingerprint: own.fingerprint256,
    chain: (chain?.length ?? 1) - 1,
  };
}
