import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import {
  type Body,
  anyArn,
  anyTime,
  strangeMarker,
  testOperation,
  tooMany,
  type Stage,
} from '../testing/operation.fixture.ts';

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
    {
      when: 'grants of an AWS service',
      request: (base) => ({ ...base, GranteeServicePrincipal: 'ec2.amazonaws.com' }),
      type: 'UnsupportedOperationException',
      message: 'The practice KMS has no AWS services, so none has a grant.',
    },
  ],
});

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms();
});
afterAll(() => kms.close());

test.each(['ListGrants', 'ListRetirableGrants'])(
  '%s goes on behind the last grant of a page, also when that was revoked meanwhile',
  async (operation) => {
    const client = byokClient(kms.url);
    const KeyId = await client.createKey({ Origin: 'AWS_KMS' });
    const RetiringPrincipal = grantee.replace('grantee', operation);
    const wish = { KeyId, GranteePrincipal: grantee, RetiringPrincipal, Operations: ['Encrypt'] };
    for (let at = 0; at < 5; at += 1) await client.must('CreateGrant', wish);
    const asked =
      operation === 'ListGrants' ? { KeyId, GranteePrincipal: grantee } : { RetiringPrincipal };
    let page = await client.must(operation, { ...asked, Limit: 2 });
    let revoked = 0;
    for (;;) {
      for (const { GrantId } of page['Grants'] as { GrantId: string }[]) {
        await client.must('RevokeGrant', { KeyId, GrantId });
        revoked += 1;
      }
      if (page['Truncated'] !== true) break;
      page = await client.must(operation, { ...asked, Limit: 2, Marker: page['NextMarker'] });
    }
    expect(revoked).toBe(5);
  },
);
