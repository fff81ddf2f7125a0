import { describe, expect, it } from 'vitest';
import { boundData, decodeLabel, encodeLabel, integrityValue } from './associated-data.ts';
import { strictBase64 } from './base64.ts';
import { accessKeyIdShape, makeCredential, secretAccessKeyShape } from './credential.ts';
import { failureAnswer, statusOf, XksFailure, type XksErrorName } from './errors.ts';
import { readJsonBody } from './json-body.ts';
import { isKeyId, isPrefix, readPath } from './path.ts';
import { readDecrypt, readEncrypt, readMetadata } from './requests.ts';

const failureOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof XksFailure) return error.errorName;
    throw error;
  }
  return 'none';
};

describe('paths', () => {
  it.each([
    ['/kms/xks/v1/health', '', 'GetHealthStatus', null],
    ['/a/b_c-D/kms/xks/v1/health', '/a/b_c-D', 'GetHealthStatus', null],
    ['/a/kms/xks/v1/keys/k.1_x-2/metadata', '/a', 'GetKeyMetadata', 'k.1_x-2'],
    [`/kms/xks/v1/keys/${'k'.repeat(128)}/encrypt`, '', 'Encrypt', 'k'.repeat(128)],
    ['/kms/xks/v1/kms/xks/v1/keys/a/decrypt', '/kms/xks/v1', 'Decrypt', 'a'],
  ])('reads %s', (path, prefix, api, keyId) => {
    expect(readPath(path)).toEqual({ prefix, api, keyId });
  });

  it.each([
    '',
    '/',
    '/kms/xks/v1',
    '/kms/xks/v1/',
    '/kms/xks/v1/health/',
    '/kms/xks/v2/health',
    '/kms/xks/v1/HEALTH',
    '//kms/xks/v1/health',
    '/a//kms/xks/v1/health',
    '/a/../kms/xks/v1/health',
    '/a/./kms/xks/v1/health',
    '/%61/kms/xks/v1/health',
    '/kms/xks/v1/health?',
    '/kms/xks/v1/health?a=b',
    '/kms/xks/v1/health#x',
    '/kms/xks/v1/keys//metadata',
    '/kms/xks/v1/keys/../metadata',
    '/kms/xks/v1/keys/./metadata',
    '/kms/xks/v1/keys/a',
    '/kms/xks/v1/keys/a/sign',
    '/kms/xks/v1/keys/a%2Fb/encrypt',
    '/kms/xks/v1/keys/a b/encrypt',
    '/kms/xks/v1/keys/ä/encrypt',
    `/kms/xks/v1/keys/${'k'.repeat(129)}/encrypt`,
    `/${'p'.repeat(240)}/kms/xks/v1/health`,
    'https://host/kms/xks/v1/health',
    'kms/xks/v1/health',
    '/a/kms/xks/v1/health\n',
    '/a\\b/kms/xks/v1/health',
  ])('does not route %j', (path) => {
    expect(readPath(path)).toBeNull();
  });

  it('knows what may be a prefix and a key id', () => {
    expect(['', '/abc', '/a-b/c_d', `/${'p'.repeat(116)}`].every(isPrefix)).toBe(true);
    expect(['/', 'abc', '/a/', '/a.b', `/${'p'.repeat(117)}`].some(isPrefix)).toBe(false);
    expect(['a', 'a.b', '..a', '-', '_'].every(isKeyId)).toBe(true);
    expect(['', '.', '..', 'a/b', 'a b', 'k'.repeat(129)].some(isKeyId)).toBe(false);
  });
});

describe('errors', () => {
  it.each<[XksErrorName, number]>([
    ['ValidationException', 400],
    ['InvalidStateException', 400],
    ['InvalidCiphertextException', 400],
    ['InvalidKeyUsageException', 400],
    ['AuthenticationFailedException', 401],
    ['AccessDeniedException', 403],
    ['KeyNotFoundException', 404],
    ['InvalidUriPathException', 404],
    ['ThrottlingException', 429],
    ['InternalException', 500],
    ['UnsupportedOperationException', 501],
    ['DependencyTimeoutException', 503],
  ])('%s is %i', (name, status) => {
    const answer = failureAnswer(new XksFailure(name, 'Why.'));
    expect(answer.status).toBe(status);
    expect(answer.body).toBe(`{"errorName":"${name}","errorMessage":"Why."}`);
    expect(Object.keys(statusOf)).toHaveLength(12);
  });

  it('keeps messages printable and under 512 characters', () => {
    const hostile = `a\r\nb\u0000\u202e"ü${'x'.repeat(2000)}`;
    const { body } = failureAnswer(new XksFailure('ValidationException', hostile));
    const { errorMessage } = JSON.parse(body) as { errorMessage: string };
    expect(errorMessage).toMatch(/^[\x20-\x7e]{1,511}$/);
    expect(body).not.toContain('\n');
  });
});

describe('JSON bodies', () => {
  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['no JSON', '{'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['a byte order mark', '\ufeff{}'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a member twice', '{"a":1,"a":2}'],
    ['a member twice, escaped', '{"a":1,"\\u0061":2}'],
    ['a member twice, with spaces', '{"a" :1, "a"\n:2}'],
    ['a member twice, deep', '{"x":[{"a":1,"a":1}]}'],
    ['a member twice, with a quote in its name', '{"a\\"":1,"a\\"":2}'],
    ['too deep', `{"a":${'['.repeat(20)}${']'.repeat(20)}}`],
    ['far too deep', '['.repeat(100_000)],
    ['a tail', '{} x'],
    ['single quotes', "{'a':1}"],
  ])('refuses %s', (_, body) => {
    expect(failureOf(() => readJsonBody(Buffer.from(body)))).toBe('ValidationException');
  });

  it('takes what looks like a repetition and is none', () => {
    const text = '{"a":"\\"a\\":","b":{"a":["a","a"]},"c\\\\":"\\\\","d":[{"a":1},{"a":2}]}';
    expect(readJsonBody(Buffer.from(text))).toEqual(JSON.parse(text));
  });
});

describe('Base64', () => {
  it('takes the standard alphabet with padding only', () => {
    expect(strictBase64('AAEC')?.toString('hex')).toBe('000102');
    expect(strictBase64('')).toHaveLength(0);
    for (const bad of [
      'AA',
      'AA=',
      '_-8=',
      'AAE C',
      'AAEC\n',
      'AB==',
      '====',
      'AAE=AAE=',
      'é===',
    ]) {
      expect(strictBase64(bad), bad).toBeNull();
    }
  });
});

const metadata = {
  kmsRequestId: 'r',
  kmsOperation: 'Encrypt',
  awsPrincipalArn: 'arn:aws:iam::1:user/a',
  kmsKeyArn: 'arn:aws:kms:us-east-1:1:key/k',
};
const b64 = (length: number): string => Buffer.alloc(length, 7).toString('base64');
const encrypt = { requestMetadata: metadata, plaintext: b64(9), encryptionAlgorithm: 'AES_GCM' };
const decrypt = {
  requestMetadata: metadata,
  ciphertext: b64(9),
  initializationVector: b64(12),
  authenticationTag: b64(16),
  encryptionAlgorithm: 'AES_GCM',
  ciphertextMetadata: b64(6),
};
const without = <T extends object>(value: T, name: string): T => {
  const copy = { ...value };
  delete (copy as Record<string, unknown>)[name];
  return copy;
};

describe('request metadata', () => {
  const apis = [
    ['GetHealthStatus', ['kmsRequestId', 'kmsOperation']],
    ['GetKeyMetadata', ['kmsRequestId', 'kmsOperation', 'awsPrincipalArn']],
    ['Encrypt', ['kmsRequestId', 'kmsOperation', 'awsPrincipalArn', 'kmsKeyArn']],
    ['Decrypt', ['kmsRequestId', 'kmsOperation', 'awsPrincipalArn', 'kmsKeyArn']],
  ] as const;

  it.each(apis)('%s: needs exactly its fields', (api, needed) => {
    for (const name of Object.keys(metadata)) {
      const outcome = failureOf(() =>
        readMetadata(api, { requestMetadata: without(metadata, name) }),
      );
      expect(outcome, name).toBe(
        (needed as readonly string[]).includes(name) ? 'ValidationException' : 'none',
      );
      const must = (needed as readonly string[]).includes(name);
      for (const wrong of [...(must ? ['', null] : []), 1, [], {}, true]) {
        const body = { requestMetadata: { ...metadata, [name]: wrong } };
        expect(
          failureOf(() => readMetadata(api, body)),
          name,
        ).toBe('ValidationException');
      }
    }
    for (const wrong of [undefined, null, [], '', 'x', 1, {}]) {
      expect(failureOf(() => readMetadata(api, { requestMetadata: wrong }))).toBe(
        'ValidationException',
      );
    }
  });

  it.each(['kmsViaService', 'awsSourceVpc', 'awsSourceVpce'] as const)(
    'takes an optional %s that says nothing as absent, so that rules do not know it',
    (name) => {
      for (const [api] of apis) {
        for (const nothing of ['', null]) {
          const body = { requestMetadata: { ...metadata, [name]: nothing } };
          expect(readMetadata(api, body)[name]).toBeNull();
        }
      }
    },
  );

  it('takes a principal and a KMS key that say nothing as absent where the API asks for neither', () => {
    for (const nothing of ['', null]) {
      const body = {
        requestMetadata: { ...metadata, awsPrincipalArn: nothing, kmsKeyArn: nothing },
      };
      const read = readMetadata('GetHealthStatus', body);
      expect([read.awsPrincipalArn, read.kmsKeyArn]).toEqual([null, null]);
      expect(failureOf(() => readMetadata('Decrypt', body))).toBe('ValidationException');
    }
  });

  it('takes odd ids, unknown operations, long ARNs, services, and fields it does not know', () => {
    const odd = {
      ...metadata,
      kmsRequestId: `${'\u{1F511}'.repeat(300)}\n`,
      kmsOperation: 'Invent',
      awsPrincipalArn: 'AWS Internal',
      kmsKeyArn: `arn:aws:kms:us-east-1:1:key/${'k'.repeat(2020)}`,
      awsSourceVpc: 'vpc-1',
      awsSourceVpce: 'vpce-1',
      kmsViaService: 'ebs',
      later: { any: ['thing'] },
    };
    expect(readMetadata('Encrypt', { requestMetadata: odd, more: 1 })).toMatchObject({
      awsPrincipalArn: 'AWS Internal',
      awsSourceVpce: 'vpce-1',
      kmsOperation: 'Invent',
    });
  });
});

describe('Encrypt and Decrypt', () => {
  it.each(['plaintext', 'encryptionAlgorithm'])('Encrypt without %s', (name) => {
    expect(failureOf(() => readEncrypt(without(encrypt, name)))).toBe('ValidationException');
  });
  it.each(['ciphertext', 'initializationVector', 'authenticationTag', 'encryptionAlgorithm'])(
    'Decrypt without %s',
    (name) => {
      expect(failureOf(() => readDecrypt(without(decrypt, name)))).toBe('ValidationException');
      for (const wrong of ['', 1, null, [], '_-==']) {
        expect(
          failureOf(() => readDecrypt({ ...decrypt, [name]: wrong })),
          name,
        ).toBe('ValidationException');
      }
    },
  );

  it.each<[string, object, string]>([
    ['URL-safe Base64', { plaintext: '_-8=' }, 'ValidationException'],
    ['no padding', { plaintext: 'AAE' }, 'ValidationException'],
    ['empty plaintext', { plaintext: '' }, 'ValidationException'],
    ['another algorithm', { encryptionAlgorithm: 'AES_CBC' }, 'ValidationException'],
    [
      'another integrity algorithm',
      { ciphertextDataIntegrityValueAlgorithm: 'SHA_512' },
      'ValidationException',
    ],
    ['associated data of a wrong type', { additionalAuthenticatedData: 5 }, 'ValidationException'],
    ['4300 bytes', { plaintext: b64(4300) }, 'none'],
    ['4301 bytes', { plaintext: b64(4301) }, 'UnsupportedOperationException'],
    ['8192 bytes of associated data', { additionalAuthenticatedData: b64(8192) }, 'none'],
    [
      '8193 bytes of associated data',
      { additionalAuthenticatedData: b64(8193) },
      'UnsupportedOperationException',
    ],
    ['empty associated data', { additionalAuthenticatedData: '' }, 'none'],
    ['null for associated data', { additionalAuthenticatedData: null }, 'none'],
    [
      'an empty integrity algorithm',
      { ciphertextDataIntegrityValueAlgorithm: '' },
      'ValidationException',
    ],
  ])('Encrypt with %s', (_, change, outcome) => {
    expect(failureOf(() => readEncrypt({ ...encrypt, ...change }))).toBe(outcome);
  });

  it('wants no integrity value where its algorithm is null', () => {
    const asks = (algorithm: unknown): boolean =>
      readEncrypt({ ...encrypt, ciphertextDataIntegrityValueAlgorithm: algorithm })
        .wantsIntegrityValue;
    expect([asks(null), asks('SHA_256')]).toEqual([false, true]);
  });

  it.each<[string, object, string]>([
    ['11 bytes of IV', { initializationVector: b64(11) }, 'ValidationException'],
    ['16 bytes of IV', { initializationVector: b64(16) }, 'none'],
    ['15 bytes of tag', { authenticationTag: b64(15) }, 'ValidationException'],
    ['17 bytes of tag', { authenticationTag: b64(17) }, 'ValidationException'],
    ['null for associated data', { additionalAuthenticatedData: null }, 'none'],
    ['null for metadata', { ciphertextMetadata: null }, 'none'],
    ['20 bytes of metadata', { ciphertextMetadata: b64(20) }, 'none'],
    ['21 bytes of metadata', { ciphertextMetadata: b64(21) }, 'ValidationException'],
    ['4300 bytes', { ciphertext: b64(4300) }, 'none'],
    ['4301 bytes', { ciphertext: b64(4301) }, 'UnsupportedOperationException'],
  ])('Decrypt with %s', (_, change, outcome) => {
    expect(failureOf(() => readDecrypt({ ...decrypt, ...change }))).toBe(outcome);
  });
});

describe('what is bound to a ciphertext', () => {
  it('has a length before each part, so that nothing moves between them', () => {
    const one = boundData(Buffer.from('ab'), Buffer.from('c'));
    expect(one.toString('hex')).toBe('0002616201' + '63');
    expect(one.equals(boundData(Buffer.from('a'), Buffer.from('bc')))).toBe(false);
    expect(boundData(Buffer.alloc(0), Buffer.alloc(0)).toString('hex')).toBe('000000');
    expect(() => boundData(Buffer.alloc(65_536), Buffer.alloc(0))).toThrow(RangeError);
  });

  it('carries the key version in six bytes', () => {
    const label = encodeLabel({ version: 0x01020304 });
    expect(label.toString('hex')).toBe('010101020304');
    expect(decodeLabel(label)).toEqual({ version: 0x01020304 });
    for (const other of [
      '',
      '0101',
      '020101020304',
      '010201020304',
      '010100000000',
      '01010102030405',
    ]) {
      expect(decodeLabel(Buffer.from(other, 'hex')), other).toBeNull();
    }
  });

  it('has the integrity value of SHA-256 over its parts in order', () => {
    const part = (text: string): Buffer => Buffer.from(text);
    const sealed = { iv: part('iv'), ciphertext: part('ct'), tag: part('tag') };
    expect(integrityValue(part('aad'), part('m'), sealed).toString('hex')).toBe(
      // sha256 of "aadmivcttag"
      '2f2bacce6c25dd8b5b580d039ea0273d83465785f9e553d6d247ce9b4e52ee3c',
    );
  });
});

it('makes credentials within the grammar of AWS', () => {
  const made = makeCredential((length) => Buffer.alloc(length, 0xff));
  expect(made.accessKeyId).toMatch(accessKeyIdShape);
  expect(made.secretAccessKey).toMatch(secretAccessKeyShape);
});
