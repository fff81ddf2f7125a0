import { expect } from 'vitest';
import { anyArn, strangeMarker, testOperation, tooMany } from '../testing/operation.ts';

const grantee = 'arn:aws:iam::123456789012:role/grantee';

testOperation('ListRetirableGrants', {
  request: async (stage) => {
    const wish = {
      KeyId: await stage.own(),
      GranteePrincipal: grantee,
      RetiringPrincipal: grantee,
      Operations: ['Encrypt'],
    };
    await stage.must('CreateGrant', wish);
    return { RetiringPrincipal: grantee };
  },
  reply: {
    Grants: [expect.objectContaining({ KeyId: anyArn, RetiringPrincipal: grantee })],
    Truncated: false,
  },
  required: ['RetiringPrincipal'],
  refusals: [
    strangeMarker,
    tooMany,
    {
      when: 'what is no principal',
      request: () => ({ RetiringPrincipal: 'nobody' }),
      type: 'InvalidArnException',
    },
  ],
});
