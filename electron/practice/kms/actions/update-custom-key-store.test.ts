import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hangUp } from '../testing/misbehaviours.fixture.ts';
import { send } from '../testing/misbehaviours.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import { peerHost, startStoreBench, type StoreBench } from '../testing/store-bench.fixture.ts';
import { peerCredential, peerPath } from '../testing/xks-peer.fixture.ts';

let bench: StoreBench;
beforeAll(async () => {
  bench = await startStoreBench();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const call = (operation: string, storeId: string, more: Record<string, unknown> = {}) =>
  bench.client.call(operation, { CustomKeyStoreId: storeId, ...more });
const typeOf = async (operation: string, storeId: string, more: Record<string, unknown> = {}) =>
  (await call(operation, storeId, more)).type;
const vpc = {
  XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
  XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0',
};

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
    const reply = await call('UpdateCustomKeyStore', storeId, update);
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

  test('a new name alone takes a proxy that answers, too', async () => {
    const storeId = await bench.connectedStore();
    const rename = { NewCustomKeyStoreName: 'x' };
    bench.peer.misbehave(hangUp);
    expect(await typeOf('UpdateCustomKeyStore', storeId, rename)).toBe(
      'XksProxyUriUnreachableException',
    );
    expect(await bench.describeStore(storeId)).not.toMatchObject({ CustomKeyStoreName: 'x' });
    bench.peer.misbehave(null);
    expect(await typeOf('UpdateCustomKeyStore', storeId, rename)).toBeUndefined();
    expect(await bench.describeStore(storeId)).toMatchObject({ CustomKeyStoreName: 'x' });
  });

  test('moves a store behind an endpoint service and back', async () => {
    const storeId = await bench.makeStore();
    const endpoint = { XksProxyUriEndpoint: `https://${peerHost}` };
    const elsewhere = 'com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0';
    expect(
      await typeOf('UpdateCustomKeyStore', storeId, {
        ...vpc,
        ...endpoint,
        XksProxyVpcEndpointServiceName: elsewhere,
      }),
    ).toBe('XksProxyVpcEndpointServiceNotFoundException');
    expect(await typeOf('UpdateCustomKeyStore', storeId, { ...vpc, ...endpoint })).toBeUndefined();
    const back = { XksProxyConnectivity: 'PUBLIC_ENDPOINT', XksProxyVpcEndpointServiceName: '' };
    expect(await typeOf('UpdateCustomKeyStore', storeId, back)).toBe('ValidationException');
    expect(await typeOf('UpdateCustomKeyStore', storeId, { ...back, ...endpoint })).toBeUndefined();
    expect((await bench.describeStore(storeId))['XksProxyConfiguration']).toEqual({
      Connectivity: 'PUBLIC_ENDPOINT',
      AccessKeyId: peerCredential.AccessKeyId,
      UriEndpoint: `https://${peerHost}`,
      UriPath: peerPath,
    });
  });

  test.each([
    [{ CloudHsmClusterId: 'cluster-2a34b5cdefg' }, 'ValidationException'],
    [{ KeyStorePassword: 'kmsPswd12' }, 'ValidationException'],
    [vpc, 'ValidationException'],
    [{ XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE' }, 'ValidationException'],
    [{ XksProxyVpcEndpointServiceName: vpc.XksProxyVpcEndpointServiceName }, 'ValidationException'],
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

  test('an answer that cannot be understood', async () => {
    const storeId = await bench.makeStore();
    bench.peer.misbehave(send(200, 'application/json', 'nonsense'));
    const more = { XksProxyUriPath: peerPath };
    expect(await typeOf('UpdateCustomKeyStore', storeId, more)).toBe(
      'XksProxyInvalidResponseException',
    );
  });

  test('an endpoint, or a service, that belongs to another store', async () => {
    const host = 'two.example.test';
    await control(bench.kms.controlUrl, 'POST /xks-connect', { host, to: '127.0.0.1:9' });
    const storeId = await bench.makeStore();
    await bench.makeStore({ ...vpc, XksProxyUriEndpoint: `https://${host}` });
    const taken = { XksProxyUriEndpoint: `https://${host}`, XksProxyUriPath: '/own/kms/xks/v1' };
    expect(await typeOf('UpdateCustomKeyStore', storeId, taken)).toBe(
      'XksProxyUriEndpointInUseException',
    );
    const endpoint = { XksProxyUriEndpoint: `https://${peerHost}` };
    expect(await typeOf('UpdateCustomKeyStore', storeId, { ...vpc, ...endpoint })).toBe(
      'XksProxyVpcEndpointServiceInUseException',
    );
  });
});
