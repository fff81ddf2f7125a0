import { type Body, testOperation, type Stage } from '../testing/operation.fixture.ts';

const grantee = 'arn:aws:iam::123456789012:role/grantee';

async function granted(stage: Stage): Promise<Body> {
  const KeyId = await stage.own();
  const wish = { KeyId, GranteePrincipal: grantee, Operations: ['Encrypt'] };
  const { GrantId } = await stage.must('CreateGrant', wish);
  return { KeyId: (await stage.metadata(KeyId))['Arn'], GrantId };
}

testOperation('RevokeGrant', {
  request: granted,
  reply: null,
  required: ['KeyId', 'GrantId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  dryRun: true,
  refusals: [
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
