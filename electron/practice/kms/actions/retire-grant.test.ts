import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import { type Body, base64, testOperation, type Stage } from '../testing/operation.fixture.ts';

const grantee = 'arn:aws:iam::123456789012:role/grantee';

async function granted(stage: Stage): Promise<Body> {
  const KeyId = await stage.own();
  const wish = { KeyId, GranteePrincipal: grantee, Operations: ['Encrypt'] };
  const { GrantId } = await stage.must('CreateGrant', wish);
  return { KeyId: (await stage.metadata(KeyId))['Arn'], GrantId };
}

testOperation('RetireGrant', {
  request: granted,
  reply: null,
  key: { alias: false },
  dryRun: true,
  disabled: 'ok',
  leaving: 'ok',
  refusals: [
    { when: 'nothing', request: () => ({}), type: 'ValidationException' },
    {
      when: 'a strange token',
      request: () => ({ GrantToken: base64('nonsense') }),
      type: 'InvalidGrantTokenException',
    },
    {
      when: 'an unknown grant',
      request: (base) => ({ ...base, GrantId: '0'.repeat(64) }),
      type: 'NotFoundException',
    },
    {
      when: 'what is no grant id',
      request: (base) => ({ ...base, GrantId: 'nonsense!' }),
      type: 'InvalidGrantIdException',
    },
  ],
});

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms();
});
afterAll(() => kms.close());

test.each(['id', 'ARN'])('takes the grant of a key by its %s', async (kind) => {
  const client = byokClient(kms.url);
  const keyId = await client.createKey({ Origin: 'AWS_KMS' });
  const wish = { KeyId: keyId, GranteePrincipal: grantee, Operations: ['Encrypt'] };
  const { GrantId } = await client.must('CreateGrant', wish);
  const KeyId = kind === 'id' ? keyId : (await client.metadata(keyId))['Arn'];
  await client.must('RetireGrant', { KeyId, GrantId });
  expect((await client.must('ListGrants', { KeyId: keyId }))['Grants']).toEqual([]);
});
