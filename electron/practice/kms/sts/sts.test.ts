import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PRACTICE_ACCESS_KEY_ID, PRACTICE_SECRET_ACCESS_KEY } from '../constants.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { control, rawCall, type Tweaks } from '../testing/raw-client.ts';

const ROLE = 'arn:aws:iam::123456789012:role/team/operator';

let kms: PracticeKms;
let sts: STSClient;
beforeAll(async () => {
  kms = await startPracticeKms();
  sts = new STSClient({
    endpoint: kms.url,
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: PRACTICE_ACCESS_KEY_ID,
      secretAccessKey: PRACTICE_SECRET_ACCESS_KEY,
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
    RoleArn: ROLE,
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
  rawCall(kms.url, '', new URLSearchParams(parameters).toString(), {
    service: 'sts',
    contentType: 'application/x-www-form-urlencoded',
    ...tweaks,
  });
const codeOf = (text: string) => /<Code>([^<]+)</.exec(text)?.[1];

test('GetCallerIdentity names root', async () => {
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '123456789012',
    Arn: 'arn:aws:iam::123456789012:root',
    UserId: '123456789012',
  });
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

  test.each([
    ['a foreign account', { RoleArn: 'arn:aws:iam::999999999999:role/x' }, 403, 'AccessDenied'],
    ['no role', { RoleArn: 'arn:aws:iam::123456789012:user/x' }, 400, 'ValidationError'],
    ['a bad session name', { RoleSessionName: 'with space' }, 400, 'ValidationError'],
    ['too short', { DurationSeconds: '899' }, 400, 'ValidationError'],
    ['too long', { DurationSeconds: '43201' }, 400, 'ValidationError'],
  ])('refuses %s', async (_name, more, status, code) => {
    const reply = await query({
      Action: 'AssumeRole',
      RoleArn: ROLE,
      RoleSessionName: 'ok',
      ...more,
    });
    expect([reply.status, codeOf(reply.text)]).toEqual([status, code]);
  });

  test('can be denied', async () => {
    await control(kms.controlUrl, 'POST /deny', { actions: ['sts:AssumeRole'] });
    const reply = await query({ Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'ok' });
    expect(reply.text).toContain(`not authorized to perform: sts:AssumeRole on resource: ${ROLE}`);
  });
});

test.each<[string, Tweaks, number, string]>([
  ['no credential', { patch: { authorization: null } }, 403, 'MissingAuthenticationToken'],
  [
    'a wrong secret',
    { credentials: { accessKeyId: PRACTICE_ACCESS_KEY_ID, secretAccessKey: 'x' } },
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

test('other actions do not exist', async () => {
  const reply = await query({ Action: 'GetSessionToken', Version: '2011-06-15' });
  expect([reply.status, codeOf(reply.text)]).toEqual([400, 'InvalidAction']);
});
