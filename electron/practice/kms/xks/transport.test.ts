import { createServer as createPlainServer } from 'node:net';
import { createServer, DEFAULT_MAX_VERSION } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../testing/certificates.fixture.ts';
import { silence } from '../testing/misbehaviours.fixture.ts';
import { startXksPeer, type XksPeer } from '../testing/xks-peer.fixture.ts';
import { ProxyTrouble } from './problems.ts';
import { createTransport, type ProxyTransport } from './transport.ts';

const host = 'xks.example.test';
const patienceMs = 10_000;
const authority = createAuthority();
let peer: XksPeer;
let transport: ProxyTransport;
beforeAll(async () => {
  peer = await startXksPeer(authority.identity(host));
});
beforeEach(() => {
  peer.requests.length = 0;
  peer.misbehave(null);
  transport?.close();
  transport = createTransport(authority.certificate, patienceMs);
});
afterAll(async () => {
  transport.close();
  await peer.close();
});

const request = (port = peer.port) => ({
  host: host,
  port,
  path: '/tenant-a/kms/xks/v1/health',
  headers: { host: host, 'content-type': 'application/json' },
  body: Buffer.from('{}'),
});

async function problem(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (raised: unknown) => raised,
  );
  return error instanceof ProxyTrouble ? error.problem : `no trouble: ${String(error)}`;
}

describe('connections', () => {
  const used = () => new Set(peer.requests.map(({ connection }) => connection)).size;

  test('are kept', async () => {
    for (let n = 0; n < 5; n += 1) await transport.send(request());
    expect([peer.requests.length, used()]).toEqual([5, 1]);
  });

  test('are made anew for a request that asks what stands now', async () => {
    for (let n = 0; n < 2; n += 1) await transport.send(request());
    for (let n = 0; n < 2; n += 1) await transport.send({ ...request(), anew: true });
    await transport.send(request());
    expect([peer.requests.length, used()]).toEqual([5, 3]);
  });

  test('that the proxy closed while they were idle are replaced without a word', async () => {
    await Promise.all(Array.from({ length: 4 }, () => transport.send(request())));
    peer.dropConnections();
    const answer = await transport.send(request());
    expect(answer.status).toBe(401);
  });
});

describe('time', () => {
  test('a late answer is asked for once more', async () => {
    const hasty = createTransport(authority.certificate, 1000);
    await hasty.send(request());
    let first = true;
    peer.misbehave((response, answer, asked) => {
      const late = first;
      first = false;
      return late && silence(response, answer, asked);
    });
    expect((await hasty.send(request())).status).toBe(401);
    expect(peer.requests).toHaveLength(3);
    hasty.close();
  });

  test('two are too many', async () => {
    const hasty = createTransport(authority.certificate, 100);
    peer.misbehave(silence);
    expect(await problem(hasty.send(request()))).toBe('timed out');
    hasty.close();
  });

  test('a handshake that never ends counts, too', async () => {
    const mute = createPlainServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const hasty = createTransport(authority.certificate, 100);
    const { port } = mute.address() as AddressInfo;
    expect(await problem(hasty.send(request(port)))).toBe('timed out');
    hasty.close();
    mute.close();
  });
});

describe('who answers', () => {
  async function at(
    server: ReturnType<typeof createPlainServer>,
    port = Promise.withResolvers<number>(),
  ): Promise<string> {
    server.listen(0, '127.0.0.1', () => port.resolve((server.address() as AddressInfo).port));
    const found = await problem(transport.send(request(await port.promise)));
    server.close();
    return found;
  }
  const { certificate: cert, key } = authority.identity(host);

  test('nobody', async () => {
    expect(await problem(transport.send(request(1)))).toBe('not reachable');
  });

  test('one that hangs up, or talks plainly', async () => {
    expect(await at(createPlainServer((socket) => socket.destroy()))).toBe('no tls');
    expect(await at(createPlainServer((socket) => socket.end('HTTP/1.1 400 No\r\n\r\n')))).toBe(
      'no tls',
    );
  });

  test('one with suites that KMS does not speak', async () => {
    const ciphers = 'ECDHE-ECDSA-AES128-GCM-SHA256';
    const server = createServer({ cert, key, ciphers, maxVersion: 'TLSv1.2' });
    expect(await at(server)).toBe('bad tls');
    expect(DEFAULT_MAX_VERSION).toBe('TLSv1.3');
  });

  test('one with TLS 1.2 and a suite that it speaks', async () => {
    const ciphers = 'ECDHE-ECDSA-AES256-GCM-SHA384';
    const server = createServer({ cert, key, ciphers, maxVersion: 'TLSv1.2' }, (socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    );
    expect(await at(server)).toBe('no trouble: undefined');
  });

  test('one that speaks no HTTP, or hangs up before it answers', async () => {
    expect(await at(createServer({ cert, key }, (socket) => socket.end('hello\r\n\r\n')))).toBe(
      'bad answer',
    );
    expect(await at(createServer({ cert, key }, (socket) => socket.destroy()))).toBe('dropped');
  });

  test.each([
    ['for another host', authority.identity('xks.example.com'), 'wrong name'],
    ['that ran out', authority.identity(host, -1), 'bad tls'],
    ['of an unknown authority', createAuthority('Unknown').identity(host), 'bad tls'],
    ['of an authority with the same name', createAuthority().identity(host), 'bad tls'],
  ])('one with a certificate %s', async (_name, identity, expected) => {
    const server = createServer({ cert: identity.certificate, key: identity.key });
    expect(await at(server)).toBe(expected);
  });

  test('a practice KMS without --trust-ca trusts public authorities only', async () => {
    const strict = createTransport(null, patienceMs);
    expect(await problem(strict.send(request()))).toBe('bad tls');
    strict.close();
  });
});
