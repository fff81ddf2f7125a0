import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../kernel/secret.ts';
import { pretender, testCa, testCertificate, testPrivateKey } from './certificates.fixture.ts';
import { amazonRootCertificates, defaultTls, isAmazonRoot, tlsOptions } from './trust.ts';
import type { TlsChoice } from '../tls.ts';

describe('which roots are Amazon’s', () => {
  it('finds the five roots of Amazon Trust Services in the bundled list', () => {
    expect(amazonRootCertificates()).toHaveLength(5);
    expect(rootCertificates.length).toBeGreaterThan(50);
  });

  it('takes no other, whatever it calls itself', () => {
    expect(isAmazonRoot(pretender)).toBe(false);
    expect(isAmazonRoot(testCa)).toBe(false);
    const others = rootCertificates.filter((pem) => !amazonRootCertificates().includes(pem));
    expect(others.some(isAmazonRoot)).toBe(false);
  });

  it('is the default where Amazon runs the endpoints itself', () => {
    expect(defaultTls('aws').kind).toBe('amazon-roots');
    expect(defaultTls('aws-us-gov').kind).toBe('amazon-roots');
    expect(defaultTls('aws-cn').kind).toBe('global-roots');
    expect(defaultTls('aws-iso').kind).toBe('global-roots');
  });

  it('refuses a CA that is none', () => {
    const choice = { kind: 'custom-ca', caPem: 'hello', validateHost: true } as const;
    expect(() => tlsOptions(choice)).toThrowError('BAD_INPUT');
    const broken = testCa.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
    expect(() => tlsOptions({ ...choice, caPem: broken })).toThrowError('BAD_INPUT');
  });
});

describe('a handshake', () => {
  let server: https.Server;
  let clientName: string | undefined;

  beforeEach(async () => {
    server = https.createServer(
      {
        key: testPrivateKey,
        cert: testCertificate,
        ca: testCa,
        requestCert: true,
        rejectUnauthorized: false,
      },
      (request, response) => {
        const socket = request.socket as import('node:tls').TLSSocket;
        clientName = socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined;
        response.end('hello');
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const shake = (choice: TlsChoice, servername = 'kms.example.test'): Promise<string> =>
    new Promise((resolve) => {
      const { port } = server.address() as AddressInfo;
      const agent = new https.Agent({ ...tlsOptions(choice), servername, keepAlive: false });
      https
        .get({ host: '127.0.0.1', port, agent }, (response) => {
          response.resume();
          response.on('end', () => resolve('trusted'));
        })
        .on('error', (cause) => resolve('code' in cause ? String(cause.code) : cause.message));
    });

  it('trusts neither an unknown CA nor a loosened environment', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(await shake({ kind: 'amazon-roots' })).toMatch(/SELF_SIGNED|UNABLE_TO/);
    expect(await shake({ kind: 'global-roots' })).toMatch(/SELF_SIGNED|UNABLE_TO/);
  });

  it('trusts a named CA for the right host only, unless that check is waived', async () => {
    const choice = { kind: 'custom-ca', caPem: testCa, validateHost: true } as const;
    expect(await shake(choice)).toBe('trusted');
    expect(await shake(choice, 'other.example.test')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await shake({ ...choice, validateHost: false }, 'other.example.test')).toBe('trusted');
  });

  it('shows a client certificate when it was given one', async () => {
    const client = {
      certificatePem: testCertificate,
      privateKeyPem: Secret.copyOf(Buffer.from(testPrivateKey)),
    };
    await shake({ kind: 'custom-ca', caPem: testCa, validateHost: true, client });
    expect(clientName).toBe('kms.example.test');
  });
});
