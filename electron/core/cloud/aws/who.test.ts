import http from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeClock } from '../../kernel/node-clock.ts';
import type { Cloud, CloudConnection } from '../cloud.ts';
import { createCloud } from '../create-cloud.ts';
import { Transport } from './transport.ts';
import {
  identityXml,
  keyArn,
  keyId,
  metadata,
  practiceSpec,
  startWire,
  stsErrorXml,
  testPorts,
  type WireServer,
} from './wire-server.fixture.ts';

let wire: WireServer;
let cloud: Cloud;
let connection: CloudConnection;
const user = 'arn:aws:iam::123456789012:user/kms-push';

beforeEach(async () => {
  wire = await startWire((_, reply) => reply.xml(identityXml(user)));
  cloud = createCloud(testPorts());
  connection = await cloud.connect(
    practiceSpec(wire.url, { patience: { tries: 1, within: 1000 } }),
  );
});
afterEach(async () => {
  cloud.close();
  await wire.close();
});

it('asks STS who the credential is', async () => {
  const caller = await connection.callerIdentity();
  expect(caller).toMatchObject({
    account: '123456789012',
    principalArn: user,
    userId: 'AIDAEXAMPLE',
  });
  expect(caller.requestId).toMatch(/req-1|sts-1/);
});

it('tells the account from a key ARN where STS is not to be had', async () => {
  wire.script = (seen, reply) =>
    seen.operation === 'ListKeys'
      ? reply.json({ Keys: [{ KeyId: keyId, KeyArn: keyArn }], Truncated: true, NextMarker: 'x' })
      : reply.socket.resetAndDestroy();
  expect(await connection.accountOwner()).toMatchObject({
    account: '123456789012',
    principalArn: null,
    source: 'kms-arn',
  });
  wire.script = (seen, reply) =>
    seen.operation === 'ListKeys'
      ? reply.json({ Keys: [], Truncated: false })
      : reply.socket.resetAndDestroy();
  await expect(connection.accountOwner()).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' });
});

it.each([
  [
    'InvalidClientTokenId',
    'The security token included in the request is invalid.',
    'CREDENTIAL_REJECTED',
  ],
  [
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match',
    'CREDENTIAL_REJECTED',
  ],
  [
    'SignatureDoesNotMatch',
    'Signature expired: 20260105T090000Z is now earlier than …',
    'AWS_CLOCK_SKEW',
  ],
  ['ExpiredToken', 'The security token included in the request is expired', 'CREDENTIAL_REJECTED'],
  ['RegionDisabledException', 'STS is not activated in this region', 'CREDENTIAL_REJECTED'],
])('reports %s (%s) as %s', async (name, message, code) => {
  wire.script = (_, reply) => reply.xml(stsErrorXml(name, message), 403);
  await expect(connection.callerIdentity()).rejects.toMatchObject({
    code,
    external: { name, at: 'GetCallerIdentity', message },
  });
});

it('measures the clock against AWS’s, warns, and refuses beyond five minutes', async () => {
  expect(connection.clockSkew).toBeNull();
  expect(await connection.checkClock()).toMatchObject({ warn: false });
  wire.dateOffset = -120;
  await connection.callerIdentity();
  const clock = await connection.checkClock();
  expect(clock.warn).toBe(true);
  expect(Math.round(clock.skew / 10_000)).toBe(12);
  wire.dateOffset = 600;
  await connection.callerIdentity();
  await expect(connection.checkClock()).rejects.toMatchObject({ code: 'AWS_CLOCK_SKEW' });
});

it('explains a refused signature by the clock when the clock is off', async () => {
  wire.dateOffset = 900;
  wire.script = (_, reply) => reply.error('InvalidSignatureException', 'Signature does not match');
  await expect(connection.describeKey(keyId)).rejects.toMatchObject({
    code: 'AWS_CLOCK_SKEW',
    details: { seconds: expect.any(Number) },
    external: { name: 'InvalidSignatureException' },
  });
});

it('does not follow the other side’s clock silently, and signs by the Clock port', async () => {
  wire.dateOffset = 3600;
  wire.script = (_, reply) => reply.json({ KeyMetadata: metadata() });
  await connection.describeKey(keyId);
  await connection.describeKey(keyId);
  const shifted = testPorts({ clock: { ...nodeClock, now: () => nodeClock.now() + 7200_000 } });
  const ahead = createCloud(shifted);
  const other = await ahead.connect(practiceSpec(wire.url));
  await other.describeKey(keyId);
  const hours = wire.seen.map(({ headers }) => {
    const text = String(headers['x-amz-date']).replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      '$1-$2-$3T$4:$5:$6Z',
    );
    return Math.round((Date.parse(text) - Date.now()) / 3600_000) || 0;
  });
  expect(hours).toEqual([0, 0, 2]);
  ahead.close();
});

it('refuses a practice KMS that answers a connection with real keys', async () => {
  const transport = new Transport({
    clock: nodeClock,
    faults: { reach: () => undefined },
    realm: 'real',
    agents: { of: () => new http.Agent(), destroy: () => undefined },
    connectTimeout: 1000,
    callTimeout: 1000,
    isRepeatable: () => true,
    onSkew: () => undefined,
  });
  const { hostname, port } = new URL(wire.url);
  const request = {
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    method: 'POST',
    headers: { 'x-amz-target': 'TrentService.ListKeys' },
    body: '{}',
  };
  await expect(transport.handle(request)).rejects.toMatchObject({ code: 'REALM_MISMATCH' });
  wire.mark = false;
  await expect(transport.handle(request)).resolves.toMatchObject({ response: { statusCode: 200 } });
});
