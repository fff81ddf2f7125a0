import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import {
  ownAccount,
  allowing,
  assume,
  keyOf,
  otherAccount,
  trusting,
  user,
  userArn,
  writeDown,
} from '../testing/people.fixture.ts';
import { policy, rootArn, statement } from '../testing/policies.fixture.ts';
import { control, type RawCredentials } from '../testing/raw-client.fixture.ts';
import type { TrailRecord } from './record.ts';

const every = { every: allowing('kms:*', 'sts:AssumeRole') };
const push = `arn:aws:iam::${ownAccount}:role/app/push`;

let kms: PracticeKms;
let client: ByokClient;
let keyArn = '';
beforeAll(async () => {
  kms = await startPracticeKms();
  client = byokClient(kms.url);
  keyArn = String((await client.metadata(await client.createKey({ Origin: 'AWS_KMS' })))['Arn']);
  await writeDown(
    kms.controlUrl,
    {
      accountId: ownAccount,
      users: [user('admin', { policies: every })],
      roles: [{ name: 'push', path: '/app/', trust: trusting(userArn('admin')), policies: every }],
    },
    { accountId: otherAccount, users: [user('friend', { policies: every })] },
  );
  const friend = { AWS: userArn('friend', otherAccount) };
  const Policy = policy(statement('Allow', { AWS: rootArn }), statement('Allow', friend));
  await client.must('PutKeyPolicy', { KeyId: keyArn, Policy });
});
afterAll(() => kms.close());

/** The records of one call, one for each account that sees it. */
async function recordsOf(
  credentials: RawCredentials,
  operation = 'DescribeKey',
  more: object = {},
): Promise<readonly TrailRecord[]> {
  const reply = await client.call(operation, { KeyId: keyArn, ...more }, { credentials });
  const id = String(reply.headers['x-amzn-requestid']);
  const { Records } = await control<{ readonly Records: readonly TrailRecord[] }>(
    kms.controlUrl,
    `GET /events?requestId=${id}`,
  );
  return Records;
}

describe('who called', () => {
  test('a user has its name and its key', async () => {
    const [record] = await recordsOf(keyOf('admin'));
    expect(record?.userIdentity).toEqual({
      type: 'IAMUser',
      principalId: expect.stringMatching(/^AIDA[A-Z0-9]{16,}$/),
      arn: userArn('admin'),
      accountId: ownAccount,
      accessKeyId: 'AKIA-admin',
      userName: 'admin',
    });
  });

  test('a session has the role that issued it', async () => {
    const session = await assume(kms.url, keyOf('admin'), push);
    const [record] = await recordsOf(session);
    const { principalId } = (record?.userIdentity ?? {}) as { principalId: string };
    expect(principalId).toMatch(/^AROA[A-Z0-9]{16,}:night-shift$/);
    expect(record?.userIdentity).toEqual({
      type: 'AssumedRole',
      principalId,
      arn: `arn:aws:sts::${ownAccount}:assumed-role/push/night-shift`,
      accountId: ownAccount,
      accessKeyId: session.accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: principalId.split(':', 1)[0],
          arn: push,
          accountId: ownAccount,
          userName: 'push',
        },
      },
    });
  });
});

describe('a key of another account', () => {
  const friend = keyOf('friend');

  test('its use is written down in both accounts, with the same request id', async () => {
    const records = await recordsOf(friend, 'Encrypt', { Plaintext: 'AQI=' });
    const told = records.map(({ recipientAccountId, userIdentity, errorCode }) => [
      recipientAccountId,
      (userIdentity as { accountId: string }).accountId,
      errorCode,
    ]);
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining([
        [otherAccount, otherAccount, undefined],
        [ownAccount, otherAccount, undefined],
      ]),
    );
    expect(new Set(records.map(({ requestID }) => requestID)).size).toBe(1);
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(2);
    expect(new Set(records.map(({ sharedEventID }) => sharedEventID)).size).toBe(1);
    expect(records[0]?.sharedEventID).toBeDefined();
    for (const { resources } of records) {
      expect(resources).toEqual([{ accountId: ownAccount, type: 'AWS::KMS::Key', ARN: keyArn }]);
    }
  });

  test('each account finds only its own record', async () => {
    await recordsOf(friend);
    for (const account of [ownAccount, otherAccount]) {
      const { Records } = await control<{ readonly Records: readonly TrailRecord[] }>(
        kms.controlUrl,
        `GET /events?account=${account}&principal=${userArn('friend', otherAccount)}`,
      );
      expect(Records.length).toBeGreaterThan(0);
      expect(new Set(Records.map((each) => each.recipientAccountId))).toEqual(new Set([account]));
    }
  });

  test('what was refused is told to the account of the caller alone', async () => {
    const records = await recordsOf(friend, 'PutKeyPolicy', { Policy: '{}' });
    expect(records.map((each) => [each.recipientAccountId, each.errorCode])).toEqual([
      [otherAccount, 'AccessDenied'],
    ]);
  });
});
