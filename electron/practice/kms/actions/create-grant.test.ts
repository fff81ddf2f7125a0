import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import { anyBlob, strangeToken, testOperation } from '../testing/operation.fixture.ts';

const grantee = 'arn:aws:iam::123456789012:role/grantee';

testOperation('CreateGrant', {
  request: async (stage) => ({
    KeyId: await stage.own(),
    GranteePrincipal: grantee,
    Operations: ['Encrypt'],
  }),
  reply: { GrantToken: anyBlob, GrantId: expect.stringMatching(/^[0-9a-f]{64}$/) },
  required: ['KeyId', 'GranteePrincipal', 'Operations'],
  key: { alias: false },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    strangeToken,
    {
      when: 'a principal that is none',
      request: (base) => ({ ...base, GranteePrincipal: 'nobody' }),
      type: 'InvalidArnException',
    },
    {
      when: 'an unknown operation',
      request: (base) => ({ ...base, Operations: ['Fly'] }),
      type: 'ValidationException',
      message: /Member must satisfy enum value set: \[/,
    },
    {
      when: 'an operation of other keys',
      request: (base) => ({ ...base, Operations: ['Sign'] }),
      type: 'ValidationException',
    },
    {
      when: 'constraints for a key that is not symmetric',
      request: async (base, stage) => ({
        ...base,
        KeyId: await stage.own('RSA_2048', 'SIGN_VERIFY'),
        Operations: ['Sign'],
        Constraints: { EncryptionContextEquals: { a: 'b' } },
      }),
      type: 'ValidationException',
    },
    {
      when: 'nothing but the right to grant',
      request: (base) => ({ ...base, Operations: ['CreateGrant'] }),
      type: 'ValidationException',
      message: 'Grants must not contain only the CreateGrant operation.',
    },
    {
      when: 'two constraints on the encryption context',
      request: (base) => ({
        ...base,
        Constraints: { EncryptionContextEquals: {}, EncryptionContextSubset: { a: 'b' } },
      }),
      type: 'ValidationException',
      message: 'More than one constraint supplied',
    },
    {
      when: 'a source that is no ARN',
      request: (base) => ({ ...base, Constraints: { SourceArn: 'arn:aws:s3:::a-bucket-of-mine' } }),
      type: 'ValidationException',
      message:
        "1 validation error detected: Value 'arn:aws:s3:::a-bucket-of-mine' at 'constraints.sourceArn' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$",
    },
    {
      when: 'a source of more than 512 characters',
      request: (base) => ({
        ...base,
        Constraints: { SourceArn: `arn:aws:sns:eu-central-1:123456789012:${'x'.repeat(480)}` },
      }),
      type: 'ValidationException',
      message: /at 'constraints\.sourceArn' .* have length less than or equal to 512$/,
    },
    // The last row: it leaves the quota behind.
    {
      when: 'one more than a key can have',
      request: async (base, stage) => {
        await control(stage.controlUrl, 'POST /quotas', {
          enabled: false,
          resources: { grantsPerKey: 1 },
        });
        await stage.must('CreateGrant', base);
        return base;
      },
      type: 'LimitExceededException',
    },
  ],
});

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms();
});
afterAll(() => kms.close());

test('a source can be a constraint for every type of key', async () => {
  const client = byokClient(kms.url);
  const KeyId = await client.createKey({
    Origin: 'AWS_KMS',
    KeySpec: 'RSA_2048',
    KeyUsage: 'SIGN_VERIFY',
  });
  const Constraints = { SourceArn: 'arn:aws:sns:eu-central-1:123456789012:topic' };
  const wish = { KeyId, GranteePrincipal: grantee, Operations: ['Sign'], Constraints };
  const { GrantId } = await client.must('CreateGrant', wish);
  const { Grants } = await client.must('ListGrants', { KeyId, GrantId });
  expect(Grants).toMatchObject([{ Constraints }]);
});

test.each([
  ['eight pairs', 8, 384, undefined],
  ['nine pairs', 9, 1, 'ValidationException'],
  ['a value of 385 characters', 1, 385, 'ValidationException'],
])('a constraint of %s', async (_name, pairs, length, refused) => {
  const client = byokClient(kms.url);
  const KeyId = await client.createKey({ Origin: 'AWS_KMS' });
  const names = Array.from({ length: pairs }, (_, at) => `name ${at}`);
  const context = Object.fromEntries(names.map((name) => [name, 'v'.repeat(length)]));
  for (const kind of ['EncryptionContextEquals', 'EncryptionContextSubset']) {
    const Constraints = { [kind]: context };
    const wish = { KeyId, GranteePrincipal: grantee, Operations: ['Encrypt'], Constraints };
    expect((await client.call('CreateGrant', wish)).type).toBe(refused);
  }
});
