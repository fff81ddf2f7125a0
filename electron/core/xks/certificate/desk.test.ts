import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CertificateWish, makeCertificate } from '../../crypto/x509.ts';
import { certificateFiles, CertificateDesk } from './desk.ts';

const day = 24 * 60 * 60_000;
const now = Date.UTC(2026, 10, 5);
const host = 'xks.example.test';

let folder: string;
let desk: CertificateDesk;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kr-certificate-'));
  desk = new CertificateDesk(() => folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pairOf = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const root = pairOf();
const middle = pairOf();
const made = (wish: Partial<CertificateWish>): string =>
  makeCertificate({
    subject: host,
    issuer: 'Middle',
    publicKey: root.publicKey,
    issuerKey: middle.privateKey,
    authority: false,
    names: [],
    notBefore: now - day,
    notAfter: now + 90 * day,
    ...wish,
  });
const rootPem = made({
  subject: 'Root',
  issuer: 'Root',
  issuerKey: root.privateKey,
  authority: true,
});
const middlePem = made({
  subject: 'Middle',
  issuer: 'Root',
  publicKey: middle.publicKey,
  issuerKey: root.privateKey,
  authority: true,
});
/** What an authority gives for the request that is on its way. */
const issued = (more: Partial<CertificateWish> = {}): string => {
  const key = createPrivateKey(readFileSync(certificateFiles(folder).requestKey));
  return made({ publicKey: createPublicKey(key), names: [host], ...more });
};
const take = (text: string, anyAuthority = true) =>
  desk.take(text, { host: null, now, anyAuthority });
const refusal = async (work: Promise<void>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    const { code, details } = error as { code: string; details: Record<string, unknown> };
    return code === 'BAD_INPUT' ? String(details['problem']) : code;
  }
  return 'none';
};

describe('the certificate of proxies', () => {
  it.each(['P-256', 'P-384', 'RSA-3072'] as const)(
    'is asked for with a %s key that nobody else can read, and served once it was issued',
    async (kind) => {
      const request = await desk.request(host, kind, now);
      expect(request.csr).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
      expect(request.csr).not.toContain('PRIVATE');
      const files = certificateFiles(folder);
      expect(statSync(files.requestKey).mode & 0o777).toBe(0o600);
      expect(statSync(files.place).mode & 0o777).toBe(0o700);
      const der = Buffer.from(request.csr.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
      const key = createPrivateKey(readFileSync(files.requestKey));
      const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
      expect(der.includes(spki)).toBe(true);
      expect(der.toString('latin1').split(host)).toHaveLength(3);

      await take(issued() + middlePem + rootPem);
      const view = desk.view();
      expect(view).toMatchObject({
        pending: null,
        current: { issuer: 'Middle', names: [host], chain: 2, notAfter: now + 90 * day },
      });
      const cert = readFileSync(view.certificate);
      createSecureContext({ cert, key: readFileSync(view.privateKey) });
      expect(readdirSync(files.place).toSorted()).toEqual(['chain.pem', 'private-key.pem']);
    },
  );

  it('is refused when it is another key, another name, over, or to come', async () => {
    await desk.request(host, 'P-256', now);
    const rest = middlePem + rootPem;
    const stranger = issued({ publicKey: pairOf().publicKey });
    expect(await refusal(take(stranger + rest))).toContain('key of the request');
    const elsewhere = issued({ names: ['other.example.test'] });
    expect(await refusal(take(elsewhere + rest))).toBe(`it is not for ${host}`);
    expect(await refusal(take(issued({ notAfter: now - 1000 }) + rest))).toContain('ended on');
    expect(await refusal(take(issued({ notBefore: now + day }) + rest))).toContain('begins on');
    expect(await refusal(take('no certificate'))).toBe('it holds no PEM certificate');
    const spoilt = issued().replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
    expect(await refusal(take(spoilt))).toContain('cannot be read');
    expect(desk.view()).toMatchObject({ current: null, pending: { host } });
  });

  it('is refused with a chain that is out of order, or ends too early', async () => {
    await desk.request(host, 'P-256', now);
    expect(await refusal(take(issued() + rootPem + middlePem))).toContain('did not issue');
    expect(await refusal(take(issued()))).toBe('the certificate of Middle is missing behind it');
    const over = made({
      subject: 'Middle',
      issuer: 'Root',
      publicKey: middle.publicKey,
      issuerKey: root.privateKey,
      authority: true,
      notAfter: now - 1000,
    });
    expect(await refusal(take(issued() + over + rootPem))).toContain('Middle ended on');
    const noAuthority = made({
      subject: 'Middle',
      issuer: 'Root',
      publicKey: middle.publicKey,
      issuerKey: root.privateKey,
    });
    expect(await refusal(take(issued() + noAuthority + rootPem))).toContain('did not issue');
  });

  it('is taken from an authority that is not public by a clear yes only', async () => {
    await desk.request(host, 'P-256', now);
    const chain = issued() + middlePem + rootPem;
    expect(await refusal(take(chain, false))).toBe('CONFIRMATION_NEEDED');
    expect(desk.view().current).toBeNull();
    await take(chain);
    expect(desk.view().current).not.toBeNull();
  });

  it('is renewed for the same key without a request, and stays while a new one is asked for', async () => {
    expect(await refusal(take(rootPem))).toContain('make a request first');
    await desk.request(host, 'P-256', now);
    await take(issued() + middlePem + rootPem);
    const key = createPublicKey(createPrivateKey(readFileSync(desk.view().privateKey)));
    const longer = { publicKey: key, names: [host], notAfter: now + 300 * day };
    await take(made(longer) + middlePem + rootPem);
    expect(desk.view().current?.notAfter).toBe(now + 300 * day);
    await desk.request(host, 'P-384', now);
    const { current, pending, certificate } = desk.view();
    expect(current?.notAfter).toBe(now + 300 * day);
    expect(pending?.host).toBe(host);
    const served = new X509Certificate(readFileSync(certificate));
    expect(served.checkPrivateKey(createPrivateKey(readFileSync(desk.view().privateKey)))).toBe(
      true,
    );
  });

  it.each([
    ['is cut off', (file: string) => truncateSync(file, 20)],
    ['is another JSON', (file: string) => writeFileSync(file, '{"host":7}')],
  ])('is still imported for a request whose note %s, and asked for anew', async (_, damage) => {
    await desk.request(host, 'P-256', now);
    const chain = issued() + middlePem + rootPem;
    damage(certificateFiles(folder).request);
    expect(desk.view()).toMatchObject({ pending: null, waits: true, current: null });
    expect(desk.view().problem).toContain('request.json');
    expect(await refusal(take(chain))).toContain('its name cannot be read');
    await desk.take(chain, { host, now, anyAuthority: true });
    expect(desk.view()).toMatchObject({ waits: false, problem: null, current: { names: [host] } });
    await desk.request(host, 'P-256', now);
    damage(certificateFiles(folder).request);
    await desk.request('other.example.test', 'P-256', now);
    expect(desk.view()).toMatchObject({ pending: { host: 'other.example.test' }, problem: null });
  });

  it('is called unreadable where its file is, and replaced by the one that is issued next', async () => {
    await desk.request(host, 'P-256', now);
    await take(issued() + middlePem + rootPem);
    truncateSync(certificateFiles(folder).certificate, 40);
    expect(desk.view()).toMatchObject({ current: null, imported: true });
    expect(desk.view().problem).toContain('chain.pem');
    await desk.request(host, 'P-256', now);
    await take(issued() + middlePem + rootPem);
    expect(desk.view()).toMatchObject({ problem: null, current: { names: [host] } });
  });

  it('is refused with what to do where the key of the request cannot be read', async () => {
    await desk.request(host, 'P-256', now);
    const chain = issued() + middlePem + rootPem;
    truncateSync(certificateFiles(folder).requestKey, 30);
    expect(await refusal(take(chain))).toBe(
      'the key it was asked for with, request-key.pem, cannot be read: make another request',
    );
  });
});
