import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { XksProxy, XksRequest } from '../../core/xks/proxy.ts';
import type { XksAnswer } from '../../core/xks/wire/errors.ts';
import { tlsRules } from './certificate.ts';
import { listen, type XksListener } from './listener.ts';
import { selfSigned } from './self-signed.ts';

const { certificate, privateKey } = selfSigned('localhost', Date.now(), 86_400_000);

const mostConnections = 10;

describe('a connection', () => {
  let listener: XksListener;
  let socket: TLSSocket;
  let got: string;
  /** What the proxy was asked, and how each is answered. */
  let asked: { request: XksRequest; answer: (made: XksAnswer) => void }[];

  beforeEach(async () => {
    asked = [];
    got = '';
    const proxy = {
      handle: (request: XksRequest) =>
        new Promise<XksAnswer>((answer) => void asked.push({ request, answer })),
    };
    listener = await listen(
      {
        host: '127.0.0.1',
        port: 0,
        context: { cert: certificate, key: privateKey, ...tlsRules },
        mostConnections,
        headersWithin: 200,
        clientNames: null,
      },
      proxy as unknown as XksProxy,
    );
    socket = connect({
      port: listener.port,
      host: '127.0.0.1',
      ca: certificate,
      servername: 'localhost',
    });
    socket.on('data', (piece: Buffer) => (got += piece.toString()));
    await once(socket, 'secureConnect');
  });
  afterEach(async () => {
    socket.destroy();
    await listener.drain();
  });

  const post = (target: string, body: string, more = ''): string =>
    `POST ${target} HTTP/1.1\r\nHost: localhost\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
  const asks = async (many: number): Promise<void> => {
    await expect.poll(() => asked.length).toBe(many);
  };
  const bodies = () => asked.map(({ request }) => Buffer.from(request.body).toString());
  const answer = (at: number, body: string): void =>
    asked[at]?.answer({ status: 200, body } as XksAnswer);
  const answered = async (...wanted: string[]): Promise<void> => {
    const texts = () => [...got.matchAll(/\r\n\r\n([^H]*)/g)].map(([, text]) => text);
    await expect.poll(texts).toEqual(wanted);
  };

  it('serves one request after the other, each in as many pieces as it comes', async () => {
    socket.write(post('/a', 'first'));
    await asks(1);
    answer(0, 'one');
    await answered('one');
    for (const piece of post('/b', 'second').match(/.{1,30}/gs) ?? []) {
      await new Promise<void>((resolve) => void socket.write(piece, () => resolve()));
    }
    await asks(2);
    answer(1, 'two');
    await answered('one', 'two');
    expect(bodies()).toEqual(['first', 'second']);
    expect(got).toMatch(
      /^HTTP\/1\.1 200 OK\r\nContent-Type: application\/json\r\nContent-Length: 3\r\nDate: /,
    );
    expect(got).toContain('Connection: keep-alive\r\nKeep-Alive: timeout=75\r\n');
  });

  it('answers in order what comes before the first is answered', async () => {
    socket.write(post('/a', 'first'));
    await asks(1);
    socket.write(post('/b', 'second'));
    socket.write(post('/c', 'third'));
    answer(0, 'one');
    await asks(2);
    answer(1, 'two');
    await asks(3);
    answer(2, 'three');
    await answered('one', 'two', 'three');
    expect(bodies()).toEqual(['first', 'second', 'third']);
  });

  it('goes on when a request comes that only Node reads, also in the middle', async () => {
    socket.write(post('/a', 'first'));
    await asks(1);
    answer(0, 'one');
    await answered('one');
    const chunked = 'POST /b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
    socket.write(`${chunked}3\r\nsec\r\n`);
    socket.write('3\r\nond\r\n0\r\n\r\n');
    await asks(2);
    answer(1, 'two');
    await answered('one', 'two');
    socket.write(post('/c', 'third'));
    await asks(3);
    answer(2, 'three');
    await answered('one', 'two', 'three');
    expect(bodies()).toEqual(['first', 'second', 'third']);
  });

  it('is ended by a drain: at once when it rests, else with its answer', async () => {
    socket.write(post('/a', 'first'));
    await asks(1);
    const drained = listener.drain();
    answer(0, 'one');
    await once(socket, 'end');
    expect(got).toContain('Connection: close\r\n');
    await drained;
  });

  it('is served a last time by a drain when its next request is on its way', async () => {
    socket.write(post('/a', 'first'));
    await asks(1);
    answer(0, 'one');
    await answered('one');
    const drained = listener.drain();
    socket.write(post('/b', 'second'));
    await asks(2);
    answer(1, 'two');
    await answered('one', 'two');
    await drained;
    expect(got).toContain('Connection: close\r\n');
  });

  it('is ended by a drain while it rests', async () => {
    socket.write(post('/a', 'first'));
    await asks(1);
    answer(0, 'one');
    await answered('one');
    const ended = once(socket, 'end');
    await listener.drain();
    await ended;
  });

  it('counts the bytes of an answer that is not ASCII', async () => {
    socket.write(post('/a', 'first'));
    await asks(1);
    answer(0, '"ä"');
    await answered('"ä"');
    expect(got).toContain('Content-Length: 4\r\n');
  });

  it('is asked what it expects like any other, and gets an answer where it wants a tunnel', async () => {
    socket.write(post('/a', 'first', 'Expect: tea\r\n'));
    await asks(1);
    answer(0, 'one');
    await answered('one');
    got = '';
    socket.write('CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'end');
    expect(got).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/json\r\n/);
    expect(got).toContain('"errorName":"ValidationException"');
  });

  it.each(['HTTP/2.0', 'HTTP/0.9'])('is ended where it speaks %s', async (version) => {
    socket.write(post('/a', 'first').replace('HTTP/1.1', version));
    await once(socket, 'end');
    expect(got).toMatch(
      /^HTTP\/1\.1 505 HTTP Version Not Supported\r\nContent-Type: application\/json\r\n/,
    );
    expect(got).toContain('"errorName":"UnsupportedOperationException"');
    expect(asked).toEqual([]);
  });

  it('gets no second handshake', async () => {
    const where = { port: listener.port, host: '127.0.0.1', servername: 'localhost' };
    const other = connect({ ...where, ca: certificate, maxVersion: 'TLSv1.2' });
    await once(other, 'secureConnect');
    const outcome = await new Promise((resolve) => {
      other.once('error', resolve);
      other.renegotiate({}, resolve);
    });
    expect(outcome).toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' });
  });

  describe('of somebody without a credential', () => {
    const others: TLSSocket[] = [];
    afterEach(() => {
      for (const other of others.splice(0)) other.destroy();
    });

    /** One that reads nothing, and so never learns that it was closed. */
    async function another(): Promise<TLSSocket> {
      const where = { port: listener.port, host: '127.0.0.1', servername: 'localhost' };
      const other = connect({ ...where, ca: certificate });
      others.push(other);
      other.on('error', () => undefined);
      await once(other, 'secureConnect');
      return other;
    }
    const letsIn = async (): Promise<boolean> => {
      try {
        await another();
        return true;
      } catch {
        return false;
      }
    };
    /** All that there may be. */
    async function full(...all: TLSSocket[]): Promise<readonly TLSSocket[]> {
      while (all.length < mostConnections) all.push(await another());
      expect(await letsIn()).toBe(false);
      return all;
    }

    it('rests for a moment only', async () => {
      const all = await full(socket);
      for (const each of all) each.write(post('/a', 'x'));
      await asks(all.length);
      for (const { answer: give } of asked) give({ status: 401, body: '{}' } as XksAnswer);
      await expect.poll(() => got).toContain('Keep-Alive: timeout=1\r\n');
      await expect.poll(letsIn).toBe(true);
    });

    it('makes room where it was told to go and stays', async () => {
      const closed = once(socket, 'close');
      socket.end();
      await closed;
      for (const each of await full()) each.write('POST / HTTP/1.1\r\n');
      await expect.poll(letsIn).toBe(true);
    });
  });
});

it('says in a sentence that a port is taken, and which', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const told = new RegExp(`^127\\.0\\.0\\.1 port ${port}: another program listens there already`);
  const options = {
    host: '127.0.0.1',
    port,
    context: { cert: certificate, key: privateKey, ...tlsRules },
    mostConnections,
    headersWithin: 200,
    clientNames: null,
  };
  await expect(listen(options, {} as unknown as XksProxy)).rejects.toThrow(told);
  taken.close();
});
