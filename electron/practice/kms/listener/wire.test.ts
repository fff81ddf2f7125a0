import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionsByName } from '../actions/actions.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import { practiceCredentials, rawCall, send, type Tweaks } from '../testing/raw-client.fixture.ts';
import { kmsOperations } from '../wire/operations.ts';

let kms: PracticeKms;
let unsignedKms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms({
    accounts: [{ accountId: '210987654321', accessKeyId: 'OTHERKEY', secretAccessKey: 'a:b/c+d' }],
  });
  unsignedKms = await startPracticeKms({ allowUnsigned: true });
});
afterAll(async () => {
  await kms.close();
  await unsignedKms.close();
});

const other = { accessKeyId: 'OTHERKEY', secretAccessKey: 'a:b/c+d' };
const list = (tweaks: Tweaks = {}) => rawCall(kms.url, 'ListKeys', {}, tweaks);

describe('replies', () => {
  test('carry type, request id, watermark and no caching', async () => {
    const reply = await list();
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual({ Keys: [], Truncated: false });
    expect(reply.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-keyreeve-practice': 'kms',
      'cache-control': 'no-cache, no-store, must-revalidate, private',
    });
    expect(reply.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('are empty where AWS has no output', async () => {
    const client = byokClient(kms.url);
    const keyId = await client.createKey();
    const reply = await client.call('UpdateKeyDescription', { KeyId: keyId, Description: 'd' });
    expect([reply.status, reply.text]).toEqual([200, '']);
  });

  test('leave the message out where AWS gives none', async () => {
    const reply = await rawCall(kms.url, 'Nothing', {});
    expect([reply.status, reply.text]).toEqual([400, '{"__type":"UnknownOperationException"}']);
    expect(reply.headers['x-keyreeve-practice']).toBe('kms');
  });

  test('the watermark answers without a credential', async () => {
    const reply = await send(`${kms.url}/.keyreeve-practice`, 'GET', {}, '');
    expect(reply.json).toMatchObject({ practice: true, product: 'Keyreeve practice KMS' });
    expect(reply.json?.['instance']).toMatch(/^[0-9a-f-]{36}$/);
    expect(reply.headers['x-keyreeve-practice']).toBe('kms');
  });
});

describe('requests that are no operation', () => {
  test.each<[string, Tweaks]>([
    ['GET', { method: 'GET', sentBody: '' }],
    ['another path', { path: '/keys' }],
    ['another prefix', { target: 'KMS.ListKeys' }],
    ['another content type', { contentType: 'application/json' }],
    ['no target', { patch: { 'x-amz-target': null } }],
  ])('%s is an unknown operation', async (_name, tweaks) => {
    expect((await list(tweaks)).type).toBe('UnknownOperationException');
  });

  test('every operation of the model is performed', () => {
    expect([...actionsByName.keys()].toSorted()).toEqual([...kmsOperations].toSorted());
  });

  const aList = 'Start of list found where not expected';
  test.each<[string, string | undefined]>([
    ['', undefined],
    ['{', undefined],
    ['[]', aList],
    ['"text"', undefined],
    ['{"Limit":"5"}', 'STRING_VALUE can not be converted to an Integer'],
  ])('body %j cannot be read', async (body, message) => {
    const reply = await rawCall(kms.url, 'ListKeys', body);
    expect(reply).toMatchObject({ status: 400, type: 'SerializationException', message });
  });

  test('an oversized body is refused', async () => {
    const reply = await rawCall(kms.url, 'ListKeys', `{"x":"${'a'.repeat(1_100_000)}"}`).catch(
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (typeof reply === 'object') expect(reply.status).toBe(413);
    else expect(['EPIPE', 'ECONNRESET']).toContain(reply);
  });
});

describe('signatures', () => {
  const now = () => Date.now();
  const wrongSecret = { ...practiceCredentials, secretAccessKey: 'wrong' };

  test.each<[string, Tweaks]>([
    ['region from the scope', { region: 'ap-south-2' }],
    ['another account, secret with colons', { credentials: other }],
    ['only the host signed', { signedHeaders: ['host'] }],
    [
      'more headers signed',
      {
        extraHeaders: { 'x-amz-meta': ' spaced   out ' },
        signedHeaders: ['host', 'x-amz-date', 'x-amz-target'],
      },
    ],
    ['four minutes old', { signedAt: now() - 240_000 }],
    ['four minutes ahead', { signedAt: now() + 240_000 }],
  ])('accepts %s', async (_name, tweaks) => {
    expect((await list(tweaks)).status).toBe(200);
  });

  test.each<[string, string, Tweaks]>([
    ['no header', 'MissingAuthenticationTokenException', { patch: { authorization: null } }],
    ['another scheme', 'IncompleteSignatureException', { patch: { authorization: 'Basic eDp5' } }],
    [
      'no parameters',
      'IncompleteSignatureException',
      { patch: { authorization: 'AWS4-HMAC-SHA256 x' } },
    ],
    ['no date', 'IncompleteSignatureException', { patch: { 'x-amz-date': null } }],
    [
      'an unknown access key',
      'UnrecognizedClientException',
      { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } },
    ],
    [
      'a token with a root key',
      'UnrecognizedClientException',
      { credentials: { ...practiceCredentials, sessionToken: 'AAAA' } },
    ],
    ['a wrong secret', 'InvalidSignatureException', { credentials: wrongSecret }],
    ['six minutes old', 'InvalidSignatureException', { signedAt: now() - 360_000 }],
    ['six minutes ahead', 'InvalidSignatureException', { signedAt: now() + 360_000 }],
    ['another body', 'InvalidSignatureException', { sentBody: '{"Limit":1}' }],
    [
      'another target',
      'InvalidSignatureException',
      { patch: { 'x-amz-target': 'TrentService.ListAliases' } },
    ],
    ['another service', 'InvalidSignatureException', { service: 's3' }],
    [
      'the host not signed',
      'InvalidSignatureException',
      { signedHeaders: ['x-amz-date', 'x-amz-target'] },
    ],
    ['an absent signed header', 'InvalidSignatureException', { signedHeaders: ['host', 'x-gone'] }],
    ['a region that is none', 'InvalidSignatureException', { region: 'nowhere' }],
  ])('refuses %s', async (_name, type, tweaks) => {
    const reply = await list(tweaks);
    expect([reply.status, reply.type]).toEqual([400, type]);
  });

  test('says what is missing and how old', async () => {
    const bare = await list({ patch: { authorization: 'AWS4-HMAC-SHA256 Credential=a/b' } });
    expect(bare.message).toContain("Authorization header requires 'Signature' parameter.");
    const old = await list({ signedAt: now() - 360_000 });
    expect(old.message).toMatch(/^Signature expired: \d{8}T\d{6}Z is now earlier than/);
  });

  test('accounts and regions are apart', async () => {
    const mine = byokClient(kms.url, { region: 'us-east-1' });
    const keyId = await mine.createKey();
    expect((await mine.call('DescribeKey', { KeyId: keyId })).status).toBe(200);
    for (const tweaks of [{ region: 'us-east-2' }, { region: 'us-east-1', credentials: other }]) {
      const reply = await mine.call('DescribeKey', { KeyId: keyId }, tweaks);
      expect(reply.type).toBe('NotFoundException');
    }
  });
});

describe('what is no HTTP request', () => {
  const exchange = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(kms.url).port), '127.0.0.1', () => socket.write(text));
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
      socket.on('error', reject);
    });

  test('gets an answer with the watermark, and the connection ends', async () => {
    const garbage = await exchange('hello\r\n\r\n');
    expect(garbage).toMatch(/^HTTP\/1\.1 400 /);
    expect(garbage).toContain('x-keyreeve-practice: kms');
    const long = await exchange(
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
    );
    expect(long).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('leaves the listener serving', async () => {
    expect((await list()).status).toBe(200);
  });
});

describe('one connection', () => {
  const body = '{}';
  const head = (framing: string) =>
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: TrentService.ListKeys\r\n${framing}\r\n\r\n`;
  const plain = `${head(`Content-Length: ${body.length}`)}${body}`;
  const chunked = [head('Transfer-Encoding: chunked'), '1\r\n{\r\n', '1\r\n}\r\n0\r\n\r\n'];
  const answer = { Keys: [], Truncated: false };

  /** Writes each piece once so many answers are there; all that came back. */
  async function talk(pieces: readonly (readonly [answers: number, piece: string])[]) {
    const socket = connect(Number(new URL(unsignedKms.url).port), '127.0.0.1').setNoDelay(true);
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    const answers = () => got.split('HTTP/1.1 ').length - 1;
    const send = (piece: string) =>
      new Promise<void>((resolve) => void socket.write(piece, () => resolve()));
    for (const [after, piece] of pieces) {
      await expect.poll(answers).toBe(after);
      await send(piece);
    }
    const last = (pieces.at(-1)?.[0] ?? 0) + 1;
    await expect.poll(() => got.split('"Truncated":false}').length - 1).toBe(last);
    socket.destroy();
    return got
      .split('HTTP/1.1 ')
      .slice(1)
      .map((text) => {
        const [lines = '', json = ''] = text.split('\r\n\r\n');
        return { lines: lines.split('\r\n'), json: JSON.parse(json) as unknown };
      });
  }

  const names = (lines: readonly string[]) =>
    lines
      .slice(1)
      .filter((line) => !/^(x-amzn-RequestId|Date):/.test(line))
      .toSorted();

  test('carries plain requests and others, answered alike', async () => {
    const [begin = '', middle = '', end = ''] = chunked;
    const replies = await talk([
      [0, plain],
      [1, plain.slice(0, 60)],
      [1, plain.slice(60)],
      [2, begin],
      [2, middle],
      [2, end],
      [3, plain],
    ]);
    expect(replies.map(({ json }) => json)).toEqual([answer, answer, answer, answer]);
    const [first, ...others] = replies.map(({ lines }) => [lines[0], ...names(lines)]);
    expect(first).toContain('Connection: keep-alive');
    expect(others).toEqual([first, first, first]);
  });

  test('answers in order what comes before the first is answered', async () => {
    const replies = await talk([
      [0, plain + plain],
      [2, plain],
    ]);
    expect(replies.map(({ json }) => json)).toEqual([answer, answer, answer]);
  });
});

test.each(['HTTP/2.0', 'HTTP/0.9'])(
  'whoever speaks %s is told that it is not spoken here',
  async (version) => {
    const socket = connect(Number(new URL(unsignedKms.url).port), '127.0.0.1');
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    const ended = once(socket, 'end');
    socket.write(
      `POST / ${version}\r\nHost: x\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: TrentService.CreateKey\r\nContent-Length: 2\r\n\r\n{}`,
    );
    await ended;
    expect(got).toMatch(/^HTTP\/1\.1 505 HTTP Version Not Supported\r\n/);
    expect(got).toContain('x-keyreeve-practice: kms\r\n');
    const { Keys } =
      (await rawCall(unsignedKms.url, 'ListKeys', {}, { region: 'eu-west-2' })).json ?? {};
    expect(Keys).toEqual([]);
  },
);

describe('unsigned requests', () => {
  const patch = { authorization: null };

  test('work only when allowed, in eu-west-2 of the default account', async () => {
    const reply = await rawCall(unsignedKms.url, 'CreateKey', {}, { patch });
    expect(reply.json).toMatchObject({
      KeyMetadata: { Arn: expect.stringMatching(/^arn:aws:kms:eu-west-2:123456789012:key\//) },
    });
  });

  test('never come from a web page', async () => {
    const fromPage = { patch: { ...patch, origin: 'http://evil.example' } };
    const reply = await rawCall(unsignedKms.url, 'ListKeys', {}, fromPage);
    expect(reply.type).toBe('MissingAuthenticationTokenException');
  });
});
