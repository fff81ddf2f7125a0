import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import { createAuthority } from '../testing/certificates.fixture.ts';
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
import { peerCredential, peerPath } from '../testing/xks-peer.fixture.ts';

let bench: StoreBench;
beforeAll(async () => {
  bench = await startStoreBench();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const create = (more: Record<string, unknown> = {}) =>
  bench.client.call('CreateCustomKeyStore', storeBody(more));
const typeOf = async (more: Record<string, unknown> = {}) => (await create(more)).type;

const service = 'com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0';
const vpc = {
  XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
  XksProxyVpcEndpointServiceName: service,
};

test('a store starts disconnected, after one signed health request', async () => {
  const reply = await create();
  expect(reply.json).toEqual({
    CustomKeyStoreId: expect.stringMatching(/^cks-[0-9a-f]{17}$/) as string,
  });
  expect(bench.peer.requests.map(({ api, body }) => [api, body])).toEqual([
    [
      '/health',
      {
        requestMetadata: {
          kmsRequestId: reply.headers['x-amzn-requestid'],
          kmsOperation: 'CreateCustomKeyStore',
        },
      },
    ],
  ]);
  expect(bench.peer.requests[0]?.headers).toMatchObject({
    host: peerHost,
    'content-type': 'application/json',
  });
  const store = await bench.describeStore(String(reply.json?.['CustomKeyStoreId']));
  expect(store).toMatchObject({ ConnectionState: 'DISCONNECTED' });
});

describe('constraints', () => {
  test.each([
    ['xksProxyUriEndpoint', { XksProxyUriEndpoint: 'https://xks.example.test:8443' }],
    ['xksProxyUriEndpoint', { XksProxyUriEndpoint: 'http://xks.example.test' }],
    ['xksProxyUriEndpoint', { XksProxyUriEndpoint: 'https://xks.example.test/path' }],
    ['xksProxyUriEndpoint', { XksProxyUriEndpoint: `https://${'a'.repeat(121)}` }],
    ['xksProxyUriPath', { XksProxyUriPath: '/tenant/kms/xks/' }],
    ['xksProxyUriPath', { XksProxyUriPath: '/kms/xks/v100' }],
    ['xksProxyUriPath', { XksProxyUriPath: 'a/kms/xks/v1' }],
    ['xksProxyUriPath', { XksProxyUriPath: '/a.b/kms/xks/v1' }],
    ['xksProxyConnectivity', { XksProxyConnectivity: 'DIRECT' }],
    ['xksProxyVpcEndpointServiceName', { XksProxyVpcEndpointServiceName: 'vpce-svc-0123456789ab' }],
    ['customKeyStoreName', { CustomKeyStoreName: '' }],
    ['customKeyStoreType', { CustomKeyStoreType: 'KMS' }],
  ])('%s: %j', async (path, more) => {
    const reply = await create(more);
    expect(reply.type).toBe('ValidationException');
    expect(reply.message).toMatch(/^1 validation error detected: Value '/);
    expect(reply.message).toContain(` at '${path}' failed to satisfy constraint: Member must `);
    expect(bench.peer.requests).toHaveLength(0);
  });

  test.each([
    [
      { XksProxyUriPath: '/kms/xks/v100' },
      String.raw`^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$`,
    ],
    [{ XksProxyVpcEndpointServiceOwner: 'abcdefghijkl' }, '[0-9]{12}'],
  ])('%j is told the pattern of the model', async (more, pattern) => {
    const reply = await create(more);
    expect(reply.message).toMatch(/^1 validation error detected: /);
    expect(reply.message?.endsWith(`satisfy regular expression pattern: ${pattern}`)).toBe(true);
  });

  test.each([
    [{ AccessKeyId: 'lower2case7letters2here' }],
    [{ AccessKeyId: 'SHORT' }],
    [{ RawSecretAccessKey: 'too short and with spaces' }],
    [{ RawSecretAccessKey: '*'.repeat(50) }],
  ])('a credential is never echoed: %j', async (part) => {
    const credential = { ...peerCredential, ...part };
    const reply = await create({ XksProxyAuthenticationCredential: credential });
    expect(reply.type).toBe('ValidationException');
    expect(reply.message).toContain("Value at 'xksProxyAuthenticationCredential.");
    expect(reply.message).not.toContain(Object.values(part)[0]);
  });

  test.each([
    ['XksProxyUriEndpoint'],
    ['XksProxyUriPath'],
    ['XksProxyConnectivity'],
    ['XksProxyAuthenticationCredential'],
  ])('%s is required', async (name) => {
    const reply = await create({ [name]: null });
    expect(reply.type).toBe('ValidationException');
    expect(reply.message).toContain(name);
  });

  test.each([
    [{ CloudHsmClusterId: 'cluster-1a23b4cdefg' }],
    [{ KeyStorePassword: 'kmsPswd12' }],
    [{ TrustAnchorCertificate: 'x' }],
    [{ XksProxyVpcEndpointServiceName: service }],
    [{ XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE' }],
  ])('%j does not go with the rest', async (more) => {
    expect(await typeOf(more)).toMatch(/ValidationException/);
  });
});

describe('what the proxy answers', () => {
  const expected: Readonly<Record<string, string>> = {
    AuthenticationFailedException: 'XksProxyIncorrectAuthenticationCredentialException',
    InvalidUriPathException: 'XksProxyInvalidConfigurationException',
    AccessDeniedException: 'XksProxyInvalidConfigurationException',
    ThrottlingException: 'XksProxyUriUnreachableException',
    DependencyTimeoutException: 'XksProxyUriUnreachableException',
  };

  test.each(refusals)('%i %s', async (status, name) => {
    bench.peer.misbehave(refuse(status, name));
    expect(await typeOf()).toBe(expected[name] ?? 'XksProxyInvalidResponseException');
    expect((await bench.client.must('DescribeCustomKeyStores', {}))['CustomKeyStores']).toEqual([]);
  });

  test.each(unreadable)('%s cannot be understood', async (_name, misbehaviour) => {
    bench.peer.misbehave(misbehaviour);
    expect(await typeOf()).toBe('XksProxyInvalidResponseException');
  });

  const manager = (healthStatus: string) => ({ id: 'a', model: 'b', healthStatus });
  test.each([
    ['no managers', { ekmFleetDetails: [] }],
    ['eleven managers', { ekmFleetDetails: Array(11).fill(manager('ACTIVE')) }],
    ['an unknown health', { ekmFleetDetails: [manager('FINE')] }],
    ['no proxies', { xksProxyFleetSize: 0 }],
    ['half a proxy', { xksProxyFleetSize: 0.5 }],
    ['no vendor', { ekmVendor: undefined }],
    ['a model that is a number', { xksProxyModel: 1 }],
  ])('%s cannot be understood', async (_name, members) => {
    bench.peer.misbehave(change(members));
    expect(await typeOf()).toBe('XksProxyInvalidResponseException');
  });

  test.each([
    [['UNAVAILABLE', 'UNAVAILABLE'], 'XksProxyUriUnreachableException'],
    [['UNAVAILABLE', 'DEGRADED'], undefined],
    [['ACTIVE'], undefined],
  ])('managers that are %j', async (states, type) => {
    bench.peer.misbehave(change({ ekmFleetDetails: states.map(manager) }));
    expect(await typeOf()).toBe(type);
  });

  test('a wrong secret, and a path of another store', async () => {
    const wrong = { ...peerCredential, RawSecretAccessKey: 'x'.repeat(43) };
    expect(await typeOf({ XksProxyAuthenticationCredential: wrong })).toBe(
      'XksProxyIncorrectAuthenticationCredentialException',
    );
    expect(await typeOf({ XksProxyUriPath: '/tenant-b/kms/xks/v1' })).toBe(
      'XksProxyInvalidConfigurationException',
    );
  });

  test('a connection that breaks', async () => {
    bench.peer.misbehave(hangUp);
    expect(await typeOf()).toBe('XksProxyUriUnreachableException');
  });
});

describe('a proxy that is not there, or not itself', () => {
  const route = (to: string | null, host = peerHost) =>
    control(bench.kms.controlUrl, 'POST /xks-connect', { host, to });

  test('a host that nobody mapped is not looked up', async () => {
    const reply = await create({ XksProxyUriEndpoint: 'https://kms.eu-central-1.amazonaws.com' });
    expect(reply.type).toBe('XksProxyUriUnreachableException');
    expect(reply.message).toContain('does not leave this computer');
  });

  test('a closed port, and a server without TLS', async () => {
    const plain = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as AddressInfo;
    await route(`127.0.0.1:${port}`);
    expect(await typeOf()).toBe('XksProxyUriUnreachableException');
    await new Promise((resolve) => plain.close(resolve));
    expect(await typeOf()).toBe('XksProxyUriUnreachableException');
  });

  test('certificates', async () => {
    const { authority, peer } = bench;
    const bad = [
      authority.identity('other.example.test'),
      authority.identity(peerHost, -1),
      createAuthority('Somebody else').identity(peerHost),
    ];
    for (const identity of bad) {
      peer.replaceIdentity(identity);
      expect(await typeOf()).toBe('XksProxyInvalidConfigurationException');
    }
    expect(peer.requests).toHaveLength(0);
    peer.replaceIdentity(authority.identity('*.example.test'));
    expect(await typeOf()).toBeUndefined();
    peer.replaceIdentity(authority.identity(peerHost));
  });

  test('silence is met with one more try', async () => {
    const options = { proxyBudgetMs: 1_000, trustCaFile: bench.caFile };
    const routes = [{ host: peerHost, port: bench.peer.port }];
    const kms = await startPracticeKms({ ...options, xksConnect: routes });
    bench.peer.misbehave(silence);
    const reply = await byokClient(kms.url).call('CreateCustomKeyStore', storeBody());
    expect(reply.type).toBe('XksProxyUriUnreachableException');
    expect(bench.peer.requests).toHaveLength(2);
    await kms.close();
  });
});

describe('what must be unique', () => {
  test('names, in one account and Region', async () => {
    await create({ CustomKeyStoreName: 'same' });
    const again = storeBody({ CustomKeyStoreName: 'same' });
    const reply = await bench.client.call('CreateCustomKeyStore', again);
    expect(reply.type).toBe('CustomKeyStoreNameInUseException');
    const elsewhere = await bench.client.call('CreateCustomKeyStore', again, {
      region: 'eu-west-1',
    });
    expect(elsewhere.status).toBe(200);
  });

  test('endpoint and path together', async () => {
    await create();
    expect(await typeOf({ XksProxyUriEndpoint: 'https://XKS.example.test' })).toBe(
      'XksProxyUriInUseException',
    );
    // The proxy knows no such path, but KMS asked it.
    expect(await typeOf({ XksProxyUriPath: '/kms/xks/v1' })).toBe(
      'XksProxyInvalidConfigurationException',
    );
  });

  test('ten stores are enough', async () => {
    bench.peer.misbehave((_response, answer) => {
      answer.status = 200;
      answer.body = {
        xksProxyFleetSize: 1,
        xksProxyVendor: 'v',
        xksProxyModel: 'm',
        ekmVendor: 'v',
        ekmFleetDetails: [{ id: 'a', model: 'b', healthStatus: 'ACTIVE' }],
      };
    });
    for (let n = 0; n < 10; n += 1) {
      expect(await typeOf({ XksProxyUriPath: `/t${n}/kms/xks/v1` })).toBeUndefined();
    }
    expect(await typeOf({ XksProxyUriPath: '/t10/kms/xks/v1' })).toBe('LimitExceededException');
  });
});

describe('VPC endpoint services', () => {
  test('are not called before the store is connected', async () => {
    const reply = await create({ ...vpc, XksProxyVpcEndpointServiceOwner: '111122223333' });
    expect(reply.status).toBe(200);
    expect(bench.peer.requests).toHaveLength(0);
    const store = await bench.describeStore(String(reply.json?.['CustomKeyStoreId']));
    expect(store['XksProxyConfiguration']).toEqual({
      Connectivity: 'VPC_ENDPOINT_SERVICE',
      AccessKeyId: peerCredential.AccessKeyId,
      UriEndpoint: `https://${peerHost}`,
      UriPath: peerPath,
      VpcEndpointServiceName: service,
      VpcEndpointServiceOwner: '111122223333',
    });
  });

  test.each([
    ['of another Region', { XksProxyVpcEndpointServiceName: service.replace('central', 'west') }],
    ['with a private DNS name nobody mapped', { XksProxyUriEndpoint: 'https://no.example.test' }],
  ])('%s are not found', async (_name, more) => {
    expect(await typeOf({ ...vpc, ...more })).toBe('XksProxyVpcEndpointServiceNotFoundException');
  });

  test('and their names belong to one store', async () => {
    await create(vpc);
    const path = { XksProxyUriPath: '/tenant-b/kms/xks/v1' };
    expect(await typeOf({ ...vpc, ...path })).toBe('XksProxyUriEndpointInUseException');
    expect(await typeOf(path)).toBe('XksProxyUriEndpointInUseException');
    expect(await typeOf({ ...vpc, XksProxyUriEndpoint: 'https://two.example.test' })).toBe(
      'XksProxyVpcEndpointServiceInUseException',
    );
  });
});

describe('stores of type AWS_CLOUDHSM', () => {
  const cluster = {
    CustomKeyStoreName: 'hsm',
    CloudHsmClusterId: 'cluster-2a34b5cdefg',
    KeyStorePassword: 'kmsPswd12',
    TrustAnchorCertificate: '-----BEGIN CERTIFICATE-----',
  };
  test.each([
    [{}, 'CloudHsmClusterNotFoundException'],
    [{ KeyStorePassword: null }, 'ValidationException'],
    [{ CloudHsmClusterId: 'cluster-1' }, 'ValidationException'],
    [{ XksProxyUriPath: peerPath }, 'ValidationException'],
  ])('%j: %s', async (more, type) => {
    const reply = await bench.client.call('CreateCustomKeyStore', { ...cluster, ...more });
    expect(reply.type).toBe(type);
    expect(reply.message).not.toContain('kmsPswd12');
  });
});

test('the secret shows nowhere', async () => {
  await create();
  await create({ CustomKeyStoreName: '' });
  const { controlUrl } = bench.kms;
  const shown = [
    await control(controlUrl, 'GET /journal'),
    await control(controlUrl, 'GET /state'),
    await bench.client.must('DescribeCustomKeyStores', {}),
  ];
  const text = JSON.stringify(shown);
  expect(text).toContain('"RawSecretAccessKey":"(secret)"');
  expect(text).not.toContain(peerCredential.RawSecretAccessKey);
});
