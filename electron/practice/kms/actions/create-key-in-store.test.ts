import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { change, hangUp, refuse, refusals, unreadable } from '../testing/misbehaviours.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import { startStoreBench, type StoreBench } from '../testing/store-bench.fixture.ts';

let bench: StoreBench;
let storeId: string;
beforeAll(async () => {
  bench = await startStoreBench();
});
beforeEach(async () => {
  await bench.reset();
  storeId = await bench.connectedStore();
  bench.peer.addKey('ext-1');
  bench.peer.requests.length = 0;
});
afterAll(() => bench.close());

const create = (more: Record<string, unknown> = {}) =>
  bench.client.call('CreateKey', {
    Origin: 'EXTERNAL_KEY_STORE',
    CustomKeyStoreId: storeId,
    XksKeyId: 'ext-1',
    ...more,
  });
const typeOf = async (more: Record<string, unknown> = {}) => (await create(more)).type;

test('a key names its store and its external key', async () => {
  const reply = await create({ Description: 'outside' });
  const made = reply.json?.['KeyMetadata'] as Record<string, unknown>;
  expect(made).toMatchObject({
    Origin: 'EXTERNAL_KEY_STORE',
    CustomKeyStoreId: storeId,
    XksKeyConfiguration: { Id: 'ext-1' },
    KeyState: 'Enabled',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  });
  expect(made).not.toHaveProperty('CurrentKeyMaterialId');
  expect(await bench.client.metadata(String(made['KeyId']))).toEqual(made);
  expect(bench.peer.requests).toMatchObject([
    {
      api: '/keys/ext-1/metadata',
      body: {
        requestMetadata: {
          kmsOperation: 'CreateKey',
          kmsRequestId: reply.headers['x-amzn-requestid'],
          awsPrincipalArn: 'arn:aws:iam::123456789012:root',
        },
      },
    },
  ]);
});

describe('requests that do not fit together', () => {
  test.each([
    [{ CustomKeyStoreId: null }, 'ValidationException'],
    [{ XksKeyId: null }, 'ValidationException'],
    [{ XksKeyId: 'a/b' }, 'ValidationException'],
    [{ XksKeyId: 'x'.repeat(129) }, 'ValidationException'],
    [{ Origin: 'AWS_KMS' }, 'ValidationException'],
    [{ Origin: 'AWS_CLOUDHSM' }, 'ValidationException'],
    [{ Origin: 'AWS_CLOUDHSM', XksKeyId: null }, 'UnsupportedOperationException'],
    [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, 'UnsupportedOperationException'],
    [{ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }, 'UnsupportedOperationException'],
    [{ MultiRegion: true }, 'UnsupportedOperationException'],
    [{ CustomKeyStoreId: 'cks-00000000000000000' }, 'CustomKeyStoreNotFoundException'],
  ])('%j: %s', async (more, type) => {
    expect(await typeOf(more)).toBe(type);
    expect(bench.peer.requests).toHaveLength(0);
  });
});

test('an external key belongs to one KMS key of the store, until that is gone', async () => {
  const KeyId = await bench.keyIn(storeId, 'ext-1');
  expect(await typeOf()).toBe('XksKeyAlreadyInUseException');
  await bench.client.must('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  expect(await typeOf()).toBe('XksKeyAlreadyInUseException');
  await bench.advance(7 * 86_400 + 1);
  expect(await typeOf()).toBeUndefined();
});

test('the store must be connected', async () => {
  await bench.client.must('DisconnectCustomKeyStore', { CustomKeyStoreId: storeId });
  expect(await typeOf()).toBe('CustomKeyStoreInvalidStateException');
});

describe('what the external key must be', () => {
  test.each([
    [{ keySpec: 'AES_128' }, /AES_256.*AES_128/],
    [{ keyStatus: 'DISABLED' }, /ENABLED.*DISABLED/],
    [{ keyUsage: ['ENCRYPT'] }, /ENCRYPT and DECRYPT.*ENCRYPT/],
    [{ keyUsage: ['SIGN', 'VERIFY'] }, /SIGN, VERIFY/],
    [{ keyUsage: [] }, /ENCRYPT and DECRYPT/],
  ])('%j is refused', async (facts, text) => {
    bench.peer.addKey('ext-2', facts);
    const reply = await create({ XksKeyId: 'ext-2' });
    expect(reply.type).toBe('XksKeyInvalidConfigurationException');
    expect(reply.message).toMatch(text);
  });

  test('an unknown one is not found', async () => {
    expect(await typeOf({ XksKeyId: 'nobody' })).toBe('XksKeyNotFoundException');
    expect((await bench.client.must('ListKeys', {}))['Keys']).toEqual([]);
  });
});

describe('what the proxy answers', () => {
  const expected: Readonly<Record<string, string>> = {
    KeyNotFoundException: 'XksKeyNotFoundException',
    InvalidStateException: 'XksKeyInvalidConfigurationException',
    InvalidKeyUsageException: 'XksKeyInvalidConfigurationException',
  };
  test.each([
    ...refusals.map(
      ([status, name]) =>
        [
          name,
          refuse(status, name),
          expected[name] ?? 'CustomKeyStoreInvalidStateException',
        ] as const,
    ),
    ...unreadable.map(
      ([name, does]) => [name, does, 'CustomKeyStoreInvalidStateException'] as const,
    ),
    ['a broken connection', hangUp, 'CustomKeyStoreInvalidStateException'] as const,
    [
      'eleven usages',
      change({ keyUsage: Array(11).fill('ENCRYPT') }),
      'CustomKeyStoreInvalidStateException',
    ] as const,
    [
      'an unknown status',
      change({ keyStatus: 'SLEEPING' }),
      'CustomKeyStoreInvalidStateException',
    ] as const,
  ])('%s', async (_name, misbehaviour, type) => {
    bench.peer.misbehave(misbehaviour);
    expect(await typeOf()).toBe(type);
  });
});

describe('keys follow their store', () => {
  const stateOf = async (KeyId: string) => (await bench.client.metadata(KeyId))['KeyState'];
  const disconnect = () =>
    bench.client.must('DisconnectCustomKeyStore', { CustomKeyStoreId: storeId });
  const connect = () => bench.client.must('ConnectCustomKeyStore', { CustomKeyStoreId: storeId });

  test('into Unavailable and back to what they were', async () => {
    const [on, off, leaving] = await Promise.all(
      ['a', 'b', 'c'].map((name) => bench.keyIn(storeId, name)),
    );
    await bench.client.must('DisableKey', { KeyId: off });
    await bench.client.must('ScheduleKeyDeletion', { KeyId: leaving });
    const states = async () => Promise.all([on, off, leaving].map((id) => stateOf(id ?? '')));
    await disconnect();
    expect(await states()).toEqual(['Unavailable', 'Unavailable', 'PendingDeletion']);
    const refused = await bench.client.call('Encrypt', { KeyId: on, Plaintext: 'AAAA' });
    expect(refused.type).toBe('KMSInvalidStateException');
    expect(refused.message).toMatch(/^arn:aws:kms:.* is unavailable\.$/);
    await connect();
    expect(await states()).toEqual(['Enabled', 'Disabled', 'PendingDeletion']);
  });

  test('switching them shows when the store is back', async () => {
    const KeyId = await bench.keyIn(storeId, 'a');
    await disconnect();
    await bench.client.must('DisableKey', { KeyId });
    expect(await stateOf(KeyId)).toBe('Unavailable');
    await connect();
    expect(await stateOf(KeyId)).toBe('Disabled');
    await disconnect();
    await bench.client.must('EnableKey', { KeyId });
    await connect();
    expect(await stateOf(KeyId)).toBe('Enabled');
  });

  test('a deletion goes on, and can be cancelled, without a connection', async () => {
    const KeyId = await bench.keyIn(storeId, 'a');
    await disconnect();
    await bench.client.must('ScheduleKeyDeletion', { KeyId });
    expect(await stateOf(KeyId)).toBe('PendingDeletion');
    await bench.client.must('CancelKeyDeletion', { KeyId });
    expect(await stateOf(KeyId)).toBe('Unavailable');
    await connect();
    expect(await stateOf(KeyId)).toBe('Disabled');
  });

  test('a failed connection leaves them Unavailable', async () => {
    const KeyId = await bench.keyIn(storeId, 'a');
    await disconnect();
    bench.peer.misbehave(hangUp);
    await connect();
    expect(await stateOf(KeyId)).toBe('Unavailable');
  });

  test('the state of the control port tells of stores, without secrets', async () => {
    const state = await control(bench.kms.controlUrl, 'GET /state');
    expect(state['keyStores']).toMatchObject([{ storeId, state: 'CONNECTED' }]);
    expect(JSON.stringify(state)).not.toMatch(/"secret"/);
  });
});

describe('operations that KMS alone would have to perform', () => {
  test.each([
    ['GenerateDataKeyPair', { KeyPairSpec: 'ECC_NIST_P256' }],
    ['GenerateDataKeyPairWithoutPlaintext', { KeyPairSpec: 'ECC_NIST_P256' }],
    ['EnableKeyRotation', {}],
    ['DisableKeyRotation', {}],
    ['GetKeyRotationStatus', {}],
    ['ListKeyRotations', {}],
    ['RotateKeyOnDemand', {}],
    [
      'GetParametersForImport',
      { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' },
    ],
    ['DeleteImportedKeyMaterial', {}],
  ])('%s', async (operation, more) => {
    const KeyId = await bench.keyIn(storeId, 'a');
    const reply = await bench.client.call(operation, { KeyId, ...more });
    expect(reply.type).toBe('UnsupportedOperationException');
    expect(reply.message).toMatch(
      /^arn:aws:kms:.* origin is EXTERNAL_KEY_STORE which is not valid for this operation\.$/,
    );
  });

  test.each([
    ['ReplicateKey', { ReplicaRegion: 'eu-west-1' }],
    ['UpdatePrimaryRegion', { PrimaryRegion: 'eu-west-1' }],
    ['Sign', { Message: 'AAAA', SigningAlgorithm: 'ECDSA_SHA_256' }],
    ['GenerateMac', { Message: 'AAAA', MacAlgorithm: 'HMAC_SHA_256' }],
    ['GetPublicKey', {}],
  ])('%s', async (operation, more) => {
    const KeyId = await bench.keyIn(storeId, 'a');
    expect((await bench.client.call(operation, { KeyId, ...more })).type).toMatch(
      /^(UnsupportedOperation|InvalidKeyUsage)Exception$/,
    );
  });
});
