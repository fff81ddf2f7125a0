import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { control } from '../testing/raw-client.fixture.ts';
import { peerHost, startStoreBench, type StoreBench } from '../testing/store-bench.fixture.ts';
import { peerCredential, peerPath } from '../testing/xks-peer.fixture.ts';

let bench: StoreBench;
beforeAll(async () => {
  bench = await startStoreBench();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

type Body = Record<string, unknown>;
const vpc = {
  XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
  XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0',
};

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
            AccessKeyId: peerCredential.AccessKeyId,
            UriEndpoint: `https://${peerHost}`,
            UriPath: peerPath,
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
        ...vpc,
        XksProxyVpcEndpointServiceName: `${vpc.XksProxyVpcEndpointServiceName}${host}`,
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
