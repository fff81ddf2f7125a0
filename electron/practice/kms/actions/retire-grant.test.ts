import { type Body, base64, testOperation, type Stage } from '../testing/operation.ts';

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
  dryRun: true,
  disabled: 'ok',
  leaving: 'ok',
  refusals: [
    { when: 'nothing', request: () => ({}), type: 'ValidationException' },
    {
      when: 'a key by its bare id',
      request: (base) => ({ ...base, KeyId: String(base['KeyId']).slice(-36) }),
      type: 'InvalidArnException',
    },
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
