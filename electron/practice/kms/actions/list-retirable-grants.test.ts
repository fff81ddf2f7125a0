import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import {
  allowing,
  keyOf,
  otherAccount,
  user,
  userArn,
  writeDown,
} from '../testing/people.fixture.ts';
import { anyArn, strangeMarker, testOperation, tooMany } from '../testing/operation.fixture.ts';

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

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms();
});
afterAll(() => kms.close());

test('tells principals of the own account of keys of others, and others of its own keys', async () => {
  const may = { list: allowing('kms:*') };
  const users = [user('guest', { policies: may })];
  await writeDown(kms.controlUrl, { accountId: otherAccount, users });
  const guest = userArn('guest', otherAccount);
  const here = byokClient(kms.url);
  const there = byokClient(kms.url, { credentials: keyOf('guest') });
  const grantOn = async (on: typeof here, RetiringPrincipal: string) => {
    const KeyId = await on.createKey({ Origin: 'AWS_KMS' });
    const wish = { KeyId, GranteePrincipal: guest, RetiringPrincipal, Operations: ['Encrypt'] };
    await on.must('CreateGrant', wish);
    return String((await on.metadata(KeyId))['Arn']);
  };
  const mine = await grantOn(here, guest);
  const theirs = await grantOn(there, guest);
  await grantOn(there, userArn('guest'));
  const listed = async (on: typeof here, RetiringPrincipal: string) =>
    ((await on.must('ListRetirableGrants', { RetiringPrincipal }))['Grants'] as { KeyId: string }[])
      .map(({ KeyId }) => KeyId)
      .toSorted();
  expect(await listed(there, guest)).toEqual([mine, theirs].toSorted());
  expect(await listed(here, guest)).toEqual([mine]);
});
