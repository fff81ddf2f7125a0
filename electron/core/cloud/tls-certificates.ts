import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { certificatesIn, nameIn } from '../crypto/certificates.ts';
import { msOf } from '../kernel/node-dates.ts';
import { Secret } from '../kernel/secret.ts';

/** Most characters of one PEM text, and certificates in it. */
export const longestPem = 65_536;
const mostCertificates = 20;
/** A certificate that ends so soon is said, ms. */
const soon = 30 * 86_400_000;
const clientAuthentication = '1.3.6.1.5.5.7.3.2';
/** OpenSSL's security level 2, which Node keeps to, takes no shorter RSA key. Bits. */
const shortestRsa = 2048;

/** What a person compares before a certificate is trusted or shown. Times are ms since 1970. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256 over the certificate, in hexadecimal bytes with colons. */
  readonly fingerprint: string;
}

/** Certificates that were read from PEM, and the same as PEM with nothing around them. */
export interface ReadCertificates {
  readonly pem: string;
  readonly certificates: readonly CertificateFacts[];
  /** What is worth a look, and no reason to refuse it. */
  readonly remarks: readonly string[];
}

/**
 * Authorities to be trusted in place of Amazon's: one, or several.
 * @throws OperationError BAD_INPUT for text that holds none, holds a private key or a certificate
 *   that is no authority, lacks the issuer of one, or has only authorities that are over
 */
export function readAuthorities(text: string, now: number): ReadCertificates {
  const refuse = refusalOf('ca');
  const found = distinct(pemCertificates(text, refuse));
  for (const each of found) {
    const name = nameIn(each.subject);
    if (!each.ca) throw refuse(`${name} is no certificate authority (CA:TRUE is missing in it)`);
    requireLength(each, refuse);
    if (!found.some((issuer) => each.checkIssued(issuer)))
      throw refuse(`the certificate of ${nameIn(each.issuer)}, which issued ${name}, is missing`);
  }
  const standing = found.filter((each) => datesOf(each).notAfter > now);
  if (standing.length === 0) throw refuse(endedText(found, now));
  return view(found, now);
}

/** A client certificate, with the chain that is sent along, and its private key as unencrypted PEM. */
export interface ReadClient extends ReadCertificates {
  readonly privateKeyPem: Secret;
}

/**
 * The certificate this computer shows when the server asks for one. The caller disposes the key.
 * @throws OperationError BAD_INPUT for what is no certificate or key, does not belong together, is
 *   over, is not for clients, or for a wrong or missing passphrase
 */
export function readClient(
  wish: {
    readonly certificate: string;
    readonly privateKey: Uint8Array;
    readonly passphrase?: Uint8Array | undefined;
  },
  now: number,
): ReadClient {
  const shown = readClientCertificate(wish.certificate, now);
  const locked = isLocked(viewOf(wish.privateKey));
  const key = readPrivateKey(wish.privateKey, locked, wish.passphrase);
  const [own] = certificatesIn(shown.pem, mostCertificates) ?? [];
  if (!own?.checkPrivateKey(key))
    throw refusalOf('client.privateKey')('it does not belong to the client certificate');
  // As it came, where that will do: an export is a string, which nothing can wipe.
  const privateKeyPem = locked
    ? Secret.adopt(Buffer.from(key.export({ format: 'pem', type: 'pkcs8' })))
    : Secret.copyOf(wish.privateKey);
  return { ...shown, privateKeyPem };
}

/** The same without its key, to be looked at. @throws OperationError BAD_INPUT */
export function readClientCertificate(text: string, now: number): ReadCertificates {
  const refuse = refusalOf('client.certificate');
  const [own, ...above] = distinct(pemCertificates(text, refuse));
  if (own === undefined) throw refuse('it holds no PEM certificate');
  const name = nameIn(own.subject);
  if (own.ca) throw refuse(`${name} is a certificate authority, not a client`);
  const uses = own.keyUsage;
  if (uses !== undefined && !uses.includes(clientAuthentication))
    throw refuse(`${name} is not for clients (clientAuth is missing in its extended key usage)`);
  requireLength(own, refuse);
  if (datesOf(own).notAfter <= now) throw refuse(endedText([own], now));
  return view([own, ...above], now);
}

/** What was kept before, as it stands now. */
export function lookAt(pem: string, now: number): Omit<ReadCertificates, 'pem'> {
  const { certificates, remarks } = view(certificatesIn(pem, mostCertificates) ?? [], now);
  return { certificates, remarks };
}

type Refuse = (problem: string) => OperationError;
const refusalOf =
  (field: string): Refuse =>
  (problem) =>
    new OperationError('BAD_INPUT', { field, problem });

function pemCertificates(text: string, refuse: Refuse): readonly X509Certificate[] {
  if (text.length > longestPem) throw refuse(`it is longer than ${longestPem} characters`);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw refuse('it holds a private key: only certificates belong here');
  const begun = text.split('-----BEGIN CERTIFICATE-----').length - 1;
  if (begun === 0) throw refuse('it holds no PEM certificate');
  if (begun > mostCertificates) throw refuse(`it holds more than ${mostCertificates} certificates`);
  const found = certificatesIn(text, mostCertificates);
  if (found === null || found.length !== begun) throw refuse('a certificate in it cannot be read');
  return found;
}

/** OpenSSL would refuse it in every handshake, with words that name no certificate. */
function requireLength({ publicKey, subject }: X509Certificate, refuse: Refuse): void {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  if (publicKey.asymmetricKeyType === 'rsa' && bits !== undefined && bits < shortestRsa)
    throw refuse(
      `the RSA key of ${nameIn(subject)} has ${bits} bits: TLS takes ${shortestRsa} or more`,
    );
}

const viewOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** As PKCS #8 writes it, and as older programs do. */
const isLocked = (pem: Buffer): boolean =>
  pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || pem.includes('Proc-Type: 4,ENCRYPTED');

function readPrivateKey(
  pem: Uint8Array,
  locked: boolean,
  passphrase: Uint8Array | undefined,
): KeyObject {
  const refuse = refusalOf('client.privateKey');
  const key = viewOf(pem);
  if (!key.includes('PRIVATE KEY-----')) throw refuse('it holds no PEM private key');
  if (locked && passphrase === undefined)
    throw refusalOf('client.passphrase')('the private key is encrypted: its passphrase is needed');
  const opening = locked && passphrase ? { passphrase: viewOf(passphrase) } : {};
  try {
    return createPrivateKey({ key, format: 'pem', ...opening });
  } catch (cause) {
    if (!locked) throw refuse('it cannot be read');
    const problem = 'the private key cannot be opened with this passphrase';
    throw new OperationError('BAD_INPUT', { field: 'client.passphrase', problem }, { cause });
  }
}

const distinct = (found: readonly X509Certificate[]): readonly X509Certificate[] => [
  ...new Map(found.map((each) => [each.fingerprint256, each])).values(),
];

const datesOf = (each: X509Certificate): { notBefore: number; notAfter: number } => ({
  notBefore: msOf(each.validFromDate) ?? 0,
  notAfter: msOf(each.validToDate) ?? 0,
});

function view(found: readonly X509Certificate[], now: number): ReadCertificates {
  return {
    pem: found.map((each) => each.toString()).join(''),
    certificates: found.map((each) => ({
      subject: nameIn(each.subject),
      issuer: nameIn(each.issuer),
      ...datesOf(each),
      fingerprint: each.fingerprint256,
    })),
    remarks: found.flatMap((each) => remarkOn(each, now)),
  };
}

function remarkOn(each: X509Certificate, now: number): readonly string[] {
  const { notBefore, notAfter } = datesOf(each);
  const name = nameIn(each.subject);
  if (notAfter <= now)
    return [`${name} ended on ${dayOf(each.validTo)}: nothing is believed by it.`];
  if (notBefore > now) return [`${name} begins on ${dayOf(each.validFrom)}, not before.`];
  if (notAfter - now <= soon)
    return [`${name} ends on ${dayOf(each.validTo)}: connections fail from then on.`];
  return [];
}

const endedText = (found: readonly X509Certificate[], now: number): string =>
  found
    .filter((each) => datesOf(each).notAfter <= now)
    .map((each) => `${nameIn(each.subject)} ended on ${dayOf(each.validTo)}`)
    .join('; ');

/** `Nov 22 01:10:38 2126 GMT` as OpenSSL writes it, without its time of day. */
const dayOf = (text: string): string => {
  const [, month = '', day = '', year = ''] =
    /^(\w{3})\s+(\d{1,2}) [\d:]+ (\d{4})/.exec(text) ?? [];
  return year === '' ? text : `${day} ${month} ${year}`;
};
