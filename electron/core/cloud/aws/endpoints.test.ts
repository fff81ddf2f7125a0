import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type dns from 'node:dns';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { nodeClock } from '../../kernel/node-clock.ts';
import type { ConnectionSpec } from '../cloud.ts';
import { createCloud } from '../create-cloud.ts';
import { connect, type ConnectParts } from './connection.ts';
import { routeOf } from './endpoints.ts';
import { FreshKeys } from './fresh-keys.ts';
import { Pacer } from './pacing.ts';
import { quotasFrom } from './quotas.ts';
import {
  keyId,
  metadata,
  practiceKeys,
  practiceSpec,
  startWire,
  stsErrorXml,
  testPorts,
  type WireServer,
} from './wire-server.fixture.ts';

const realSpec = (more: Partial<ConnectionSpec> = {}): ConnectionSpec => ({
  realm: 'real',
  region: 'eu-west-1',
  credential: practiceKeys,
  patience: { tries: 1, within: 1000 },
  ...more,
});

/** Parts of a connection whose names are resolved to nothing, and the names that were asked for. */
function watched(): { parts: ConnectParts; asked: string[] } {
  const asked: string[] = [];
  const resolve = ((host: string, _options: unknown, done: (cause: Error, list: []) => void) => {
    asked.push(host);
    done(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), []);
  }) as unknown as typeof dns.lookup;
  const parts: ConnectParts = {
    ports: testPorts(),
    pacer: new Pacer(nodeClock, quotasFrom({}), true),
    fresh: new FreshKeys(),
    connectTimeout: 500,
    callTimeout: 500,
    resolve,
    closed: () => undefined,
  };
  return { parts, asked };
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (cause) {
    if (cause instanceof OperationError) return cause.code;
  }
  return 'none';
};

describe('addresses of real connections', () => {
  it.each([
    ['eu-west-1', 'https://kms.eu-west-1.amazonaws.com'],
    ['us-gov-east-1', 'https://kms.us-gov-east-1.amazonaws.com'],
    ['us-gov-west-1', 'https://kms.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'https://kms.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', 'https://kms.eusc-de-east-1.amazonaws.eu'],
  ])('%s is %s, from the SDK data', async (region, url) => {
    const connection = await connect(realSpec({ region }), watched().parts);
    expect(connection.endpoint).toBe(url);
  });

  it('marks every departure from AWS as an exception', async () => {
    const plain = routeOf(realSpec());
    expect(plain.exceptions).toEqual([]);
    expect(plain.tls).toEqual({ kind: 'amazon-roots' });
    expect(routeOf(realSpec({ region: 'us-gov-west-1' })).exceptions).toEqual([]);
    expect(routeOf(realSpec({ region: 'cn-north-1' })).exceptions).toEqual(['public-roots']);
    expect(
      routeOf(
        realSpec({
          endpoint: 'https://kms.gateway.example:8443',
          proxy: 'http://proxy.example:3128',
          tls: { kind: 'custom-ca', caPem: 'x', validateHost: false },
        }),
      ).exceptions,
    ).toEqual(['custom-url', 'custom-ca', 'host-not-validated', 'proxy']);
  });

  it.each([
    ['http://kms.example', 'BAD_INPUT'],
    ['https://user:pw@kms.example', 'BAD_INPUT'],
    ['https://kms.example/path', 'BAD_INPUT'],
    ['kms.example', 'BAD_INPUT'],
    ['https://127.0.0.1:4566', 'REALM_MISMATCH'],
    ['http://localhost:4566', 'REALM_MISMATCH'],
    ['https://[::1]:4566', 'REALM_MISMATCH'],
    ['https://[::ffff:127.0.0.1]', 'REALM_MISMATCH'],
    ['https://practice.localhost', 'REALM_MISMATCH'],
    ['https://0.0.0.0', 'REALM_MISMATCH'],
    ['https://2130706433', 'REALM_MISMATCH'],
  ])('refuses %s for real keys: %s', (endpoint, code) => {
    expect(codeOf(() => routeOf(realSpec({ endpoint })))).toBe(code);
  });

  it.each([
    [null, 'AWS_NOT_PRACTICE'],
    ['https://kms.eu-west-1.amazonaws.com', 'AWS_NOT_PRACTICE'],
    ['http://192.0.2.10:4566', 'AWS_NOT_PRACTICE'],
    ['ftp://127.0.0.1:4566', 'AWS_NOT_PRACTICE'],
    ['https://192.0.2.10:4566', 'AWS_NOT_PRACTICE'],
  ])('refuses %s for practice keys', (endpoint, code) => {
    expect(codeOf(() => routeOf(practiceSpec('', { endpoint })))).toBe(code);
  });

  it.each(['', 'eu-west', 'EU-WEST-1', 'eu-west-1.evil.example', 'aws-global', 'mars-north-1'])(
    'refuses the Region "%s"',
    (region) => {
      expect(codeOf(() => routeOf(realSpec({ region })))).toBe('BAD_INPUT');
    },
  );

  it('refuses a name that leads to this computer, before a byte is sent', async () => {
    const { parts } = watched();
    const local = ((_host: string, _options: unknown, done: (cause: null, list: unknown) => void) =>
      done(null, [{ address: '127.0.0.1', family: 4 }])) as unknown as typeof dns.lookup;
    const connection = await connect(realSpec(), { ...parts, resolve: local });
    const failure = await connection.describeKey(keyId).catch((cause: unknown) => cause);
    expect(failure).toMatchObject({ code: 'REALM_MISMATCH', external: { name: 'REALM_MISMATCH' } });
  });
});

describe('the environment has no say', () => {
  let folder: string;
  let trap: WireServer;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyreeve-env-'));
    trap = await startWire((_, reply) => reply.json({ KeyMetadata: metadata() }));
    writeFileSync(
      join(folder, 'config'),
      `[default]\nregion = us-east-1\nendpoint_url = ${trap.url}\nca_bundle = /nowhere\nuse_fips_endpoint = true\n` +
        `services = traps\n[services traps]\nkms =\n  endpoint_url = ${trap.url}\nsts =\n  endpoint_url = ${trap.url}\n`,
    );
    writeFileSync(
      join(folder, 'credentials'),
      '[default]\naws_access_key_id = AKIAENVIRONMENT00001\naws_secret_access_key = environment-secret\n',
    );
    const settings: Record<string, string> = {
      AWS_ENDPOINT_URL: trap.url,
      AWS_ENDPOINT_URL_KMS: trap.url,
      AWS_ENDPOINT_URL_STS: trap.url,
      AWS_CA_BUNDLE: '/nowhere',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PROFILE: 'default',
      AWS_CONFIG_FILE: join(folder, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
      AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT00001',
      AWS_SECRET_ACCESS_KEY: 'environment-secret',
      AWS_SESSION_TOKEN: 'environment-token',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_USE_DUALSTACK_ENDPOINT: 'true',
      AWS_MAX_ATTEMPTS: '5',
      AWS_RETRY_MODE: 'adaptive',
      AWS_DEFAULTS_MODE: 'auto',
      AWS_SDK_UA_APP_ID: 'environment',
      AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a',
      HTTPS_PROXY: trap.url,
      HTTP_PROXY: trap.url,
      ALL_PROXY: trap.url,
      https_proxy: trap.url,
      http_proxy: trap.url,
      NODE_USE_ENV_PROXY: '1',
    };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await trap.close();
    rmSync(folder, { recursive: true });
  });

  it('real calls go to the address of the Region, and STS too', async () => {
    const { parts, asked } = watched();
    const connection = await connect(realSpec(), parts);
    expect(connection.endpoint).toBe('https://kms.eu-west-1.amazonaws.com');
    await expect(connection.describeKey(keyId)).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' });
    await expect(connection.callerIdentity()).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' });
    expect(asked).toEqual(['kms.eu-west-1.amazonaws.com', 'sts.eu-west-1.amazonaws.com']);
    expect(trap.seen).toEqual([]);
    expect(trap.connections).toBe(0);
  });

  it('practice calls go to the practice KMS, signed with the given key, once each', async () => {
    const wire = await startWire((seen, reply) =>
      seen.operation === 'DescribeKey'
        ? reply.error('KMSInternalException', 'x', 500)
        : reply.xml(stsErrorXml('ServiceUnavailable', 'x'), 503),
    );
    const cloud = createCloud(testPorts());
    const connection = await cloud.connect(
      practiceSpec(wire.url, { patience: { tries: 1, within: 1000 } }),
    );
    await expect(connection.describeKey(keyId)).rejects.toMatchObject({ code: 'AWS_FAILED' });
    await expect(connection.callerIdentity()).rejects.toMatchObject({ code: 'AWS_FAILED' });
    expect(wire.seen.map((seen) => seen.operation)).toEqual(['DescribeKey', 'GetCallerIdentity']);
    for (const { headers } of wire.seen) {
      expect(headers.authorization).toMatch(/Credential=AKIAPRACTICE00000001\/\d{8}\/eu-west-1\//);
      expect(headers['x-amz-security-token']).toBeUndefined();
      expect(headers['user-agent']).not.toContain('environment');
    }
    expect(trap.connections).toBe(0);
    cloud.close();
    await wire.close();
  });
});

describe('the two realms', () => {
  it('proves a practice endpoint before anything signed is sent to it', async () => {
    const wire = await startWire((_, reply) => reply.json({ KeyMetadata: metadata() }));
    wire.proof = null;
    const cloud = createCloud(testPorts());
    const connection = await cloud.connect(practiceSpec(wire.url));
    await expect(connection.describeKey(keyId)).rejects.toMatchObject({ code: 'AWS_NOT_PRACTICE' });
    wire.proof = { practice: 'yes' };
    await expect(connection.describeKey(keyId)).rejects.toMatchObject({ code: 'AWS_NOT_PRACTICE' });
    expect(wire.seen).toEqual([]);
    wire.proof = { practice: true, version: 1 };
    await expect(connection.describeKey(keyId)).resolves.toMatchObject({ keyId });
    wire.mark = false;
    await expect(connection.describeKey(keyId)).rejects.toMatchObject({ code: 'AWS_NOT_PRACTICE' });
    cloud.close();
    await wire.close();
  });

  it('takes an endpoint that cannot be asked for one that was not sent to', async () => {
    const wire = await startWire((_, reply) => reply.json({}));
    await wire.close();
    const cloud = createCloud(testPorts());
    const connection = await cloud.connect(
      practiceSpec(wire.url, { patience: { tries: 1, within: 1 } }),
    );
    const key = {
      spec: 'SYMMETRIC_DEFAULT' as const,
      usage: 'ENCRYPT_DECRYPT' as const,
      description: '',
      marker: 'kr-1-1-aa',
      policy: null,
      tags: [],
    };
    await expect(connection.createExternalKey(key)).rejects.toMatchObject({
      code: 'AWS_UNREACHABLE',
      details: { retry: 'unsent' },
    });
    cloud.close();
  });
});
