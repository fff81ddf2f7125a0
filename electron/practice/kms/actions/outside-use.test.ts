import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { change, hangUp, refuse, refusals, unreadable } from '../testing/misbehaviours.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import { startStoreBench, type StoreBench } from '../testing/store-bench.fixture.ts';
import type { Misbehaviour } from '../testing/xks-peer.fixture.ts';

let bench: StoreBench;
let storeId: string;
let keyId: string;
beforeAll(async () => {
  bench = await startStoreBench();
});
beforeEach(async () => {
  await bench.reset();
  bench.peer.setting.ivBytes = 12;
  storeId = await bench.connectedStore();
  keyId = await bench.keyIn(storeId, 'ext-1');
  bench.peer.requests.length = 0;
});
afterAll(() => bench.close());

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const call = (operation: string, body: Record<string, unknown>) =>
  bench.client.call(operation, body);
const plaintext = base64('seven secrets');
/** Two lengths, vector, metadata and tag of the peer; the inner vector, tag and text. */
const outerBytes = 2 + 12 + 20 + 16 + (12 + 16 + 'seven secrets'.length);
const context = { tenant: 'a', purpose: 'test' };

async function encrypt(more: Record<string, unknown> = {}): Promise<string> {
  const reply = await bench.client.must('Encrypt', { KeyId: keyId, Plaintext: plaintext, ...more });
  return String(reply['CiphertextBlob']);
}

describe('Encrypt and Decrypt', () => {
  test('go through both layers', async () => {
    const reply = await call('Encrypt', {
      KeyId: keyId,
      Plaintext: plaintext,
      EncryptionContext: context,
    });
    const [sealing] = bench.peer.requests;
    expect(sealing?.api).toBe('/keys/ext-1/encrypt');
    expect(sealing?.body).toEqual({
      requestMetadata: {
        kmsRequestId: reply.headers['x-amzn-requestid'],
        kmsOperation: 'Encrypt',
        awsPrincipalArn: 'arn:aws:iam::123456789012:root',
        kmsKeyArn: reply.json?.['KeyId'],
      },
      plaintext: expect.any(String) as string,
      encryptionAlgorithm: 'AES_GCM',
      additionalAuthenticatedData: base64(
        JSON.stringify([
          ['purpose', 'test'],
          ['tenant', 'a'],
        ]),
      ),
      ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
    });
    // What the proxy is given is encrypted already.
    const given = Buffer.from(String(sealing?.body['plaintext']), 'base64');
    expect(given.includes('seven secrets')).toBe(false);
    expect(given.length).toBeGreaterThan('seven secrets'.length);

    const opened = await call('Decrypt', {
      CiphertextBlob: reply.json?.['CiphertextBlob'],
      EncryptionContext: { purpose: 'test', tenant: 'a' },
    });
    expect(opened.json).toMatchObject({ Plaintext: plaintext, KeyId: reply.json?.['KeyId'] });
    expect(bench.peer.requests.at(-1)?.body).toMatchObject({
      ciphertextMetadata: base64('peer metadata, 20 b.'),
      requestMetadata: { kmsOperation: 'Decrypt' },
    });
  });

  test('without a context no additional data is sent', async () => {
    await encrypt();
    await encrypt({ EncryptionContext: {} });
    for (const { body } of bench.peer.requests) {
      expect(body).not.toHaveProperty('additionalAuthenticatedData');
    }
  });

  test('4096 bytes fit into what a proxy must take, and 16-byte vectors come back', async () => {
    bench.peer.setting.ivBytes = 16;
    const blob = await encrypt({ Plaintext: base64(Buffer.alloc(4096, 7)) });
    const sent = Buffer.from(String(bench.peer.requests[0]?.body['plaintext']), 'base64');
    expect(sent.length).toBeLessThanOrEqual(4300);
    const opened = await bench.client.must('Decrypt', { CiphertextBlob: blob });
    expect(opened['Plaintext']).toBe(base64(Buffer.alloc(4096, 7)));
    expect(
      Buffer.from(String(bench.peer.requests[1]?.body['initializationVector']), 'base64'),
    ).toHaveLength(16);
  });

  test('both layers are needed: neither the same external key nor the same KMS key will do', async () => {
    const blob = await encrypt();
    const first = bench.peer.keys.get('ext-1');
    const other = await bench.keyIn(storeId, 'ext-2');
    bench.peer.addKey('ext-2', { bytes: first?.bytes ?? Buffer.alloc(0) });
    const foreign = await call('Decrypt', { KeyId: other, CiphertextBlob: blob });
    expect(foreign.type).toBe('IncorrectKeyException');
    bench.peer.addKey('ext-1');
    const changed = await call('Decrypt', { CiphertextBlob: blob });
    expect(changed.type).toBe('KMSInvalidStateException');
  });

  test('a changed ciphertext or context is refused, mostly by the proxy', async () => {
    const blob = Buffer.from(await encrypt({ EncryptionContext: context }), 'base64');
    const decrypt = (bytes: Buffer, EncryptionContext: object = context) =>
      call('Decrypt', { CiphertextBlob: bytes.toString('base64'), EncryptionContext });
    expect((await decrypt(blob)).status).toBe(200);
    expect((await decrypt(blob, { tenant: 'b' })).type).toBe('KMSInvalidStateException');
    expect((await decrypt(Buffer.concat([blob, Buffer.alloc(1)]))).type).toBe(
      'KMSInvalidStateException',
    );
    const flipped = Buffer.from(blob);
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const reply = await decrypt(flipped);
    expect(reply.type).toBe('KMSInvalidStateException');
    expect(reply.message).toContain('additional authenticated data');
    expect((await decrypt(blob.subarray(0, 100))).type).toBe('InvalidCiphertextException');
    bench.peer.requests.length = 0;
    const lengths = blob.length - outerBytes;
    for (const [at, value] of [
      [lengths, 13],
      [lengths, 0],
      [lengths + 1, 21],
      [lengths + 1, 255],
    ] as const) {
      const wrong = Buffer.from(blob);
      wrong[at] = value;
      expect((await decrypt(wrong)).type).toBe('InvalidCiphertextException');
    }
    expect(bench.peer.requests).toHaveLength(0);
  });

  test('KMS checks what the proxy decrypted', async () => {
    const blob = await encrypt();
    bench.peer.misbehave((_response, answer) => {
      const bytes = Buffer.from(String(answer.body['plaintext']), 'base64');
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      answer.body['plaintext'] = bytes.toString('base64');
    });
    const reply = await call('Decrypt', { CiphertextBlob: blob });
    expect(reply.type).toBe('KMSInvalidStateException');
    expect(reply.message).toContain('decrypted');
  });

  test('a plaintext of another length is none', async () => {
    const blob = await encrypt();
    bench.peer.misbehave(change({ plaintext: base64('short') }));
    const reply = await call('Decrypt', { CiphertextBlob: blob });
    expect(reply.type).toBe('KMSInvalidStateException');
    expect(reply.message).toContain('cannot make sense');
  });

  test('the two forms of ciphertext are not taken for each other', async () => {
    const { KeyMetadata } = await bench.client.must('CreateKey', {});
    const { KeyId } = KeyMetadata as { KeyId: string };
    const inside = await encrypt({ KeyId });
    for (const [text, form] of [
      [inside, 2],
      [await encrypt(), 1],
    ] as const) {
      const blob = Buffer.from(text, 'base64');
      blob[0] = form;
      const reply = await call('Decrypt', { CiphertextBlob: blob.toString('base64') });
      expect(reply.type).toBe('InvalidCiphertextException');
    }
  });
});

/** Leaves a byte out, and says with the right integrity value that all is well. */
const shorten: Misbehaviour = (_response, { body }, request) => {
  if (!request.api.endsWith('/encrypt')) return;
  const at = (name: string) => Buffer.from(body[name] as string, 'base64');
  const ciphertext = at('ciphertext').subarray(1);
  const parts = [
    at('ciphertextMetadata'),
    at('initializationVector'),
    ciphertext,
    at('authenticationTag'),
  ];
  body['ciphertext'] = ciphertext.toString('base64');
  body['ciphertextDataIntegrityValue'] = createHash('sha256')
    .update(Buffer.concat(parts))
    .digest('base64');
};

describe('every failure of the proxy is KMSInvalidStateException', () => {
  const lies = [
    ['a shorter ciphertext that is whole', shorten],
    ['a vector of 13 bytes', change({ initializationVector: base64(Buffer.alloc(13)) })],
    ['a tag of 12 bytes', change({ authenticationTag: base64(Buffer.alloc(12)) })],
    ['21 bytes of metadata', change({ ciphertextMetadata: base64(Buffer.alloc(21)) })],
    ['Base64 for URLs', change({ initializationVector: '-_-_-_-_-_-_-_-_' })],
    ['Base64 without padding', change({ authenticationTag: 'AAAAAAAAAAAAAAAAAAAAAA' })],
    ['no integrity value', change({ ciphertextDataIntegrityValue: undefined })],
    ['another integrity value', change({ ciphertextDataIntegrityValue: base64(Buffer.alloc(32)) })],
    ['metadata that the integrity value does not cover', change({ ciphertextMetadata: 'AAAA' })],
  ] as const;

  test.each([
    ...refusals.map(([status, name]) => [name, refuse(status, name)] as const),
    ...unreadable,
    ['a broken connection', hangUp] as const,
    ...lies,
  ])('%s', async (_name, misbehaviour) => {
    const blob = await encrypt();
    bench.peer.misbehave(misbehaviour);
    const sealing = await call('Encrypt', { KeyId: keyId, Plaintext: plaintext });
    expect(sealing.type).toBe('KMSInvalidStateException');
    expect(sealing.message).toMatch(/prox(y|ies)/);
    if (lies.some(([name]) => name === _name)) return;
    const opening = await call('Decrypt', { CiphertextBlob: blob });
    expect(opening.type).toBe('KMSInvalidStateException');
  });

  test('the texts tell the refusals apart', async () => {
    const texts = new Set<string | undefined>();
    for (const [status, name] of refusals) {
      bench.peer.misbehave(refuse(status, name));
      texts.add((await call('Encrypt', { KeyId: keyId, Plaintext: plaintext })).message);
    }
    expect(texts.size).toBe(refusals.length);
  });

  test('an external key that is switched off, or gone', async () => {
    const key = bench.peer.keys.get('ext-1');
    if (key) key.keyStatus = 'DISABLED';
    const disabled = await call('Encrypt', { KeyId: keyId, Plaintext: plaintext });
    expect(disabled.type).toBe('KMSInvalidStateException');
    expect((await bench.client.metadata(keyId))['KeyState']).toBe('Enabled');
    bench.peer.keys.clear();
    const gone = await call('Encrypt', { KeyId: keyId, Plaintext: plaintext });
    expect(gone.message).toContain('did not find');
  });

  test('unknown members of an answer are nobody’s business', async () => {
    bench.peer.misbehave(change({ newerMember: { deep: [1] } }));
    expect((await call('Encrypt', { KeyId: keyId, Plaintext: plaintext })).status).toBe(200);
  });
});

describe('GenerateDataKey', () => {
  test('answers the key that is in the ciphertext', async () => {
    const made = await bench.client.must('GenerateDataKey', { KeyId: keyId, KeySpec: 'AES_256' });
    const opened = await bench.client.must('Decrypt', { CiphertextBlob: made['CiphertextBlob'] });
    expect(opened['Plaintext']).toBe(made['Plaintext']);
    expect(Buffer.from(String(made['Plaintext']), 'base64')).toHaveLength(32);
    expect(bench.peer.requests).toHaveLength(2);
    const next = await bench.client.must('GenerateDataKey', { KeyId: keyId, KeySpec: 'AES_256' });
    expect(next['Plaintext']).not.toBe(made['Plaintext']);
  });

  test('also without plaintext', async () => {
    const request = { KeyId: keyId, NumberOfBytes: 17, EncryptionContext: context };
    const made = await bench.client.must('GenerateDataKeyWithoutPlaintext', request);
    expect(made).not.toHaveProperty('Plaintext');
    const opened = await bench.client.must('Decrypt', {
      CiphertextBlob: made['CiphertextBlob'],
      EncryptionContext: context,
    });
    expect(Buffer.from(String(opened['Plaintext']), 'base64')).toHaveLength(17);
  });
});

describe('ReEncrypt', () => {
  test.each([
    ['out of a store', true, false, ['/keys/ext-1/decrypt']],
    ['into a store', false, true, ['/keys/ext-1/encrypt']],
    ['within a store', true, true, ['/keys/ext-1/decrypt', '/keys/ext-2/encrypt']],
  ])('%s', async (_name, fromOutside, toOutside, expected) => {
    const plain = async () =>
      ((await bench.client.must('CreateKey', {}))['KeyMetadata'] as { KeyId: string }).KeyId;
    const source = fromOutside ? keyId : await plain();
    const both = fromOutside && toOutside;
    const target = both ? await bench.keyIn(storeId, 'ext-2') : toOutside ? keyId : await plain();
    const sealed = await bench.client.must('Encrypt', { KeyId: source, Plaintext: plaintext });
    bench.peer.requests.length = 0;
    const moved = await bench.client.must('ReEncrypt', {
      CiphertextBlob: sealed['CiphertextBlob'],
      DestinationKeyId: target,
      DestinationEncryptionContext: context,
    });
    expect(bench.peer.requests.map(({ api }) => api)).toEqual(expected);
    for (const { body } of bench.peer.requests) {
      expect(body).toMatchObject({ requestMetadata: { kmsOperation: 'ReEncrypt' } });
    }
    const opened = await bench.client.must('Decrypt', {
      CiphertextBlob: moved['CiphertextBlob'],
      EncryptionContext: context,
    });
    expect(opened).toMatchObject({ Plaintext: plaintext, KeyId: moved['KeyId'] });
  });

  test('onto the same key', async () => {
    const blob = await encrypt();
    const moved = await bench.client.must('ReEncrypt', {
      CiphertextBlob: blob,
      DestinationKeyId: keyId,
      DestinationEncryptionContext: context,
    });
    const opened = await bench.client.must('Decrypt', {
      CiphertextBlob: moved['CiphertextBlob'],
      EncryptionContext: context,
    });
    expect(opened['Plaintext']).toBe(plaintext);
  });
});

test('the keys of a store share its quota, when quotas are on', async () => {
  const other = await bench.keyIn(storeId, 'ext-2');
  await control(bench.kms.controlUrl, 'POST /quotas', {
    requestsPerSecond: { 'Cryptography key store': 1 },
  });
  bench.peer.requests.length = 0;
  const use = async (KeyId: string) => (await call('Encrypt', { KeyId, Plaintext: 'AAAA' })).type;
  expect([await use(keyId), await use(other)]).toEqual([undefined, 'ThrottlingException']);
  expect(bench.peer.requests).toHaveLength(1);
});

test('a ciphertext alone tells whose quota its decryption is counted against', async () => {
  const CiphertextBlob = await encrypt();
  await control(bench.kms.controlUrl, 'POST /quotas', {
    requestsPerSecond: { 'Cryptography symmetric': 0.001, 'Cryptography key store': 1 },
  });
  const random = async () => (await call('GenerateRandom', { NumberOfBytes: 1 })).type;
  expect([await random(), await random()]).toEqual([undefined, 'ThrottlingException']);
  expect((await call('Decrypt', { CiphertextBlob })).json).toMatchObject({ Plaintext: plaintext });
});

describe('who is told what', () => {
  test('a dry run asks nobody outside', async () => {
    const blob = await encrypt();
    bench.peer.requests.length = 0;
    const requests: [string, Record<string, unknown>][] = [
      ['Encrypt', { KeyId: keyId, Plaintext: plaintext }],
      ['Decrypt', { CiphertextBlob: blob }],
      ['ReEncrypt', { CiphertextBlob: blob, DestinationKeyId: keyId }],
      ['GenerateDataKey', { KeyId: keyId, KeySpec: 'AES_256' }],
    ];
    for (const [operation, body] of requests) {
      expect((await call(operation, { ...body, DryRun: true })).type).toBe(
        'DryRunOperationException',
      );
    }
    expect(bench.peer.requests).toHaveLength(0);
  });

  test('a call is journalled and noted once', async () => {
    await control(bench.kms.controlUrl, 'DELETE /journal');
    await encrypt();
    bench.peer.misbehave(hangUp);
    await call('Encrypt', { KeyId: keyId, Plaintext: plaintext });
    const entries = await control<{ operation: string; error: string | null }[]>(
      bench.kms.controlUrl,
      'GET /journal',
    );
    expect(entries.map(({ operation, error }) => [operation, error])).toEqual([
      ['Encrypt', null],
      ['Encrypt', 'KMSInvalidStateException'],
    ]);
    const last = await bench.client.must('GetKeyLastUsage', { KeyId: keyId });
    expect(last['KeyLastUsage']).toMatchObject({ Operation: 'Encrypt' });
  });

  test('a key that is switched off while the proxy thinks is not used', async () => {
    bench.peer.misbehave((response, answer) => {
      void bench.client.must('DisableKey', { KeyId: keyId }).then(() => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
      });
      return true;
    });
    const reply = await call('Encrypt', { KeyId: keyId, Plaintext: plaintext });
    expect(reply.type).toBe('DisabledException');
  });

  test('other calls go on while the proxy thinks', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    bench.peer.misbehave((response, { body }) => {
      asked.resolve();
      void answer.promise.then(() => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
      return true;
    });
    const slow = encrypt();
    await asked.promise;
    expect((await bench.client.metadata(keyId))['KeyState']).toBe('Enabled');
    answer.resolve();
    expect(await slow).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });
});
