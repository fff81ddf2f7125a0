import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hangUp } from '../testing/misbehaviours.ts';
import { control } from '../testing/raw-client.ts';
import { PEER_HOST, startStoreBench, type StoreBench } from '../testing/store-bench.ts';
import { PEER_CREDENTIAL, PEER_PATH } from '../testing/xks-peer.ts';

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
const VPC = {
  XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
  XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0',
};

/** Brings a store of the slow bench into a state. */
const REACH: Readonly<Record<string, (storeId: string) => Promise<void>>> = {
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
    ['UpdateCustomKeyStore', { XksProxyUriPath: PEER_PATH }, 'DISCONNECTED CONNECTED'],
    [
      'UpdateCustomKeyStore',
      { XksProxyAuthenticationCredential: PEER_CREDENTIAL },
      'DISCONNECTED CONNECTED',
    ],
    ['UpdateCustomKeyStore', { XksProxyUriEndpoint: `https://${PEER_HOST}` }, 'DISCONNECTED'],
    [
      'UpdateCustomKeyStore',
      { XksProxyConnectivity: 'PUBLIC_ENDPOINT', XksProxyUriEndpoint: `https://${PEER_HOST}` },
      'DISCONNECTED',
    ],
    [
      'UpdateCustomKeyStore',
      { ...VPC, XksProxyUriEndpoint: `https://${PEER_HOST}` },
      'DISCONNECTED',
    ],
  ])('%s %j', async (operation, more, allowed) => {
    for (const [state, reach] of Object.entries(REACH)) {
      await slow.reset();
      const storeId = await slow.makeStore();
      await reach(storeId);
      expect((await slow.describeStore(storeId))['ConnectionState']).toBe(state);
      const { type } = await on(slow)(operation, storeId, more);
      const fine = allowed.split(' ').includes(state);
      expect([state, type]).toEqual([
        state,
        fine ? undefined : 'CustomKeyStoreInvalidStateException',
      ]);
    }
  });

  test.each([
    ['ConnectCustomKeyStore'],
    ['DisconnectCustomKeyStore'],
    ['DeleteCustomKeyStore'],
    ['UpdateCustomKeyStore'],
  ])('%s does not find a store that is not there', async (operation) => {
    expect(await typeOf(operation, 'cks-00000000000000000')).toBe(
      'CustomKeyStoreNotFoundException',
    );
  });
});

describe('UpdateCustomKeyStore', () => {
  test('changes what it is given, after the proxy answered to the new values', async () => {
    const storeId = await bench.makeStore();
    const credential = {
      AccessKeyId: 'SECONDACCESSKEYID2345AA',
      RawSecretAccessKey: 'second+secret/'.repeat(4),
    };
    const update = { XksProxyAuthenticationCredential: credential, NewCustomKeyStoreName: 'new' };
    expect(await typeOf('UpdateCustomKeyStore', storeId, update)).toBe(
      'XksProxyIncorrectAuthenticationCredentialException',
    );
    expect(await bench.describeStore(storeId)).not.toMatchObject({ CustomKeyStoreName: 'new' });
    bench.peer.credentials.push(credential);
    bench.peer.requests.length = 0;
    const reply = await on(bench)('UpdateCustomKeyStore', storeId, update);
    bench.peer.credentials.pop();
    expect([reply.status, reply.text]).toEqual([200, '{}']);
    expect(bench.peer.requests.map(({ body }) => body)).toMatchObject([
      { requestMetadata: { kmsOperation: 'UpdateCustomKeyStore' } },
    ]);
    expect(await bench.describeStore(storeId)).toMatchObject({
      CustomKeyStoreName: 'new',
      XksProxyConfiguration: { AccessKeyId: credential.AccessKeyId },
    });
  });

  test('asks nobody for a new name', async () => {
    const storeId = await bench.connectedStore();
    bench.peer.misbehave(hangUp);
    expect(await typeOf('UpdateCustomKeyStore', storeId, { NewCustomKeyStoreName: 'x' })).toBe(
      undefined,
    );
  });

  test('moves a store behind an endpoint service and back', async () => {
    const storeId = await bench.makeStore();
    const endpoint = { XksProxyUriEndpoint: `https://${PEER_HOST}` };
    const elsewhere = 'com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0';
    expect(
      await typeOf('UpdateCustomKeyStore', storeId, {
        ...VPC,
        ...endpoint,
        XksProxyVpcEndpointServiceName: elsewhere,
      }),
    ).toBe('XksProxyVpcEndpointServiceNotFoundException');
    expect(await typeOf('UpdateCustomKeyStore', storeId, { ...VPC, ...endpoint })).toBeUndefined();
    const back = { XksProxyConnectivity: 'PUBLIC_ENDPOINT', XksProxyVpcEndpointServiceName: '' };
    expect(await typeOf('UpdateCustomKeyStore', storeId, back)).toBe('ValidationException');
    expect(await typeOf('UpdateCustomKeyStore', storeId, { ...back, ...endpoint })).toBeUndefined();
    expect((await bench.describeStore(storeId))['XksProxyConfiguration']).toEqual({
      Connectivity: 'PUBLIC_ENDPOINT',
      AccessKeyId: PEER_CREDENTIAL.AccessKeyId,
      UriEndpoint: `https://${PEER_HOST}`,
      UriPath: PEER_PATH,
    });
  });

  test.each([
    [{ CloudHsmClusterId: 'cluster-2a34b5cdefg' }, 'ValidationException'],
    [{ KeyStorePassword: 'kmsPswd12' }, 'ValidationException'],
    [VPC, 'ValidationException'],
    [{ XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE' }, 'ValidationException'],
    [{ XksProxyVpcEndpointServiceName: VPC.XksProxyVpcEndpointServiceName }, 'ValidationException'],
    [{ NewCustomKeyStoreName: 'taken' }, 'CustomKeyStoreNameInUseException'],
    [{ XksProxyUriPath: '/taken/kms/xks/v1' }, 'XksProxyUriInUseException'],
    [{ XksProxyUriPath: '/other/kms/xks/v1' }, 'XksProxyInvalidConfigurationException'],
    [{ XksProxyUriEndpoint: 'https://two.example.test' }, 'XksProxyUriUnreachableException'],
  ])('%j: %s', async (more, type) => {
    const storeId = await bench.makeStore();
    bench.peer.misbehave((_response, answer, { api }) => {
      if (api !== '') return;
      answer.status = 200;
      answer.body = {
        xksProxyFleetSize: 1,
        xksProxyVendor: 'v',
        xksProxyModel: 'm',
        ekmVendor: 'v',
        ekmFleetDetails: [{ id: 'a', model: 'b', healthStatus: 'ACTIVE' }],
      };
    });
    await bench.makeStore({
      CustomKeyStoreName: 'taken',
      XksProxyUriPath: '/taken/kms/xks/v1',
    });
    bench.peer.misbehave(null);
    expect(await typeOf('UpdateCustomKeyStore', storeId, more)).toBe(type);
  });
});

describe('DescribeCustomKeyStores', () => {
  test('shows one by id or by name, and never a secret', async () => {
    const CustomKeyStoreId = await bench.makeStore({ CustomKeyStoreName: 'only' });
    const all = await bench.client.call('DescribeCustomKeyStores', {});
    expect(all.json).toEqual({
      CustomKeyStores: [
        {
          CustomKeyStoreId,
          CustomKeyStoreName: 'only',
          ConnectionState: 'DISCONNECTED',
          CreationDate: expect.any(Number) as number,
          CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
          XksProxyConfiguration: {
            Connectivity: 'PUBLIC_ENDPOINT',
            AccessKeyId: PEER_CREDENTIAL.AccessKeyId,
            UriEndpoint: `https://${PEER_HOST}`,
            UriPath: PEER_PATH,
          },
        },
      ],
      Truncated: false,
    });
    const ask = (body: Body) => bench.client.call('DescribeCustomKeyStores', body);
    expect((await ask({ CustomKeyStoreId })).text).toBe(all.text);
    expect((await ask({ CustomKeyStoreName: 'only' })).text).toBe(all.text);
    expect((await ask({ CustomKeyStoreId, CustomKeyStoreName: 'only' })).type).toBe(
      'ValidationException',
    );
    expect((await ask({ CustomKeyStoreName: 'no' })).type).toBe('CustomKeyStoreNotFoundException');
    expect((await ask({ Marker: 'x' })).type).toBe('InvalidMarkerException');
    const elsewhere = await bench.client.call(
      'DescribeCustomKeyStores',
      {},
      { region: 'eu-west-1' },
    );
    expect(elsewhere.json).toEqual({ CustomKeyStores: [], Truncated: false });
  });

  test('pages', async () => {
    for (const host of ['n1', 'n2', 'n3']) {
      await control(bench.kms.controlUrl, 'POST /xks-connect', {
        host: `${host}.example.test`,
        to: '127.0.0.1:9',
      });
      await bench.makeStore({
        ...VPC,
        XksProxyVpcEndpointServiceName: `${VPC.XksProxyVpcEndpointServiceName}${host}`,
        XksProxyUriEndpoint: `https://${host}.example.test`,
      });
    }
    const first = await bench.client.must('DescribeCustomKeyStores', { Limit: 2 });
    expect(first).toMatchObject({ Truncated: true, NextMarker: expect.any(String) as string });
    const next = { Limit: 2, Marker: first['NextMarker'] };
    const second = await bench.client.must('DescribeCustomKeyStores', next);
    expect(second['Truncated']).toBe(false);
    expect([first, second].flatMap((page) => page['CustomKeyStores'])).toHaveLength(3);
  });
});

test('DeleteCustomKeyStore takes an empty store, and all of it', async () => {
  const storeId = await bench.connectedStore({ CustomKeyStoreName: 'again' });
  const keyId = await bench.keyIn(storeId, 'k1');
  await on(bench)('DisconnectCustomKeyStore', storeId);
  expect(await typeOf('DeleteCustomKeyStore', storeId)).toBe('CustomKeyStoreHasCMKsException');
  await bench.client.must('ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
  expect(await typeOf('DeleteCustomKeyStore', storeId)).toBe('CustomKeyStoreHasCMKsException');
  await bench.advance(7 * 86_400 + 1);
  const reply = await on(bench)('DeleteCustomKeyStore', storeId);
  expect([reply.status, reply.text]).toEqual([200, '{}']);
  expect(await typeOf('ConnectCustomKeyStore', storeId)).toBe('CustomKeyStoreNotFoundException');
  await bench.makeStore({ CustomKeyStoreName: 'again' });
});
