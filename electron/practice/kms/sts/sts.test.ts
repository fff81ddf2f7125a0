import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { practiceAccessKeyId, practiceSecretAccessKey } from '../constants.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { control, rawCall, type Tweaks } from '../testing/raw-client.fixture.ts';

const operatorRole = 'arn:aws:iam::123456789012:role/team/operator';

let kms: PracticeKms;
let sts: STSClient;
beforeAll(async () => {
  kms = await startPracticeKms();
  sts = new STSClient({
    endpoint: kms.url,
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: practiceAccessKeyId,
      secretAccessKey: practiceSecretAccessKey,
    },
  });
});
beforeEach(() => control(kms.controlUrl, 'POST /reset'));
afterAll(async () => {
  sts.destroy();
  await kms.close();
});

const assume = async (DurationSeconds?: number) => {
  const wish = {
    RoleArn: operatorRole,
    RoleSessionName: 'night-shift',
    ...(DurationSeconds && { DurationSeconds }),
  };
  const { Credentials: given, AssumedRoleUser: user } = await sts.send(new AssumeRoleCommand(wish));
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
  return { user, credentials, expiration: given?.Expiration };
};

const query = (parameters: Record<string, string>, tweaks: Tweaks = {}) =>
  rawCall(kms.url, '', new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString(), {
    service: 'sts',
    contentType: 'application/x-www-form-urlencoded',
    ...tweaks,
  });
const codeOf = (text: string) => /<Code>([^<]+)</.exec(text)?.[1];
const messageOf = (text: string) => /<Message>([^<]*)</.exec(text)?.[1];
const assumeRequest = { Action: 'AssumeRole', RoleArn: operatorRole, RoleSessionName: 'ok' };

test('GetCallerIdentity names root', async () => {
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '123456789012',
    Arn: 'arn:aws:iam::123456789012:root',
    UserId: '123456789012',
  });
});

test('a signed GET with the parameters in its address does as well', async () => {
  const get = (query: string, more: Tweaks = {}) =>
    rawCall(kms.url, '', '', { service: 'sts', method: 'GET', query, ...more });
  const asked = 'Action=GetCallerIdentity&Version=2011-06-15';
  const who = await get(asked);
  expect(who.text).toContain('<Arn>arn:aws:iam::123456789012:root</Arn>');
  const role = encodeURIComponent(operatorRole);
  const given = await get(
    `Action=AssumeRole&RoleArn=${role}&RoleSessionName=ok&Version=2011-06-15`,
  );
  expect(given.text).toContain('assumed-role/operator/ok</Arn>');
  const altered = await get(asked, { patch: { 'x-amz-date': '20200101T000000Z' } });
  expect([altered.status, codeOf(altered.text)]).toEqual([403, 'SignatureDoesNotMatch']);
  const unsigned = await get(asked, { patch: { authorization: null } });
  expect(unsigned.type).toBe('UnknownOperationException');
});

test('a parameter that is there twice is refused: the journal would show one, and the other act', async () => {
  const [one, two] = ['one', 'two'].map(
    (name) => `RoleArn=${encodeURIComponent(operatorRole + name)}`,
  );
  const form = `Action=AssumeRole&Version=2011-06-15&RoleSessionName=ok&${one}&${two}`;
  const more = { service: 'sts', contentType: 'application/x-www-form-urlencoded' };
  const reply = await rawCall(kms.url, '', form, more);
  expect([reply.status, codeOf(reply.text)]).toEqual([400, 'MalformedInput']);
});

describe('AssumeRole', () => {
  test('gives credentials that STS and KMS know', async () => {
    const { user, credentials } = await assume();
    const arn = 'arn:aws:sts::123456789012:assumed-role/operator/night-shift';
    expect(user).toMatchObject({ Arn: arn });
    const who = await query(
      { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      { credentials },
    );
    expect(who.text).toContain(`<Arn>${arn}</Arn>`);
    expect(who.headers['content-type']).toBe('text/xml');
    expect((await rawCall(kms.url, 'CreateKey', {}, { credentials })).status).toBe(200);
  });

  test('its credentials are nothing without their own token', async () => {
    const [one, two] = [(await assume()).credentials, (await assume()).credentials];
    const { sessionToken: _token, ...bare } = one;
    const mixed = { ...one, sessionToken: two.sessionToken };
    const invented = { ...one, sessionToken: Buffer.from('x'.repeat(64)).toString('base64') };
    for (const credentials of [bare, mixed, invented]) {
      const reply = await rawCall(kms.url, 'ListKeys', {}, { credentials });
      expect(reply.type).toBe('UnrecognizedClientException');
    }
    const wrong = { ...one, secretAccessKey: 'wrong' };
    expect((await rawCall(kms.url, 'ListKeys', {}, { credentials: wrong })).type).toBe(
      'InvalidSignatureException',
    );
  });

  test('sessions end by the practice clock', async () => {
    const { credentials } = await assume(900);
    expect((await rawCall(kms.url, 'ListKeys', {}, { credentials })).status).toBe(200);
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 901 });
    expect((await rawCall(kms.url, 'ListKeys', {}, { credentials })).type).toBe(
      'ExpiredTokenException',
    );
    const identity = await query({ Action: 'GetCallerIdentity' }, { credentials });
    expect([identity.status, codeOf(identity.text)]).toEqual([403, 'ExpiredToken']);
  });

  const must = (shown: string, path: string, rule: string) =>
    `1 validation error detected: Value${shown} at '${path}' failed to satisfy constraint: Member must ${rule}`;
  const atLeast = (count: number) => `have length greater than or equal to ${count}`;
  const atMost = (count: number) => `have length less than or equal to ${count}`;
  const noRole = 'arn:aws:iam::123456789012:user/x';
  /** The constraints of STS's own model. */
  test.each<readonly [string, Record<string, string>, string]>([
    [
      'no role',
      { RoleArn: 'arn:aws:iam::1:r' },
      must(" 'arn:aws:iam::1:r'", 'roleArn', atLeast(20)),
    ],
    ['the ARN of something else', { RoleArn: noRole }, `${noRole} is invalid`],
    ['a name of one', { RoleSessionName: 'x' }, must(" 'x'", 'roleSessionName', atLeast(2))],
    [
      'a name of 65',
      { RoleSessionName: 'x'.repeat(65) },
      must(` '${'x'.repeat(65)}'`, 'roleSessionName', atMost(64)),
    ],
    [
      'a name with a space',
      { RoleSessionName: 'a b' },
      must(
        " 'a b'",
        'roleSessionName',
        String.raw`satisfy regular expression pattern: [\w+=,.@-]*`,
      ),
    ],
    [
      'too short',
      { DurationSeconds: '899' },
      must(" '899'", 'durationSeconds', 'have value greater than or equal to 900'),
    ],
    [
      'too long',
      { DurationSeconds: '43201' },
      must(" '43201'", 'durationSeconds', 'have value less than or equal to 43200'),
    ],
    ['an external id of one', { ExternalId: 'x' }, must(" 'x'", 'externalId', atLeast(2))],
    [
      'a serial number of eight',
      { SerialNumber: 'GAHT1234', TokenCode: '123456' },
      must(" 'GAHT1234'", 'serialNumber', atLeast(9)),
    ],
    [
      'a code of five, which is not repeated',
      { SerialNumber: 'GAHT12345678', TokenCode: '12345' },
      must('', 'tokenCode', atLeast(6)),
    ],
    [
      'a code of letters',
      { SerialNumber: 'GAHT12345678', TokenCode: 'abcdef' },
      must('', 'tokenCode', String.raw`satisfy regular expression pattern: [\d]*`),
    ],
    [
      'a policy of other characters',
      { Policy: '\u2603' },
      must(
        " '\u2603'",
        'policy',
        String.raw`satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+`,
      ),
    ],
  ])('refuses %s', async (_name, more, message) => {
    const reply = await query({ ...assumeRequest, ...more });
    expect([reply.status, codeOf(reply.text)]).toEqual([400, 'ValidationError']);
    expect(messageOf(reply.text)).toBe(message);
  });

  test('names all that is missing or wrong at once', async () => {
    const reply = await query({ Action: 'AssumeRole', DurationSeconds: '1' });
    expect(messageOf(reply.text)).toMatch(
      /^3 validation errors detected: Value null at 'roleArn' .*; Value null at 'roleSessionName' .*; Value '1' at 'durationSeconds' /,
    );
  });

  test('refuses a length that is no number, and a foreign account', async () => {
    const length = await query({ ...assumeRequest, DurationSeconds: 'long' });
    expect([length.status, codeOf(length.text)]).toEqual([400, 'MalformedInput']);
    const foreign = await query({ ...assumeRequest, RoleArn: 'arn:aws:iam::999999999999:role/x' });
    expect([foreign.status, codeOf(foreign.text)]).toEqual([403, 'AccessDenied']);
  });

  test('says how much of its room a session policy takes, and only then', async () => {
    const Policy = `{"Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}}`;
    const reply = await query({ ...assumeRequest, Policy });
    expect(reply.text).toContain('<PackedPolicySize>4</PackedPolicySize>');
    expect((await query(assumeRequest)).text).not.toContain('PackedPolicySize');
  });

  test('can be denied', async () => {
    await control(kms.controlUrl, 'POST /deny', { actions: ['sts:AssumeRole'] });
    const reply = await query(assumeRequest);
    expect(reply.text).toContain(
      `not authorized to perform: sts:AssumeRole on resource: ${operatorRole}`,
    );
  });
});

test.each<[string, Tweaks, number, string]>([
  ['no credential', { patch: { authorization: null } }, 403, 'MissingAuthenticationToken'],
  [
    'a wrong secret',
    { credentials: { accessKeyId: practiceAccessKeyId, secretAccessKey: 'x' } },
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'an unknown key',
    { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } },
    403,
    'InvalidClientTokenId',
  ],
  ['a signature for KMS', { service: 'kms' }, 403, 'SignatureDoesNotMatch'],
])('%s', async (_name, tweaks, status, code) => {
  const reply = await query({ Action: 'GetCallerIdentity' }, tweaks);
  expect([reply.status, codeOf(reply.text)]).toEqual([status, code]);
});

test.each<readonly [string, Record<string, string>, string]>([
  [
    'another action',
    { Action: 'GetSessionToken' },
    'Could not find operation GetSessionToken for version 2011-06-15',
  ],
  [
    'another version',
    { Action: 'GetCallerIdentity', Version: '2010-05-08' },
    'Could not find operation GetCallerIdentity for version 2010-05-08',
  ],
  [
    'no version',
    { Action: 'GetCallerIdentity', Version: '' },
    'Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED',
  ],
])('%s does not exist', async (_name, parameters, message) => {
  const reply = await query(parameters);
  expect([reply.status, codeOf(reply.text), messageOf(reply.text)]).toEqual([
    400,
    'InvalidAction',
    message,
  ]);
});

test('a fault that is its own is none of the sender', async () => {
  await control(kms.controlUrl, 'POST /mischief', {
    operations: { 'sts:GetCallerIdentity': { http500: 1 } },
  });
  const reply = await query({ Action: 'GetCallerIdentity' });
  expect([reply.status, codeOf(reply.text)]).toEqual([500, 'InternalFailure']);
  expect(reply.text).toContain('<Type>Receiver</Type>');
});
