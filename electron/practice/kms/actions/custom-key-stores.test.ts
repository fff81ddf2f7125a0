import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { change, hangUp, refuse } from '../testing/misbehaviours.fixture.ts';
import { control, type RawReply } from '../testing/raw-client.fixture.ts';
import {
  peerHost,
  startStoreBench,
  storeBody,
  type StoreBench,
} from '../testing/store-bench.fixture.ts';
import { type Misbehaviour, peerCredential, peerPath } from '../testing/xks-peer.fixture.ts';

/**
 * Section 6 of the facts as tables, a row for a line. What lies behind a row in depth (requests to
 * the proxy, texts, times, certificates) is in the files of the operations.
 */
let bench: StoreBench;
let slow: StoreBench;
beforeAll(async () => {
  bench = await startStoreBench();
  slow = await startStoreBench({ connectSeconds: 300, settleSeconds: 20 });
});
beforeEach(async () => {
  await bench.reset();
  await slow.reset();
});
afterAll(async () => {
  await bench.close();
  await slow.close();
});

type Body = Record<string, unknown>;
const on =
  (of: StoreBench) =>
  async (operation: string, storeId: string, more: Body = {}) =>
    of.client.call(operation, { CustomKeyStoreId: storeId, ...more });
const typeOf = async (operation: string, storeId: string, more: Body = {}) =>
  (await on(bench)(operation, storeId, more)).type;
const create = (more: Body = {}) => bench.client.call('CreateCustomKeyStore', storeBody(more));
const outcome = ({ type, status }: RawReply) => type ?? status;
const vpcService = 'com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0';
const vpc = {
  XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
  XksProxyVpcEndpointServiceName: vpcService,
};
const unknown = 'cks-00000000000000000';
const ok = 200;
const invalid = 'ValidationException';
const wrongState = 'CustomKeyStoreInvalidStateException';
/** The grammar was right: the proxy was asked, and does not know this credential. */
const wrongCredentials = 'XksProxyIncorrectAuthenticationCredentialException';
const credential = (part: Body) => ({
  XksProxyAuthenticationCredential: { ...peerCredential, ...part },
});
const manager = (healthStatus: string) => ({ id: 'a', model: 'b', healthStatus });
const noManager = change({ ekmFleetDetails: [manager('UNAVAILABLE'), manager('UNAVAILABLE')] });
const refusal = refuse(401, 'AuthenticationFailedException');

describe('what CreateCustomKeyStore takes', () => {
  test.each<readonly [string, Body, string | number]>([
    ['all that a public store needs', {}, ok],
    ['a name', { CustomKeyStoreName: null }, invalid],
    ['of 1 to 256 characters', { CustomKeyStoreName: 'n'.repeat(257) }, invalid],
    ['a type that exists', { CustomKeyStoreType: 'KMS' }, invalid],
    ['without a type a cluster', { CustomKeyStoreType: null }, invalid],
    ['connectivity', { XksProxyConnectivity: null }, invalid],
    ['a credential', { XksProxyAuthenticationCredential: null }, invalid],
    ['an endpoint', { XksProxyUriEndpoint: null }, invalid],
    ['a path', { XksProxyUriPath: null }, invalid],
    ['AccessKeyId of 20', credential({ AccessKeyId: 'A'.repeat(20) }), wrongCredentials],
    ['to 30 characters', credential({ AccessKeyId: '7'.repeat(30) }), wrongCredentials],
    ['not 19', credential({ AccessKeyId: 'A'.repeat(19) }), invalid],
    ['not 31', credential({ AccessKeyId: 'A'.repeat(31) }), invalid],
    ['of A-Z and 2-7', credential({ AccessKeyId: `${'A'.repeat(20)}1` }), invalid],
    [
      'RawSecretAccessKey of 43',
      credential({ RawSecretAccessKey: 'a'.repeat(43) }),
      wrongCredentials,
    ],
    ['to 64 characters', credential({ RawSecretAccessKey: '/'.repeat(64) }), wrongCredentials],
    ['not 42', credential({ RawSecretAccessKey: 'a'.repeat(42) }), invalid],
    ['not 65', credential({ RawSecretAccessKey: 'a'.repeat(65) }), invalid],
    ['of base64', credential({ RawSecretAccessKey: '-'.repeat(43) }), invalid],
    [
      'both of them',
      { XksProxyAuthenticationCredential: { AccessKeyId: 'A'.repeat(20) } },
      invalid,
    ],
    ['an endpoint of 10', { XksProxyUriEndpoint: 'https://ab' }, 'XksProxyUriUnreachableException'],
    ['to 128 characters', { XksProxyUriEndpoint: `https://${'a'.repeat(121)}` }, invalid],
    ['with https', { XksProxyUriEndpoint: `http://${peerHost}` }, invalid],
    ['without a port', { XksProxyUriEndpoint: `https://${peerHost}:443` }, invalid],
    ['without a path', { XksProxyUriEndpoint: `https://${peerHost}/` }, invalid],
    ['a path to /kms/xks/v1', { XksProxyUriPath: '/a/kms/xks' }, invalid],
    [
      'which the proxy has',
      { XksProxyUriPath: '/kms/xks/v1' },
      'XksProxyInvalidConfigurationException',
    ],
    ['to 128 characters', { XksProxyUriPath: `/${'a'.repeat(117)}/kms/xks/v1` }, invalid],
    ['a VPC store with its service', vpc, ok],
    ['and an owner', { ...vpc, XksProxyVpcEndpointServiceOwner: '111122223333' }, ok],
    ['of 12 digits', { ...vpc, XksProxyVpcEndpointServiceOwner: '11112222333' }, invalid],
    ['not without', { ...vpc, XksProxyVpcEndpointServiceName: null }, invalid],
    ['not a public one with', { XksProxyVpcEndpointServiceName: vpcService }, invalid],
    ['nothing of clusters', { KeyStorePassword: 'kmsPswd12' }, invalid],
  ])('%s', async (_fact, more, answer) => {
    expect(outcome(await create(more))).toBe(answer);
  });

  test('its ids', async () => {
    expect(await bench.makeStore()).toMatch(/^cks-[0-9a-f]{17}$/);
  });
});

/** Brings a store of the slow bench into a state. */
const waysToReach: Readonly<Record<string, (storeId: string) => Promise<void>>> = {
  DISCONNECTED: async () => undefined,
  async CONNECTING(storeId) {
    await on(slow)('ConnectCustomKeyStore', storeId);
  },
  async CONNECTED(storeId) {
    await on(slow)('ConnectCustomKeyStore', storeId);
    await slow.advance(301);
  },
  async DISCONNECTING(storeId) {
    await on(slow)('ConnectCustomKeyStore', storeId);
    await on(slow)('DisconnectCustomKeyStore', storeId);
  },
  async FAILED(storeId) {
    slow.peer.misbehave(hangUp);
    await on(slow)('ConnectCustomKeyStore', storeId);
    await slow.advance(301);
    slow.peer.misbehave(null);
  },
};

describe('which state allows what', () => {
  test.each([
    ['ConnectCustomKeyStore', {}, 'DISCONNECTED CONNECTING CONNECTED'],
    ['DisconnectCustomKeyStore', {}, 'CONNECTING CONNECTED FAILED'],
    ['DeleteCustomKeyStore', {}, 'DISCONNECTED'],
    ['UpdateCustomKeyStore', { NewCustomKeyStoreName: 'renamed' }, 'DISCONNECTED CONNECTED'],
    ['UpdateCustomKeyStore', { XksProxyUriPath: peerPath }, 'DISCONNECTED CONNECTED'],
    [
      'UpdateCustomKeyStore',
      { XksProxyAuthenticationCredential: peerCredential },
      'DISCONNECTED CONNECTED',
    ],
    ['UpdateCustomKeyStore', { XksProxyUriEndpoint: `https://${peerHost}` }, 'DISCONNECTED'],
    [
      'UpdateCustomKeyStore',
      { XksProxyConnectivity: 'PUBLIC_ENDPOINT', XksProxyUriEndpoint: `https://${peerHost}` },
      'DISCONNECTED',
    ],
    [
      'UpdateCustomKeyStore',
      { ...vpc, XksProxyUriEndpoint: `https://${peerHost}` },
      'DISCONNECTED',
    ],
    ['DescribeCustomKeyStores', {}, 'DISCONNECTED CONNECTING CONNECTED DISCONNECTING FAILED'],
    ['CreateKey', { Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'ext-1' }, 'CONNECTED'],
  ])('%s %j', async (operation, more, allowed) => {
    for (const [state, reach] of Object.entries(waysToReach)) {
      await slow.reset();
      const storeId = await slow.makeStore();
      await reach(storeId);
      slow.peer.addKey('ext-1');
      expect((await slow.describeStore(storeId))['ConnectionState']).toBe(state);
      const { type } = await on(slow)(operation, storeId, more);
      const fine = allowed.split(' ').includes(state);
      expect([state, type]).toEqual([state, fine ? undefined : wrongState]);
    }
  });

  test.each([
    ['ConnectCustomKeyStore'],
    ['DisconnectCustomKeyStore'],
    ['DeleteCustomKeyStore'],
    ['UpdateCustomKeyStore'],
    ['DescribeCustomKeyStores'],
  ])('%s does not find a store that is not there', async (operation) => {
    expect(await typeOf(operation, unknown)).toBe('CustomKeyStoreNotFoundException');
  });
});

describe('when the proxy is asked', () => {
  type Way = (storeId: string) => Promise<RawReply>;
  const update =
    (more: Body): Way =>
    (storeId) =>
      on(bench)('UpdateCustomKeyStore', storeId, more);
  test.each<readonly [string, string, Body, Way, string[]]>([
    ['Create, public: at once', 'create', {}, () => create(), ['/health']],
    ['Create, VPC: not yet', 'create', {}, () => create(vpc), []],
    ['Connect, public', '', {}, (id) => on(bench)('ConnectCustomKeyStore', id), ['/health']],
    ['Connect, VPC', '', vpc, (id) => on(bench)('ConnectCustomKeyStore', id), ['/health']],
    ['Update of the path', '', {}, update({ XksProxyUriPath: peerPath }), ['/health']],
    ['Update of the credential', '', {}, update(credential({})), ['/health']],
    [
      'Update of the endpoint',
      '',
      {},
      update({ XksProxyUriEndpoint: `https://${peerHost}` }),
      ['/health'],
    ],
    ['Update of a VPC store', '', vpc, update({ XksProxyUriPath: peerPath }), ['/health']],
    ['Disconnect: never', 'connect', {}, (id) => on(bench)('DisconnectCustomKeyStore', id), []],
    ['Delete: never', '', {}, (id) => on(bench)('DeleteCustomKeyStore', id), []],
    ['Describe: never', '', {}, (id) => on(bench)('DescribeCustomKeyStores', id), []],
  ])('%s', async (_fact, before, more, way, asked) => {
    const storeId = before === 'create' ? '' : await bench.makeStore(more);
    if (before === 'connect') await on(bench)('ConnectCustomKeyStore', storeId);
    bench.peer.requests.length = 0;
    expect((await way(storeId)).status).toBe(ok);
    expect(bench.peer.requests.map(({ api }) => api)).toEqual(asked);
  });
});

describe('what Create and Update refuse', () => {
  const other = { XksProxyUriPath: '/tenant-b/kms/xks/v1' };
  test.each<readonly [string, Body, Body, string]>([
    [
      'a name twice',
      { CustomKeyStoreName: 'same' },
      { CustomKeyStoreName: 'same', ...other },
      'CustomKeyStoreNameInUseException',
    ],
    ['endpoint and path twice', {}, {}, 'XksProxyUriInUseException'],
    ['a public endpoint that is a private name', vpc, other, 'XksProxyUriEndpointInUseException'],
    [
      'a private name that is a public endpoint',
      {},
      { ...vpc, ...other },
      'XksProxyUriEndpointInUseException',
    ],
    [
      'a VPC service twice',
      vpc,
      { ...vpc, XksProxyUriEndpoint: 'https://two.example.test' },
      'XksProxyVpcEndpointServiceInUseException',
    ],
    [
      'a VPC service of another Region',
      {},
      {
        ...vpc,
        XksProxyUriEndpoint: 'https://two.example.test',
        XksProxyVpcEndpointServiceName: vpcService.replace('central', 'west'),
      },
      'XksProxyVpcEndpointServiceNotFoundException',
    ],
  ])('%s', async (_fact, first, second, type) => {
    await bench.makeStore(first);
    expect(outcome(await create(second))).toBe(type);
  });

  test.each<readonly [string, Misbehaviour, string]>([
    ['no manager is available', noManager, 'XksProxyUriUnreachableException'],
    ['it does not know the credential', refusal, wrongCredentials],
    [
      'it has no such path',
      refuse(404, 'InvalidUriPathException'),
      'XksProxyInvalidConfigurationException',
    ],
    ['its answer is none', change({ ekmFleetDetails: [] }), 'XksProxyInvalidResponseException'],
    ['its answer breaks off', hangUp, 'XksProxyUriUnreachableException'],
  ])('a proxy where %s', async (_fact, misbehaviour, type) => {
    bench.peer.misbehave(misbehaviour);
    expect(outcome(await create())).toBe(type);
    bench.peer.misbehave(null);
    const storeId = await bench.makeStore();
    bench.peer.misbehave(misbehaviour);
    const path = { XksProxyUriPath: peerPath };
    expect(await typeOf('UpdateCustomKeyStore', storeId, path)).toBe(type);
  });

  test('other connectivity without another endpoint', async () => {
    const storeId = await bench.makeStore();
    expect(await typeOf('UpdateCustomKeyStore', storeId, vpc)).toBe(invalid);
  });

  test('an eleventh store in an account and Region', async () => {
    for (let n = 0; n <= 10; n += 1) {
      const host = `n${n}.example.test`;
      await control(bench.kms.controlUrl, 'POST /xks-connect', { host, to: '127.0.0.1:9' });
      const service = { ...vpc, XksProxyVpcEndpointServiceName: `${vpcService}${n}` };
      const reply = await create({ ...service, XksProxyUriEndpoint: `https://${host}` });
      expect([n, outcome(reply)]).toEqual([n, n < 10 ? ok : 'LimitExceededException']);
    }
  });
});

describe('DescribeCustomKeyStores', () => {
  test.each<readonly [string, (storeId: string) => Body, string | number]>([
    ['all of them', () => ({}), ok],
    ['one by its id', (CustomKeyStoreId) => ({ CustomKeyStoreId }), ok],
    ['one by its name', () => ({ CustomKeyStoreName: 'mine' }), ok],
    [
      'not by both',
      (CustomKeyStoreId) => ({ CustomKeyStoreId, CustomKeyStoreName: 'mine' }),
      invalid,
    ],
    [
      'no unknown name',
      () => ({ CustomKeyStoreName: 'nobody' }),
      'CustomKeyStoreNotFoundException',
    ],
  ])('%s', async (_fact, body, answer) => {
    const storeId = await bench.makeStore({ CustomKeyStoreName: 'mine' });
    expect(outcome(await bench.client.call('DescribeCustomKeyStores', body(storeId)))).toBe(answer);
  });

  test('shows the error code in FAILED only, and the secret never', async () => {
    const storeId = await bench.makeStore();
    bench.peer.misbehave(refusal);
    await on(bench)('ConnectCustomKeyStore', storeId);
    const failed = await bench.describeStore(storeId);
    expect(failed).toMatchObject({
      ConnectionState: 'FAILED',
      ConnectionErrorCode: 'INVALID_CREDENTIALS',
    });
    expect(JSON.stringify(failed)).not.toContain(peerCredential.RawSecretAccessKey);
    await on(bench)('DisconnectCustomKeyStore', storeId);
    expect(await bench.describeStore(storeId)).not.toHaveProperty('ConnectionErrorCode');
  });
});

describe('keys of a store', () => {
  test.each<readonly [string, Body, string | number]>([
    ['a connected store and an AES-256 key of it', {}, ok],
    ['with a store', { CustomKeyStoreId: null }, invalid],
    ['that is there', { CustomKeyStoreId: unknown }, 'CustomKeyStoreNotFoundException'],
    ['with an external key', { XksKeyId: null }, invalid],
    ['of 1 to 128 characters', { XksKeyId: 'x'.repeat(129) }, invalid],
    ['of letters, digits, - _ .', { XksKeyId: 'a/b' }, invalid],
    ['that is there', { XksKeyId: 'nobody' }, 'XksKeyNotFoundException'],
    ['AES_256', { XksKeyId: 'short' }, 'XksKeyInvalidConfigurationException'],
    ['enabled', { XksKeyId: 'off' }, 'XksKeyInvalidConfigurationException'],
    ['for ENCRYPT and DECRYPT', { XksKeyId: 'one-way' }, 'XksKeyInvalidConfigurationException'],
    ['and used by no other', { XksKeyId: 'taken' }, 'XksKeyAlreadyInUseException'],
    [
      'symmetric',
      { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
      'UnsupportedOperationException',
    ],
    ['of one Region', { MultiRegion: true }, 'UnsupportedOperationException'],
    ['by their origin only', { Origin: 'AWS_KMS' }, invalid],
  ])('CreateKey: %s', async (_fact, more, answer) => {
    const CustomKeyStoreId = await bench.connectedStore();
    await bench.keyIn(CustomKeyStoreId, 'taken');
    bench.peer.addKey('ext-1');
    bench.peer.addKey('short', { keySpec: 'AES_128' });
    bench.peer.addKey('off', { keyStatus: 'DISABLED' });
    bench.peer.addKey('one-way', { keyUsage: ['ENCRYPT'] });
    const wish = { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'ext-1', ...more };
    expect(outcome(await bench.client.call('CreateKey', wish))).toBe(answer);
  });

  const text = Buffer.from('x').toString('base64');
  test.each<readonly [string, Body]>([
    ['Encrypt', { Plaintext: text }],
    ['Decrypt', {}],
    ['GenerateDataKey', { KeySpec: 'AES_256' }],
    ['GenerateDataKeyWithoutPlaintext', { KeySpec: 'AES_256' }],
  ])('%s through a proxy that fails, and without a connection', async (operation, more) => {
    const storeId = await bench.connectedStore();
    const KeyId = await bench.keyIn(storeId, 'ext-1');
    const leaving = await bench.keyIn(storeId, 'ext-2');
    const { CiphertextBlob } = await bench.client.must('Encrypt', { KeyId, Plaintext: text });
    const body = operation === 'Decrypt' ? { KeyId, CiphertextBlob } : { KeyId, ...more };
    expect((await bench.client.call(operation, body)).status).toBe(ok);
    bench.peer.misbehave(refusal);
    expect((await bench.client.call(operation, body)).type).toBe('KMSInvalidStateException');
    const another = { Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'ext-3' };
    expect(await typeOf('CreateKey', storeId, another)).toBe(wrongState);
    await bench.client.must('ScheduleKeyDeletion', { KeyId: leaving });
    await on(bench)('DisconnectCustomKeyStore', storeId);
    const reply = await bench.client.call(operation, body);
    const { Arn, KeyState } = await bench.client.metadata(KeyId);
    expect([KeyState, reply.message]).toEqual(['Unavailable', `${String(Arn)} is unavailable.`]);
    expect((await bench.client.metadata(leaving))['KeyState']).toBe('PendingDeletion');
    expect(await typeOf('DeleteCustomKeyStore', storeId)).toBe('CustomKeyStoreHasCMKsException');
  });

  test('what a store is not for', async () => {
    const storeId = await bench.connectedStore();
    const KeyId = await bench.keyIn(storeId, 'ext-1');
    const refused = 'UnsupportedOperationException';
    const calls: readonly (readonly [string, Body])[] = [
      ['GenerateRandom', { NumberOfBytes: 16, CustomKeyStoreId: storeId }],
      ['GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' }],
      ['EnableKeyRotation', { KeyId }],
      ['RotateKeyOnDemand', { KeyId }],
      ['GetKeyRotationStatus', { KeyId }],
      ['DeleteImportedKeyMaterial', { KeyId }],
    ];
    for (const [operation, body] of calls)
      expect((await bench.client.call(operation, body)).type, operation).toBe(refused);
  });
});
