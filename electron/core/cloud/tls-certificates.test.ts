import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { makeCertificate } from '../crypto/x509.ts';
import { lookAt, readAuthorities, readClient, readClientCertificate } from './tls-certificates.ts';
import { testAuthority } from './tls-front.fixture.ts';

const day = 86_400_000;
const now = 1_800_000_000_000;
const root = testAuthority('Root CA', now);
const issuing = root.authority('Issuing CA');
const client = root.issue('console');
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

function refusalOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (error instanceof OperationError && error.code === 'BAD_INPUT') return error.details;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('authorities', () => {
  it('are shown by subject, issuer, dates and fingerprint', () => {
    const read = readAuthorities(`said by hand\n${root.pem}and behind`, now);
    expect(read.certificates).toEqual([
      {
        subject: 'Root CA',
        issuer: 'Root CA',
        notBefore: now - day,
        notAfter: now + 3650 * day,
        fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      },
    ]);
    expect(read.pem).toBe(root.pem);
    expect(read.remarks).toEqual([]);
    expect(lookAt(read.pem, now).certificates).toEqual(read.certificates);
  });

  it('are taken once each, in their order', () => {
    const read = readAuthorities(`${issuing.pem}${root.pem}${issuing.pem}`, now);
    expect(read.certificates.map(({ subject }) => subject)).toEqual(['Issuing CA', 'Root CA']);
  });

  const over = { notBefore: now - 20 * day, notAfter: now - 10 * day };
  it.each([
    ['text', 'hello', 'it holds no PEM certificate'],
    [
      'a private key beside it',
      root.pem + root.keyPem,
      'it holds a private key: only certificates belong here',
    ],
    [
      'a broken one',
      root.pem.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
      'a certificate in it cannot be read',
    ],
    [
      'one without its end',
      `${root.pem}-----BEGIN CERTIFICATE-----\nMIIB`,
      'a certificate in it cannot be read',
    ],
    ['a server', client.pem, 'console is no certificate authority (CA:TRUE is missing in it)'],
    [
      'one whose issuer is missing',
      issuing.pem,
      'the certificate of Root CA, which issued Issuing CA, is missing',
    ],
    ['one that is over', testAuthority('Old CA', now, over).pem, 'Old CA ended on 5 Jan 2027'],
    ['too many', root.pem.repeat(21), 'it holds more than 20 certificates'],
    ['too much', `${root.pem}${' '.repeat(65_536)}`, 'it is longer than 65536 characters'],
  ])('are refused as %s', (_what, text, problem) => {
    expect(refusalOf(() => readAuthorities(text, now))).toEqual({ field: 'ca', problem });
  });

  it('are refused with an RSA key that TLS would not take', () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const pem = makeCertificate({
      subject: 'Short CA',
      issuer: 'Short CA',
      authority: true,
      names: [],
      publicKey: pair.publicKey,
      issuerKey: pair.privateKey,
      notBefore: now - day,
      notAfter: now + day,
    });
    const problem = 'the RSA key of Short CA has 1024 bits: TLS takes 2048 or more';
    expect(refusalOf(() => readAuthorities(pem, now))).toEqual({ field: 'ca', problem });
  });

  it('are remarked on where one of several is over, ends soon or has not begun', () => {
    const old = testAuthority('Old CA', now, over).pem;
    const soon = testAuthority('Soon CA', now, { notAfter: now + 30 * day }).pem;
    const later = testAuthority('Later CA', now, { notBefore: now + day }).pem;
    expect(readAuthorities(`${root.pem}${old}${soon}${later}`, now).remarks).toEqual([
      'Old CA ended on 5 Jan 2027: nothing is believed by it.',
      'Soon CA ends on 14 Feb 2027: connections fail from then on.',
      'Later CA begins on 16 Jan 2027, not before.',
    ]);
  });
});

describe('a client certificate', () => {
  const wish = { certificate: client.pem, privateKey: bytes(client.keyPem) };

  it('is kept with its chain and its key', () => {
    const read = readClient({ ...wish, certificate: client.pem + root.pem }, now);
    expect(read.certificates.map(({ subject }) => subject)).toEqual(['console', 'Root CA']);
    expect(read.privateKeyPem.use((pem) => pem.toString())).toBe(client.keyPem);
    read.privateKeyPem.dispose();
  });

  it.each(['pkcs8', 'sec1'] as const)('takes a key as %s that a passphrase opens', (type) => {
    const passphrase = 'open sesame';
    const cipher = 'aes-256-cbc';
    const key = createPrivateKey(client.keyPem);
    const privateKey = bytes(String(key.export({ format: 'pem', type, cipher, passphrase })));
    const locked = { ...wish, privateKey };
    const read = readClient({ ...locked, passphrase: bytes(passphrase) }, now);
    expect(read.privateKeyPem.use((pem) => pem.toString())).toBe(client.keyPem);
    read.privateKeyPem.dispose();
    expect(refusalOf(() => readClient(locked, now))).toEqual({
      field: 'client.passphrase',
      problem: 'the private key is encrypted: its passphrase is needed',
    });
    expect(refusalOf(() => readClient({ ...locked, passphrase: bytes('wrong') }, now))).toEqual({
      field: 'client.passphrase',
      problem: 'the private key cannot be opened with this passphrase',
    });
  });

  it.each([
    ['another key', root.keyPem, 'it does not belong to the client certificate'],
    ['a certificate', client.pem, 'it holds no PEM private key'],
    [
      'a broken key',
      client.keyPem.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
      'it cannot be read',
    ],
  ])('refuses %s as its key', (_what, pem, problem) => {
    const refused = refusalOf(() => readClient({ ...wish, privateKey: bytes(pem) }, now));
    expect(refused).toEqual({ field: 'client.privateKey', problem });
  });

  it.each([
    ['an authority', root.pem, 'Root CA is a certificate authority, not a client'],
    [
      'one that is over',
      root.issue('old', { notBefore: now - 9 * day, notAfter: now - day }).pem,
      'old ended on 14 Jan 2027',
    ],
    ['a private key', client.keyPem, 'it holds a private key: only certificates belong here'],
  ])('refuses %s in its place', (_what, pem, problem) => {
    const refused = refusalOf(() => readClientCertificate(pem, now));
    expect(refused).toEqual({ field: 'client.certificate', problem });
  });
});
