import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { practiceAccessKeyId } from '../constants.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { policy, roleArn, rootArn, sessionArn, statement } from '../testing/policies.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import type { Explanation } from './explain.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms();
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

const put = (KeyId: string, text: string, more: object = {}) =>
  client.call('PutKeyPolicy', { KeyId, Policy: text, ...more });

test('the default one gives the account its say, in the layout of AWS', async () => {
  const keyId = await client.createKey();
  const reply = await client.must('GetKeyPolicy', { KeyId: keyId });
  expect(reply['PolicyName']).toBe('default');
  expect(reply['Policy']).toBe(
    `{\n  "Version" : "2012-10-17",\n  "Id" : "key-default-1",\n  "Statement" : [ {\n    "Sid" : "Enable IAM User Permissions",\n    "Effect" : "Allow",\n    "Principal" : {\n      "AWS" : "${rootArn}"\n    },\n    "Action" : "kms:*",\n    "Resource" : "*"\n  } ]\n}`,
  );
});

test('a policy comes back as the same JSON, re-spaced', async () => {
  const keyId = await client.createKey();
  const text = policy(
    statement('Allow', { AWS: [rootArn, roleArn], Service: 'delivery.logs.amazonaws.com' }),
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
  ...['role/app/*', 'user/a?c'].map((name): [string, string, string] => [
    `a pattern in a name, ${name}`,
    policy(
      statement('Allow', { AWS: rootArn }),
      statement('Allow', { AWS: rootArn.replace('root', name) }),
    ),
    'MalformedPolicyDocumentException',
  ]),
  [
    'a pattern for sessions',
    policy(
      statement('Allow', { AWS: rootArn }),
      statement('Allow', { AWS: sessionArn.replace('tester', '*') }),
    ),
    'MalformedPolicyDocumentException',
  ],
  [
    'no such service',
    policy(statement('Allow', { AWS: rootArn, Service: 'lambda' })),
    'MalformedPolicyDocumentException',
  ],
  [
    'a third effect',
    policy(statement('Perhaps', { AWS: rootArn })),
    'MalformedPolicyDocumentException',
  ],
  [
    'an operator that IAM does not have',
    policy(
      statement('Allow', { AWS: rootArn }, 'kms:*', {
        Condition: { Sounds: { 'aws:userid': 'b' } },
      }),
    ),
    'MalformedPolicyDocumentException',
  ],
  [
    'an action without its service',
    policy(statement('Allow', { AWS: rootArn }), statement('Allow', { AWS: rootArn }, 'Encrypt')),
    'MalformedPolicyDocumentException',
  ],
  [
    'a condition key without its service',
    policy(
      statement('Allow', { AWS: rootArn }),
      statement('Deny', '*', 'kms:Sign', { Condition: { Bool: { SecureTransport: 'false' } } }),
    ),
    'MalformedPolicyDocumentException',
  ],
  [
    'one Sid for two statements',
    policy(
      statement('Allow', { AWS: rootArn }, 'kms:*', { Sid: 'a b' }),
      statement('Deny', '*', 'kms:Sign', { Sid: 'a b' }),
    ),
    'MalformedPolicyDocumentException',
  ],
  [
    'an element that is there twice',
    policy(statement('Allow', { AWS: rootArn })).replace(
      '}]',
      String.raw`,"\u0041ction":"kms:*"}]`,
    ),
    'MalformedPolicyDocumentException',
  ],
  [
    'Action and NotAction',
    policy(statement('Allow', { AWS: rootArn }, 'kms:*', { NotAction: 'kms:Sign' })),
    'MalformedPolicyDocumentException',
  ],
  [
    'Resource and NotResource',
    policy(statement('Allow', { AWS: rootArn }, 'kms:*', { NotResource: '*' })),
    'MalformedPolicyDocumentException',
  ],
  [
    'the only statement without its resource, which locks the caller out',
    policy(statement('Allow', { AWS: rootArn }, 'kms:*', { Resource: undefined })),
    'MalformedPolicyDocumentException',
  ],
  [
    'a set operator on a single value',
    policy(
      statement('Allow', { AWS: rootArn }, 'kms:*', {
        Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContext:a': 'b' } },
      }),
    ),
    'MalformedPolicyDocumentException',
  ],
  [
    'the caller locked out',
    policy(statement('Allow', { AWS: roleArn })),
    'MalformedPolicyDocumentException',
  ],
  [
    'the caller denied',
    policy(statement('Allow', { AWS: rootArn }), statement('Deny', '*', 'kms:PutKeyPolicy')),
    'MalformedPolicyDocumentException',
  ],
  [
    '32769 bytes',
    policy(statement('Allow', { AWS: rootArn })).padEnd(32_769),
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

test('a statement without an action, or without a resource, is kept and does nothing', async () => {
  const KeyId = await client.createKey({ Origin: 'AWS_KMS' });
  const everything = statement('Allow', { AWS: rootArn });
  const text = policy(
    everything,
    { Effect: 'Deny', Principal: '*', Action: 'kms:Encrypt' },
    { Effect: 'Deny', Principal: '*', Resource: '*' },
  );
  expect((await put(KeyId, text)).status).toBe(200);
  const back = (await client.must('GetKeyPolicy', { KeyId }))['Policy'] as string;
  expect(JSON.parse(back)).toEqual(JSON.parse(text));
  expect((await client.call('Encrypt', { KeyId, Plaintext: 'AQI=' })).status).toBe(200);
  const asked = { principal: practiceAccessKeyId, action: 'kms:Encrypt', resource: KeyId };
  const why = (await control(kms.controlUrl, 'POST /explain', asked)) as unknown as Explanation;
  expect(why.policies[0]?.statements.map((each) => each.why)).toEqual([
    "it leaves this to the IAM policies of the caller's account",
    'it has no effect, because it names no action or no resource',
    'it has no effect, because it names no action or no resource',
  ]);
  const denying = policy(everything, statement('Deny', '*', 'kms:Encrypt'));
  await client.must('PutKeyPolicy', { KeyId, Policy: denying });
  expect((await client.call('Encrypt', { KeyId, Plaintext: 'AQI=' })).type).toBe(
    'AccessDeniedException',
  );
});

test('32768 bytes fit', async () => {
  const text = policy(statement('Allow', { AWS: rootArn })).padEnd(32_768);
  expect((await put(await client.createKey(), text)).status).toBe(200);
});

test('with the check bypassed, root can lock itself out, and AWS would say so like this', async () => {
  const keyId = await client.createKey();
  const { Arn: arn } = await client.metadata(keyId);
  const bypass = { BypassPolicyLockoutSafetyCheck: true };
  expect((await put(keyId, policy(statement('Allow', { AWS: roleArn })), bypass)).status).toBe(200);
  const refused = await client.call('DescribeKey', { KeyId: keyId });
  expect([refused.status, refused.type, refused.message]).toEqual([
    400,
    'AccessDeniedException',
    `User: ${rootArn} is not authorized to perform: kms:DescribeKey on resource: ${arn as string} because no resource-based policy allows the kms:DescribeKey action`,
  ]);
});

describe('with --skip-policy-checks', () => {
  let loose: PracticeKms;
  let anybody: ByokClient;
  beforeAll(async () => {
    loose = await startPracticeKms({ skipPolicyChecks: true });
    anybody = byokClient(loose.url);
  });
  afterAll(() => loose.close());

  test.each([
    ['no policy at all', 'my policy'],
    ['a policy that locks everybody out', policy(statement('Deny', '*'))],
  ])('%s is kept as it is, and stops nobody', async (_name, text) => {
    const made = await anybody.must('CreateKey', { Policy: text });
    const KeyId = (made['KeyMetadata'] as { KeyId: string }).KeyId;
    expect((await anybody.must('GetKeyPolicy', { KeyId }))['Policy']).toBe(text);
    expect((await anybody.call('PutKeyPolicy', { KeyId, Policy: text })).status).toBe(200);
    expect((await anybody.call('Encrypt', { KeyId, Plaintext: 'AQI=' })).status).toBe(200);
  });

  test('what another account does not have is not found, rather than refused', async () => {
    const elsewhere = 'arn:aws:kms:eu-central-1:999999999999:';
    const ask = async (KeyId: string) => {
      const { type, message } = await anybody.call('DescribeKey', { KeyId });
      return [type, message];
    };
    const key = `${elsewhere}key/12345678-1234-4234-8234-123456789012`;
    expect(await ask(key)).toEqual(['NotFoundException', `Key '${key}' does not exist`]);
    const alias = `${elsewhere}alias/none`;
    expect(await ask(alias)).toEqual(['NotFoundException', `Alias ${alias} is not found.`]);
  });

  test('a policy is still no larger than 32 KB', async () => {
    const reply = await anybody.call('CreateKey', { Policy: ' '.repeat(32_769) });
    expect(reply.type).toBe('LimitExceededException');
  });
});
