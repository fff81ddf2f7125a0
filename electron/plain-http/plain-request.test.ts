import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incomplete, type PlainRequest, readPlain } from './plain-request.ts';

const limits = { headBytes: 2000, headers: 12, bodyBytes: 500 };

const good = (body = '{"a":1}'): string =>
  `POST /p/kms/xks/v1/health HTTP/1.1\r\nHost: localhost:1\r\nContent-Type: application/json\r\nX-Amz-Date: 20260105T090000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host;x-amz-date, Signature=00\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const read = (text: string) => readPlain(Buffer.from(text, 'latin1'), limits);

describe('a plain request', () => {
  it('is read with its headers as they came', () => {
    const spaced = good().replace('Content-Type: application/json', 'content-TYPE:  a  b  ');
    expect(read(spaced)).toMatchObject({ target: '/p/kms/xks/v1/health' });
    const { rawHeaders, body } = read(spaced) as PlainRequest;
    expect(rawHeaders.slice(0, 4)).toEqual(['Host', 'localhost:1', 'content-TYPE', 'a  b']);
    expect(body.toString()).toBe('{"a":1}');
  });

  it('may ask for its connection to stay, as it does anyway', () => {
    const kept = good().replace('Host', 'Connection: Keep-Alive\r\nHost');
    expect(read(kept)).toMatchObject({ target: '/p/kms/xks/v1/health' });
  });

  it('is waited for until its last byte', () => {
    const text = good();
    for (let end = 1; end < text.length; end++) expect(read(text.slice(0, end))).toBe(incomplete);
    expect(read(text)).not.toBe(incomplete);
  });

  it.each<[string, string]>([
    ['another method', good().replace('POST', 'GET')],
    ['another version', good().replace('HTTP/1.1', 'HTTP/1.0')],
    ['a whole address as target', good().replace('/p/kms', 'http://x/kms')],
    ['a second request behind it', `${good()}P`],
    ['no length', good().replace('Content-Length: 7\r\n', '')],
    ['two lengths', good().replace('Host', 'Content-Length: 7\r\nHost')],
    ['a length with a sign', good().replace('Length: 7', 'Length: +7')],
    ['a length with a zero in front', good().replace('Length: 7', 'Length: 07')],
    ['chunks', good().replace('Content-Length: 7', 'Transfer-Encoding: chunked')],
    ['length and chunks', good().replace('Host', 'transfer-encoding: chunked\r\nHost')],
    ['a wish to close', good().replace('Host', 'Connection: close\r\nHost')],
    [
      'a wish to close beside one to stay',
      good().replace('Host', 'Connection: keep-alive, close\r\nHost'),
    ],
    ['a wish to go on', good().replace('Host', 'Expect: 100-continue\r\nHost')],
    ['a wish to change', good().replace('Host', 'Upgrade: h2c\r\nHost')],
    ['no host', good().replace('Host: localhost:1\r\n', '')],
    ['two hosts', good().replace('Host', 'host: b\r\nHost')],
    ['a bare line feed', good().replace('localhost:1\r\n', 'localhost:1\n')],
    ['a folded header', good().replace('localhost:1\r\n', 'localhost:1\r\n b\r\n')],
    ['a space before a colon', good().replace('Host:', 'Host :')],
    ['a tab', good().replace('Host: l', 'Host:\tl')],
    ['a null', good().replace('Host: l', 'Host: \0l')],
    ['a character that is not ASCII', good().replace('Host: l', 'Host: \u00e4l')],
    ['a header without a name', good().replace('Host: l', ': l')],
    ['an odd name', good().replace('Host', 'X_y: z\r\nHost')],
    ['too many headers', good().replace('Host', `${'A: b\r\n'.repeat(8)}Host`)],
    ['too long a head', good().replace('Host: l', `Host: ${'l'.repeat(2000)}`)],
    ['too long a head that does not end', 'POST / HTTP/1.1\r\nA: '.padEnd(2100, 'a')],
    ['too long a body', good('x'.repeat(501))],
  ])('is none with %s', (_, text) => expect(read(text)).toBeNull());
});

describe('what is read as a plain request', () => {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const node = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      seen.push({ request, body });
      response.end();
    });
  });
  beforeAll(() => new Promise<void>((resolve) => void node.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => void node.close(() => resolve())));

  const toNode = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect((node.address() as AddressInfo).port, '127.0.0.1');
      socket.once('data', () => socket.destroy()).once('close', () => resolve());
      socket.once('error', reject);
      socket.write(text, 'latin1');
    });

  /** Numbers that look random and are the same each time. */
  function* numbers(seed: number): Generator<number> {
    for (let x = seed; ; ) yield (x = (x * 1_103_515_245 + 12_345) % 2_147_483_648);
  }
  const snippets = [
    ' ',
    '\r',
    '\n',
    '\r\n',
    '\t',
    '\0',
    ':',
    ',',
    ';',
    '7',
    '%',
    '\u00ff',
    'a: b\r\n',
    'Connection: keep-alive\r\n',
  ];

  it('is read the same by Node', async () => {
    const random = numbers(20_261_122);
    const below = (most: number): number => (random.next().value as number) % most;
    let plain = 0;
    for (let n = 0; n < 3000; n++) {
      const text = good();
      const at = below(text.length);
      const put = snippets[below(snippets.length)] ?? '';
      const spoilt = text.slice(0, at) + put + text.slice(at + below(3));
      const found = read(spoilt);
      if (found === null || found === incomplete) continue;
      plain++;
      if (plain % 4 !== 0) continue; // each takes a connection
      seen.length = 0;
      await toNode(spoilt);
      const [got, ...more] = seen;
      expect(more).toEqual([]);
      expect(got?.request.method).toBe('POST');
      expect(got?.request.url).toBe(found.target);
      expect(got?.request.rawHeaders).toEqual(found.rawHeaders);
      expect(got?.body).toBe(found.body.toString('latin1'));
    }
    expect(plain).toBeGreaterThan(100);
  });
});
