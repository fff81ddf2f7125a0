import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totpAt } from '../principals/totp.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import {
  ownAccount,
  allowing,
  assume,
  element,
  keyOf,
  otherAccount,
  stsCall,
  trusting,
  user,
  userArn,
  writeDown,
} from '../testing/people.fixture.ts';
import { practiceCredentials, rawCall } from '../testing/raw-client.fixture.ts';

const mfaSeed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const app = `arn:aws:iam::${ownAccount}:mfa/app`;
const card = 'GAHT12345678';
const roleArn = (name: string) => `arn:aws:iam::${ownAccount}:role/${name}`;
const mayAssume = { assume: allowing('sts:AssumeRole') };
const withMfa = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } };
const withId = { Condition: { StringEquals: { 'sts:ExternalId': 'contract-7' } } };
const account = (id: string) => `arn:aws:iam::${id}:root`;

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms();
  await writeDown(
    kms.controlUrl,
    {
      accountId: ownAccount,
      users: [
        user('custodian', {
          policies: mayAssume,
          mfaDevices: [
            { serialNumber: app, seed: mfaSeed },
            { serialNumber: card, code: '424242' },
          ],
        }),
        user('guest'),
      ],
      roles: [
        {
          name: 'by-name',
          trust: trusting(userArn('guest')),
          policies: { all: allowing('kms:*') },
        },
        { name: 'by-account', trust: trusting(account(ownAccount)), maxSessionSeconds: 7200 },
        { name: 'with-mfa', trust: trusting(account(ownAccount), withMfa) },
        { name: 'with-id', trust: trusting(account(otherAccount), withId) },
        { name: 'for-strangers', trust: trusting(userArn('stranger', otherAccount)) },
        { name: 'chained', path: '/ops/', trust: trusting(roleArn('by-name')) },
        { name: 'chain-end', trust: trusting(roleArn('ops/chained')), maxSessionSeconds: 7200 },
      ],
    },
    {
      accountId: otherAccount,
      users: [user('stranger', { policies: mayAssume }), user('outsider')],
    },
  );
});
afterAll(() => kms.close());

const outcome = async (
  who: string,
  role: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const wish = { Action: 'AssumeRole', RoleArn: roleArn(role), RoleSessionName: 'shift', ...more };
  const reply = await stsCall(kms.url, keyOf(who), wish);
  return reply.status === 200
    ? element(reply, 'Arn')
    : `${element(reply, 'Code')}: ${element(reply, 'Message')}`;
};
const session = (role: string) => `arn:aws:sts::${ownAccount}:assumed-role/${role}/shift`;
const refusal = (who: string, role: string, id = ownAccount) =>
  `AccessDenied: User: ${userArn(who, id)} is not authorized to perform: sts:AssumeRole on resource: ${roleArn(role)}`;

describe('who may take on a role', () => {
  test('whom its trust policy names, without a policy of its own', async () => {
    expect(await outcome('guest', 'by-name')).toBe(session('by-name'));
    expect(await outcome('custodian', 'by-name')).toBe(refusal('custodian', 'by-name'));
  });

  test('whose account it names, with a policy of its own', async () => {
    expect(await outcome('custodian', 'by-account')).toBe(session('by-account'));
    expect(await outcome('guest', 'by-account')).toBe(refusal('guest', 'by-account'));
  });

  test('from another account only with both', async () => {
    expect(await outcome('stranger', 'for-strangers')).toBe(session('for-strangers'));
    expect(await outcome('outsider', 'for-strangers')).toBe(
      refusal('outsider', 'for-strangers', otherAccount),
    );
    expect(await outcome('stranger', 'by-account')).toBe(
      refusal('stranger', 'by-account', otherAccount),
    );
  });

  test('not root, and nobody a role that does not exist', async () => {
    const wish = { Action: 'AssumeRole', RoleArn: roleArn('by-name'), RoleSessionName: 'shift' };
    const asRoot = await stsCall(kms.url, practiceCredentials, wish);
    expect([asRoot.status, element(asRoot, 'Message')]).toEqual([
      403,
      'Roles may not be assumed by root accounts.',
    ]);
    expect(await outcome('custodian', 'nobody')).toBe(refusal('custodian', 'nobody'));
  });

  test('with the external id that the trust policy wants', async () => {
    const denied = refusal('stranger', 'with-id', otherAccount);
    expect(await outcome('stranger', 'with-id')).toBe(denied);
    expect(await outcome('stranger', 'with-id', { ExternalId: 'contract-8' })).toBe(denied);
    const right = { ExternalId: 'contract-7' };
    expect(await outcome('stranger', 'with-id', right)).toBe(session('with-id'));
    expect(await outcome('stranger', 'with-id', { ExternalId: 'x y' })).toMatch(
      /^ValidationError: .*'externalId'/,
    );
  });
});

describe('multi-factor authentication', () => {
  const failed = 'AccessDenied: MultiFactorAuthentication failed';
  test.each([
    ['no device', {}, refusal('custodian', 'with-mfa')],
    [
      'a serial number alone',
      { SerialNumber: card },
      `${failed}, must provide both MFA serial number and one time pass code.`,
    ],
    [
      'a code alone',
      { TokenCode: '424242' },
      `${failed}, must provide both MFA serial number and one time pass code.`,
    ],
    [
      'a device of nobody',
      { SerialNumber: 'GAHT00000000', TokenCode: '424242' },
      `${failed}, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.`,
    ],
    [
      'a wrong code',
      { SerialNumber: card, TokenCode: '424243' },
      `${failed} with invalid MFA one time pass code.`,
    ],
    ['the right code', { SerialNumber: card, TokenCode: '424242' }, session('with-mfa')],
    ['the same again', { SerialNumber: card, TokenCode: '424242' }, session('with-mfa')],
  ])('%s', async (_name, claim, result) => {
    expect(await outcome('custodian', 'with-mfa', claim)).toBe(result);
  });

  test('an authenticator app by real time, each code once', async () => {
    const seed = Buffer.from('12345678901234567890');
    const claim = { SerialNumber: app, TokenCode: totpAt(seed, Date.now()) };
    expect(await outcome('custodian', 'with-mfa', claim)).toBe(session('with-mfa'));
    expect(await outcome('custodian', 'with-mfa', claim)).toMatch(/invalid MFA one time pass code/);
  });
});

describe('how long a session may be', () => {
  test.each([
    ['custodian', 'by-account', '7200', session('by-account')],
    [
      'custodian',
      'by-account',
      '7201',
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ],
    [
      'guest',
      'by-name',
      '3601',
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ],
  ])('%s, %s, %s seconds', async (who, role, DurationSeconds, result) => {
    expect(await outcome(who, role, { DurationSeconds })).toBe(result);
  });

  test('a role takes on another for an hour at most', async () => {
    const first = await assume(kms.url, keyOf('guest'), roleArn('by-name'));
    const second = await assume(kms.url, first, roleArn('ops/chained'));
    await expect(
      assume(kms.url, second, roleArn('chain-end'), { DurationSeconds: '7200' }),
    ).rejects.toThrow('1 hour session limit for roles assumed by role chaining');
    await assume(kms.url, second, roleArn('chain-end'));
  });
});

describe('what a session may do', () => {
  test('what the role may, as long as the role may', async () => {
    const credentials = await assume(kms.url, keyOf('guest'), roleArn('by-name'));
    expect((await rawCall(kms.url, 'ListKeys', {}, { credentials })).status).toBe(200);
    const other = await assume(kms.url, keyOf('custodian'), roleArn('by-account'));
    const reply = await rawCall(kms.url, 'ListKeys', {}, { credentials: other });
    expect(reply.message).toBe(
      `User: arn:aws:sts::${ownAccount}:assumed-role/by-account/night-shift is not authorized to perform: kms:ListKeys on resource: * because no identity-based policy allows the kms:ListKeys action`,
    );
  });

  test('no more than the policy that AssumeRole was given', async () => {
    const Policy = JSON.stringify(allowing('kms:ListKeys'));
    const credentials = await assume(kms.url, keyOf('guest'), roleArn('by-name'), { Policy });
    expect((await rawCall(kms.url, 'ListKeys', {}, { credentials })).status).toBe(200);
    const reply = await rawCall(kms.url, 'CreateKey', {}, { credentials });
    expect(reply.message).toContain('because no session policy allows the kms:CreateKey action');
  });

  test.each([
    ['{', 'MalformedPolicyDocument'],
    ['{"Statement":[{"Effect":"Allow"}]}', 'MalformedPolicyDocument'],
    ['x'.repeat(2049), 'ValidationError'],
  ])('a policy that is none: %s', async (Policy, code) => {
    expect(await outcome('guest', 'by-name', { Policy })).toMatch(new RegExp(`^${code}: `));
  });

  test('parameters that nobody would look at are refused', async () => {
    expect(await outcome('guest', 'by-name', { SourceIdentity: 'me' })).toBe(
      'ValidationError: The practice KMS does not know the parameter SourceIdentity.',
    );
  });
});

test('GetCallerIdentity names users with their own ids', async () => {
  const reply = await stsCall(kms.url, keyOf('guest'), { Action: 'GetCallerIdentity' });
  expect(element(reply, 'Arn')).toBe(userArn('guest'));
  expect(element(reply, 'UserId')).toMatch(/^AIDA[A-Z2-7]{17}$/);
  expect(element(reply, 'Account')).toBe(ownAccount);
});
