import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { assume } from '../testing/people.fixture.ts';
import { policy, roleArn, rootArn, sessionArn, statement } from '../testing/policies.fixture.ts';
import {
  control,
  practiceCredentials,
  type RawCredentials,
} from '../testing/raw-client.fixture.ts';

const other = { accountId: '210987654321', accessKeyId: 'OTHERKEY', secretAccessKey: 's3cret' };

let kms: PracticeKms;
let client: ByokClient;
let role: RawCredentials;
beforeAll(async () => {
  kms = await startPracticeKms({ accounts: [other] });
  client = byokClient(kms.url);
  const name = { RoleSessionName: 'tester' };
  role = await assume(kms.url, practiceCredentials, roleArn, name);
});
afterAll(() => kms.close());

const put = (KeyId: string, text: string, more: object = {}) =>
  client.call('PutKeyPolicy', { KeyId, Policy: text, ...more });

test('what names the very session is not cut by the policy of the session', async () => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'kms:ListKeys', Resource: '*' },
  });
  const cut = await assume(kms.url, practiceCredentials, roleArn, {
    RoleSessionName: 'tester',
    Policy,
  });
  const KeyId = await client.createKey();
  const mine = statement('Allow', { AWS: rootArn }, ['kms:PutKeyPolicy', 'kms:CreateGrant']);
  const describedAfter = async (...statements: object[]) => {
    expect((await put(KeyId, policy(mine, ...statements))).status).toBe(200);
    const reply = await client.call('DescribeKey', { KeyId }, { credentials: cut });
    return reply.type ?? reply.status;
  };
  expect(await describedAfter(statement('Allow', { AWS: roleArn }))).toBe('AccessDeniedException');
  expect(await describedAfter(statement('Allow', '*'))).toBe('AccessDeniedException');
  const named = statement('Allow', { AWS: sessionArn });
  expect(await describedAfter(named)).toBe(200);
  expect(await describedAfter(named, statement('Deny', { AWS: roleArn }))).toBe(
    'AccessDeniedException',
  );
});

describe('key policies', () => {
  test.each([
    ['root only, so the account decides', [statement('Allow', { AWS: rootArn })], true],
    ['the account by its id', [statement('Allow', { AWS: '123456789012' })], true],
    ['everybody', [statement('Allow', '*')], true],
    [
      'an explicit deny',
      [statement('Allow', { AWS: rootArn }), statement('Deny', { AWS: roleArn }, 'kms:Describe*')],
      false,
    ],
    ['actions by pattern', [statement('Allow', { AWS: roleArn }, ['kms:Desc?ibe*'])], true],
    ['another action', [statement('Allow', { AWS: roleArn }, 'kms:Encrypt')], false],
    [
      'all but an action',
      [{ ...statement('Allow', { AWS: roleArn }), Action: undefined, NotAction: 'kms:Encrypt' }],
      true,
    ],
    [
      'a condition that holds',
      [
        statement('Allow', { AWS: roleArn }, 'kms:*', {
          Condition: {
            StringEquals: { 'kms:CallerAccount': '123456789012', 'kms:KeyOrigin': ['EXTERNAL'] },
          },
        }),
      ],
      true,
    ],
    [
      'a condition that fails',
      [
        statement('Allow', { AWS: roleArn }, 'kms:*', {
          Condition: { StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
        }),
      ],
      false,
    ],
    [
      'a Deny of whatever does not come by way of a service',
      [
        statement('Allow', { AWS: roleArn }, 'kms:*'),
        statement('Deny', { AWS: roleArn }, 'kms:*', {
          Condition: { StringNotEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
        }),
      ],
      false,
    ],
    [
      'a Deny of what comes by way of any service',
      [
        statement('Allow', { AWS: roleArn }, 'kms:*'),
        statement('Deny', { AWS: roleArn }, 'kms:*', {
          Condition: { StringLike: { 'kms:ViaService': '*' } },
        }),
      ],
      true,
    ],
    [
      'an address inside a range',
      [
        statement('Allow', { AWS: roleArn }, 'kms:*', {
          Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
        }),
      ],
      true,
    ],
    [
      'an address inside a range that is denied',
      [
        statement('Allow', { AWS: roleArn }),
        statement('Deny', '*', 'kms:*', {
          Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
        }),
      ],
      false,
    ],
    [
      'a deny for all but the role',
      [
        statement('Allow', { AWS: rootArn }),
        {
          Effect: 'Deny',
          NotPrincipal: { AWS: [rootArn, roleArn, sessionArn] },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
      true,
    ],
  ])('%s', async (_name, statements, allowed) => {
    const keyId = await client.createKey();
    const bypass = { BypassPolicyLockoutSafetyCheck: true };
    expect((await put(keyId, policy(...statements), bypass)).status).toBe(200);
    const reply = await client.call('DescribeKey', { KeyId: keyId }, { credentials: role });
    expect(reply.type).toBe(allowed ? undefined : 'AccessDeniedException');
    if (!allowed)
      expect(reply.message).toContain(
        'User: arn:aws:sts::123456789012:assumed-role/reader/tester is not',
      );
  });

  test('another account needs the key policy, and never reaches what AWS keeps at home', async () => {
    const keyId = await client.createKey();
    const { Arn: arn } = await client.metadata(keyId);
    const asOther = { credentials: other };
    const before = await client.call('DescribeKey', { KeyId: arn }, asOther);
    expect(before.type).toBe('AccessDeniedException');
    const shared = policy(
      statement('Allow', { AWS: rootArn }),
      statement('Allow', { AWS: 'arn:aws:iam::210987654321:root' }),
    );
    await put(keyId, shared);
    expect((await client.call('DescribeKey', { KeyId: arn }, asOther)).status).toBe(200);
    const policyRead = await client.call('GetKeyPolicy', { KeyId: arn }, asOther);
    expect(policyRead.type).toBe('AccessDeniedException');
  });
});

describe('rehearsed refusals', () => {
  test('name action and resource, count down, and change nothing', async () => {
    const [a, b] = [await client.createKey(), await client.createKey()];
    const { Arn: arn } = await client.metadata(b);
    await client.must('CreateAlias', { AliasName: 'alias/denied', TargetKeyId: a });
    await control(kms.controlUrl, 'POST /deny', { actions: ['kms:UpdateAlias'], times: 2 });
    const outcomes = [];
    for (let round = 0; round < 3; round += 1) {
      const reply = await client.call('UpdateAlias', { AliasName: 'alias/denied', TargetKeyId: b });
      outcomes.push(reply.message ?? reply.status);
    }
    const text = `User: ${rootArn} is not authorized to perform: kms:UpdateAlias on resource: ${arn as string} because no identity-based policy allows the kms:UpdateAlias action`;
    expect(outcomes).toEqual([text, text, 200]);
  });

  test('hold for account-wide actions until they are taken back', async () => {
    await control(kms.controlUrl, 'POST /deny', { actions: ['kms:CreateKey', 'kms:ListKeys'] });
    for (const operation of ['CreateKey', 'ListKeys']) {
      const reply = await client.call(operation, {});
      expect(reply.message).toContain(`perform: kms:${operation} on resource: *`);
    }
    await control(kms.controlUrl, 'DELETE /deny');
    expect((await client.call('ListKeys', {})).status).toBe(200);
  });
});
