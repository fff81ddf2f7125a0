import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.ts';
import { control, rawCall, type RawCredentials } from '../testing/raw-client.ts';

const OTHER = { accountId: '210987654321', accessKeyId: 'OTHERKEY', secretAccessKey: 's3cret' };
const ROOT = 'arn:aws:iam::123456789012:root';
const ROLE = 'arn:aws:iam::123456789012:role/app/reader';

const SESSION = 'arn:aws:sts::123456789012:assumed-role/reader/tester';

let kms: PracticeKms;
let client: ByokClient;
let role: RawCredentials;
beforeAll(async () => {
  kms = await startPracticeKms({ accounts: [OTHER] });
  client = byokClient(kms.url);
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    RoleArn: ROLE,
    RoleSessionName: 'tester',
  });
  const reply = await rawCall(kms.url, '', body.toString(), {
    service: 'sts',
    contentType: 'application/x-www-form-urlencoded',
  });
  const pick = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(reply.text)?.[1] ?? '';
  role = {
    accessKeyId: pick('AccessKeyId'),
    secretAccessKey: pick('SecretAccessKey'),
    sessionToken: pick('SessionToken'),
  };
});
afterAll(() => kms.close());

const statement = (
  Effect: string,
  principal: unknown,
  Action: unknown = 'kms:*',
  more: object = {},
) => ({
  Effect,
  Principal: principal,
  Action,
  Resource: '*',
  ...more,
});
const policy = (...Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const put = (KeyId: string, text: string, more: object = {}) =>
  client.call('PutKeyPolicy', { KeyId, Policy: text, ...more });

describe('key policies', () => {
  test('the default one gives the account its say, in the layout of AWS', async () => {
    const keyId = await client.createKey();
    const reply = await client.must('GetKeyPolicy', { KeyId: keyId });
    expect(reply['PolicyName']).toBe('default');
    expect(reply['Policy']).toBe(
      `{\n  "Version" : "2012-10-17",\n  "Id" : "key-default-1",\n  "Statement" : [ {\n    "Sid" : "Enable IAM User Permissions",\n    "Effect" : "Allow",\n    "Principal" : {\n      "AWS" : "${ROOT}"\n    },\n    "Action" : "kms:*",\n    "Resource" : "*"\n  } ]\n}`,
    );
    expect(await client.must('ListKeyPolicies', { KeyId: keyId })).toEqual({
      PolicyNames: ['default'],
      Truncated: false,
    });
  });

  test('come back as the same JSON, re-spaced', async () => {
    const keyId = await client.createKey();
    const text = policy(
      statement('Allow', { AWS: [ROOT, ROLE] }),
      statement('Deny', '*', ['kms:Sign'], {
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    expect((await put(keyId, text)).text).toBe('');
    const back = (await client.must('GetKeyPolicy', { KeyId: keyId }))['Policy'] as string;
    expect(back).not.toBe(text);
    expect(JSON.parse(back)).toEqual(JSON.parse(text));
  });

  test.each([
    ['no JSON', '{', 'MalformedPolicyDocumentException'],
    ['not an object', '[]', 'MalformedPolicyDocumentException'],
    ['no statement', '{"Version":"2012-10-17"}', 'MalformedPolicyDocumentException'],
    [
      'no principal',
      JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }),
      'MalformedPolicyDocumentException',
    ],
    [
      'no such principal',
      policy(statement('Allow', { AWS: 'arn:aws:iam::1:root' })),
      'MalformedPolicyDocumentException',
    ],
    [
      'a third effect',
      policy(statement('Perhaps', { AWS: ROOT })),
      'MalformedPolicyDocumentException',
    ],
    [
      'an operator that IAM does not have',
      policy(statement('Allow', { AWS: ROOT }, 'kms:*', { Condition: { Sounds: { a: 'b' } } })),
      'MalformedPolicyDocumentException',
    ],
    [
      'a set operator on a single value',
      policy(
        statement('Allow', { AWS: ROOT }, 'kms:*', {
          Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContext:a': 'b' } },
        }),
      ),
      'MalformedPolicyDocumentException',
    ],
    [
      'the caller locked out',
      policy(statement('Allow', { AWS: ROLE })),
      'MalformedPolicyDocumentException',
    ],
    [
      'the caller denied',
      policy(statement('Allow', { AWS: ROOT }), statement('Deny', '*', 'kms:PutKeyPolicy')),
      'MalformedPolicyDocumentException',
    ],
    [
      '32769 bytes',
      policy(statement('Allow', { AWS: ROOT })).padEnd(32_769),
      'LimitExceededException',
    ],
    ['131073 characters', ' '.repeat(131_073), 'ValidationException'],
  ])('%s is refused and changes nothing', async (_name, text, type) => {
    const keyId = await client.createKey();
    const before = await client.must('GetKeyPolicy', { KeyId: keyId });
    expect((await put(keyId, text)).type).toBe(type);
    expect((await client.call('CreateKey', { Policy: text })).type).toBe(type);
    expect(await client.must('GetKeyPolicy', { KeyId: keyId })).toEqual(before);
  });

  test('32768 bytes fit', async () => {
    const text = policy(statement('Allow', { AWS: ROOT })).padEnd(32_768);
    expect((await put(await client.createKey(), text)).status).toBe(200);
  });

  test('only the name default exists', async () => {
    const keyId = await client.createKey();
    const get = await client.call('GetKeyPolicy', { KeyId: keyId, PolicyName: 'mine' });
    expect(get.type).toBe('NotFoundException');
    const text = policy(statement('Allow', { AWS: ROOT }));
    expect((await put(keyId, text, { PolicyName: 'mine' })).type).toBe(
      'UnsupportedOperationException',
    );
  });

  test('with the check bypassed, root can lock itself out, and AWS would say so like this', async () => {
    const keyId = await client.createKey();
    const { Arn: arn } = await client.metadata(keyId);
    const bypass = { BypassPolicyLockoutSafetyCheck: true };
    expect((await put(keyId, policy(statement('Allow', { AWS: ROLE })), bypass)).status).toBe(200);
    const refused = await client.call('DescribeKey', { KeyId: keyId });
    expect([refused.status, refused.type, refused.message]).toEqual([
      400,
      'AccessDeniedException',
      `User: ${ROOT} is not authorized to perform: kms:DescribeKey on resource: ${arn as string} because no resource-based policy allows the kms:DescribeKey action`,
    ]);
    const asRole = await client.call('DescribeKey', { KeyId: keyId }, { credentials: role });
    expect(asRole.status).toBe(200);
  });

  test.each([
    ['root only, so the account decides', [statement('Allow', { AWS: ROOT })], true],
    ['the account by its id', [statement('Allow', { AWS: '123456789012' })], true],
    ['everybody', [statement('Allow', '*')], true],
    [
      'an explicit deny',
      [statement('Allow', { AWS: ROOT }), statement('Deny', { AWS: ROLE }, 'kms:Describe*')],
      false,
    ],
    ['actions by pattern', [statement('Allow', { AWS: ROLE }, ['kms:Desc?ibe*'])], true],
    ['another action', [statement('Allow', { AWS: ROLE }, 'kms:Encrypt')], false],
    [
      'all but an action',
      [{ ...statement('Allow', { AWS: ROLE }), Action: undefined, NotAction: 'kms:Encrypt' }],
      true,
    ],
    [
      'a condition that holds',
      [
        statement('Allow', { AWS: ROLE }, 'kms:*', {
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
        statement('Allow', { AWS: ROLE }, 'kms:*', {
          Condition: { StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
        }),
      ],
      false,
    ],
    [
      'an address inside a range',
      [
        statement('Allow', { AWS: ROLE }, 'kms:*', {
          Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
        }),
      ],
      true,
    ],
    [
      'an address inside a range that is denied',
      [
        statement('Allow', { AWS: ROLE }),
        statement('Deny', '*', 'kms:*', {
          Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
        }),
      ],
      false,
    ],
    [
      'a deny for all but the role',
      [
        statement('Allow', { AWS: ROOT }),
        {
          Effect: 'Deny',
          NotPrincipal: { AWS: [ROOT, ROLE, SESSION] },
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
    const asOther = { credentials: OTHER };
    const before = await client.call('DescribeKey', { KeyId: arn }, asOther);
    expect(before.type).toBe('AccessDeniedException');
    const shared = policy(
      statement('Allow', { AWS: ROOT }),
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
    const text = `User: ${ROOT} is not authorized to perform: kms:UpdateAlias on resource: ${arn as string} because no identity-based policy allows the kms:UpdateAlias action`;
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

describe('grants', () => {
  const grant = (KeyId: string, more: object = {}) =>
    client.call('CreateGrant', {
      KeyId,
      GranteePrincipal: ROLE,
      Operations: ['Encrypt', 'DescribeKey'],
      ...more,
    });

  test('let in whom the key policy does not', async () => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    await put(keyId, policy(statement('Allow', { AWS: ROOT })), {});
    const rootOnly = policy(
      statement('Allow', { AWS: ROOT }, 'kms:*', {
        Condition: { ArnEquals: { 'aws:PrincipalArn': ROOT } },
      }),
    );
    await put(keyId, rootOnly);
    const context = { department: 'pay' };
    const asRole = (EncryptionContext: object) =>
      client.call(
        'Encrypt',
        { KeyId: keyId, Plaintext: 'AQI=', EncryptionContext },
        { credentials: role },
      );
    expect((await asRole(context)).type).toBe('AccessDeniedException');
    const made = await grant(keyId, { Constraints: { EncryptionContextSubset: context } });
    expect((await asRole({ ...context, more: 'x' })).status).toBe(200);
    expect((await asRole({ department: 'hr' })).type).toBe('AccessDeniedException');
    await client.must('RevokeGrant', { KeyId: keyId, GrantId: made.json?.['GrantId'] });
    expect((await asRole(context)).type).toBe('AccessDeniedException');
  });

  test('are listed with the key ARN, filtered, and forgotten when revoked', async () => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    const { Arn: arn } = await client.metadata(keyId);
    const made = (await grant(keyId, { Name: 'n', RetiringPrincipal: ROOT })).json;
    await grant(keyId, { GranteePrincipal: `${ROLE}2` });
    const byGrantee = await client.must('ListGrants', { KeyId: keyId, GranteePrincipal: ROLE });
    expect(byGrantee).toMatchObject({
      Truncated: false,
      Grants: [
        {
          KeyId: arn,
          GrantId: made?.['GrantId'],
          Name: 'n',
          GranteePrincipal: ROLE,
          RetiringPrincipal: ROOT,
          IssuingAccount: ROOT,
          Operations: ['Encrypt', 'DescribeKey'],
        },
      ],
    });
    expect((await client.must('ListGrants', { KeyId: keyId }))['Grants']).toHaveLength(2);
    const page = await client.must('ListGrants', { KeyId: keyId, Limit: 1 });
    expect(page['Truncated']).toBe(true);
    const unknown = await client.call('RevokeGrant', { KeyId: keyId, GrantId: 'f'.repeat(64) });
    expect(unknown.type).toBe('NotFoundException');
    const bad = await client.call('RevokeGrant', { KeyId: keyId, GrantId: 'x' });
    expect(bad.type).toBe('InvalidGrantIdException');
  });

  test('the same named grant keeps its id and gets a new token', async () => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    const [one, two, three] = [
      (await grant(keyId, { Name: 'same' })).json,
      (await grant(keyId, { Name: 'same' })).json,
      (await grant(keyId, { Name: 'same', Operations: ['Decrypt'] })).json,
    ];
    expect(two?.['GrantId']).toBe(one?.['GrantId']);
    expect(two?.['GrantToken']).not.toBe(one?.['GrantToken']);
    expect(three?.['GrantId']).not.toBe(one?.['GrantId']);
  });

  test.each([
    ['an operation of another key type', { Operations: ['Sign'] }, 'ValidationException'],
    ['no operation', { Operations: [] }, 'ValidationException'],
    ['an unknown operation', { Operations: ['Fly'] }, 'ValidationException'],
    ['no principal', { GranteePrincipal: null }, 'ValidationException'],
    ['no ARN', { GranteePrincipal: 'somebody' }, 'InvalidArnException'],
    ['a dry run', { DryRun: true }, 'DryRunOperationException'],
  ])('%s', async (_name, more, type) => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    expect((await grant(keyId, more)).type).toBe(type);
    expect((await client.must('ListGrants', { KeyId: keyId }))['Grants']).toEqual([]);
  });
});
