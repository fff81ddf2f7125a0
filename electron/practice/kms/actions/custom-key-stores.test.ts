import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hangUp } from '../testing/misbehaviours.ts';
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
