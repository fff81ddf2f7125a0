import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import {
  change,
  hangUp,
  refuse,
  refusals,
  silence,
  unreadable,
} from '../testing/misbehaviours.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import {
  peerHost,
  startStoreBench,
  storeBody,
  type StoreBench,
} from '../testing/store-bench.fixture.ts';

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
const stateOf = async (storeId: string, of = bench) => {
  const store = await of.describeStore(storeId);
  return [store['ConnectionState'], store['ConnectionErrorCode']];
};
const vpc = {
  XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
  XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0',
};

describe('ConnectCustomKeyStore', () => {
  test('looks at the certificate again, whatever connection was kept', async () => {
    const storeId = await bench.connectedStore();
    const KeyId = await bench.keyIn(storeId, 'ext-1');
    await bench.client.must('Encrypt', { KeyId, Plaintext: 'AAAA' });
    await on(bench)('DisconnectCustomKeyStore', storeId);
    await on(bench)('ConnectCustomKeyStore', storeId);
    await bench.client.must('Encrypt', { KeyId, Plaintext: 'AAAA' });
    const [first, health, second] = bench.peer.requests.slice(-3);
    expect(health?.api).toBe('/health');
    expect(second?.connection).toBe(first?.connection);
    expect(health?.connection).not.toBe(first?.connection);
  });

  test('asks for the health of the proxy and connects', async () => {
    const storeId = await bench.makeStore();
    bench.peer.requests.length = 0;
    const reply = await on(bench)('ConnectCustomKeyStore', storeId);
    expect([reply.status, reply.text]).toEqual([200, '{}']);
    expect(bench.peer.requests.map(({ body }) => body)).toMatchObject([
      { requestMetadata: { kmsOperation: 'ConnectCustomKeyStore' } },
    ]);
    expect(await stateOf(storeId)).toEqual(['CONNECTED', undefined]);
    bench.peer.misbehave(hangUp);
    expect((await on(bench)('ConnectCustomKeyStore', storeId)).status).toBe(200);
    expect(await stateOf(storeId)).toEqual(['CONNECTED', undefined]);
    expect(bench.peer.requests).toHaveLength(1);
  });

  const codes: Readonly<Record<string, string>> = {
    AuthenticationFailedException: 'INVALID_CREDENTIALS',
    AccessDeniedException: 'XKS_PROXY_ACCESS_DENIED',
    InvalidUriPathException: 'XKS_PROXY_INVALID_CONFIGURATION',
    ThrottlingException: 'XKS_PROXY_NOT_REACHABLE',
    DependencyTimeoutException: 'XKS_PROXY_TIMED_OUT',
  };
  test.each([
    ...refusals.map(
      ([status, name]) =>
        [name, refuse(status, name), codes[name] ?? 'XKS_PROXY_INVALID_RESPONSE'] as const,
    ),
    ...unreadable.map(([name, does]) => [name, does, 'XKS_PROXY_INVALID_RESPONSE'] as const),
    ['a broken connection', hangUp, 'NETWORK_ERRORS'] as const,
    [
      'no manager that works',
      change({ ekmFleetDetails: [{ id: 'a', model: 'b', healthStatus: 'UNAVAILABLE' }] }),
      'XKS_PROXY_NOT_REACHABLE',
    ] as const,
  ])('%s', async (_name, misbehaviour, code) => {
    const storeId = await bench.makeStore();
    bench.peer.misbehave(misbehaviour);
    const reply = await on(bench)('ConnectCustomKeyStore', storeId);
    expect([reply.status, reply.text]).toEqual([200, '{}']);
    expect(await stateOf(storeId)).toEqual(['FAILED', code]);
  });

  test('certificates, and a host that is nowhere', async () => {
    const { authority, peer, kms } = bench;
    const CustomKeyStoreId = await bench.makeStore();
    const outcome = async () => {
      await bench.client.must('ConnectCustomKeyStore', { CustomKeyStoreId });
      const [, code] = await stateOf(CustomKeyStoreId);
      await bench.client.must('DisconnectCustomKeyStore', { CustomKeyStoreId });
      return code;
    };
    peer.replaceIdentity(authority.identity('other.example.test'));
    expect(await outcome()).toBe('XKS_PROXY_INVALID_TLS_CONFIGURATION');
    peer.replaceIdentity(authority.identity(peerHost, -1));
    expect(await outcome()).toBe('XKS_PROXY_INVALID_TLS_CONFIGURATION');
    peer.replaceIdentity(authority.identity(peerHost));
    expect(await outcome()).toBeUndefined();
    await control(kms.controlUrl, 'POST /xks-connect', { host: peerHost, to: '127.0.0.1:1' });
    expect(await outcome()).toBe('XKS_PROXY_NOT_REACHABLE');
    await control(kms.controlUrl, 'POST /xks-connect', { host: peerHost, to: null });
    expect(await outcome()).toBe('XKS_PROXY_NOT_REACHABLE');
  });

  test('behind a VPC endpoint service, names are matters of the service', async () => {
    const { authority, peer, kms } = bench;
    const storeId = await bench.makeStore(vpc);
    peer.replaceIdentity(authority.identity('other.example.test'));
    await on(bench)('ConnectCustomKeyStore', storeId);
    expect(await stateOf(storeId)).toEqual([
      'FAILED',
      'XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION',
    ]);
    peer.replaceIdentity(authority.identity(peerHost));
    await on(bench)('DisconnectCustomKeyStore', storeId);
    await control(kms.controlUrl, 'POST /xks-connect', { host: peerHost, to: null });
    await on(bench)('ConnectCustomKeyStore', storeId);
    expect(await stateOf(storeId)).toEqual(['FAILED', 'XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND']);
  });

  test('a proxy that stays silent timed out', async () => {
    const kms = await startPracticeKms({
      proxyBudgetMs: 1_000,
      trustCaFile: bench.caFile,
      xksConnect: [{ host: peerHost, port: bench.peer.port }],
    });
    const client = byokClient(kms.url);
    const made = await client.must('CreateCustomKeyStore', storeBody(vpc));
    bench.peer.misbehave(silence);
    await client.must('ConnectCustomKeyStore', made);
    const { CustomKeyStores } = await client.must('DescribeCustomKeyStores', {});
    expect(CustomKeyStores).toMatchObject([{ ConnectionErrorCode: 'XKS_PROXY_TIMED_OUT' }]);
    await kms.close();
  });
});

describe('states take their time by the practice clock', () => {
  test('CONNECTING, CONNECTED, DISCONNECTING, DISCONNECTED', async () => {
    const storeId = await slow.makeStore();
    await on(slow)('ConnectCustomKeyStore', storeId);
    expect(await stateOf(storeId, slow)).toEqual(['CONNECTING', undefined]);
    await slow.advance(290);
    expect(await stateOf(storeId, slow)).toEqual(['CONNECTING', undefined]);
    await slow.advance(20);
    expect(await stateOf(storeId, slow)).toEqual(['CONNECTED', undefined]);
    await on(slow)('DisconnectCustomKeyStore', storeId);
    expect(await stateOf(storeId, slow)).toEqual(['DISCONNECTING', undefined]);
    await slow.advance(21);
    expect(await stateOf(storeId, slow)).toEqual(['DISCONNECTED', undefined]);
    const entries = await control<{ effects: Body[]; principal: string | null }[]>(
      slow.kms.controlUrl,
      'GET /journal',
    );
    const changes = entries.flatMap(({ effects }) => effects.map(({ from, to }) => [from, to]));
    expect(changes).toEqual([
      [null, 'DISCONNECTED'],
      ['DISCONNECTED', 'CONNECTING'],
      ['CONNECTING', 'CONNECTED'],
      ['CONNECTED', 'DISCONNECTING'],
      ['DISCONNECTING', 'DISCONNECTED'],
    ]);
  });

  test('a failure shows at the end, and its code only then', async () => {
    const storeId = await slow.makeStore();
    slow.peer.misbehave(hangUp);
    await on(slow)('ConnectCustomKeyStore', storeId);
    expect(await stateOf(storeId, slow)).toEqual(['CONNECTING', undefined]);
    await slow.advance(301);
    expect(await stateOf(storeId, slow)).toEqual(['FAILED', 'NETWORK_ERRORS']);
  });
});
