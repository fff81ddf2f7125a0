import { expect } from 'vitest';
import {
  type Body,
  anyArn,
  anyTime,
  strangeMarker,
  testOperation,
  tooMany,
  type Stage,
} from '../testing/operation.ts';

const grantee = 'arn:aws:iam::123456789012:role/grantee';

async function granted(stage: Stage): Promise<Body> {
  const KeyId = await stage.own();
  const wish = { KeyId, GranteePrincipal: grantee, Operations: ['Encrypt'] };
  const { GrantId } = await stage.must('CreateGrant', wish);
  return { KeyId: (await stage.metadata(KeyId))['Arn'], GrantId };
}

testOperation('ListGrants', {
  request: async (stage) => ({ KeyId: (await granted(stage))['KeyId'] }),
  reply: {
    Grants: [
      expect.objectContaining({
        KeyId: anyArn,
        GranteePrincipal: grantee,
        Operations: ['Encrypt'],
        CreationDate: anyTime,
        IssuingAccount: expect.any(String),
      }),
    ],
    Truncated: false,
  },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [
    strangeMarker,
    tooMany,
    {
      when: 'what is no grant id',
      request: (base) => ({ ...base, GrantId: 'nonsense!' }),
      type: 'InvalidGrantIdException',
    },
  ],
});
