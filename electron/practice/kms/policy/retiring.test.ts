import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import {
  ownAccount,
  allowing,
  keyOf,
  otherAccount,
  user,
  userArn,
  writeDown,
} from '../testing/people.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
let keyId = '';
let keyArn = '';
beforeAll(async () => {
  kms = await startPracticeKms();
  client = byokClient(kms.url);
});
beforeEach(async () => {
  await control(kms.controlUrl, 'POST /reset');
  keyId = await client.createKey({ Origin: 'AWS_KMS' });
  keyArn = String((await client.metadata(keyId))['Arn']);
});
afterAll(() => kms.close());

const retirer = userArn('retirer');
const grant = async (more: object = {}) => {
  const reply = await client.must('CreateGrant', {
    KeyId: keyId,
    GranteePrincipal: userArn('app'),
    RetiringPrincipal: retirer,
    Operations: ['Decrypt'],
    ...more,
  });
  return { id: String(reply['GrantId']), token: String(reply['GrantToken']) };
};
const grants = async () => (await client.must('ListGrants', { KeyId: keyId }))['Grants'];
const mayRetire = { policies: { retire: allowing('kms:RetireGrant') } };
const mayNot = {
  policies: { not: { Statement: { Effect: 'Deny', Action: 'kms:RetireGrant', Resource: '*' } } },
};

test('by token, or by key and grant; a dry run changes nothing', async () => {
  const one = await grant();
  await client.must('RetireGrant', { GrantToken: one.token });
  const again = await client.call('RetireGrant', { GrantToken: one.token });
  expect(again.type).toBe('InvalidGrantTokenException');
  const two = await grant();
  const request = { KeyId: keyArn, GrantId: two.id };
  const dry = await client.call('RetireGrant', { ...request, DryRun: true });
  expect(dry.type).toBe('DryRunOperationException');
  expect(await grants()).toHaveLength(1);
  await client.must('RetireGrant', request);
  expect(await grants()).toEqual([]);
});

describe('who may', () => {
  const outcome = async (who: string, users: object[], more: object = {}) => {
    await writeDown(
      kms.controlUrl,
      { accountId: ownAccount, users },
      { accountId: otherAccount, users: [user('stranger', mayRetire), user('outsider')] },
    );
    const { token } = await grant(more);
    const request = { GrantToken: token, DryRun: true };
    return (await client.call('RetireGrant', request, { credentials: keyOf(who) })).type;
  };
  const yes = 'DryRunOperationException';
  const no = 'AccessDeniedException';
  const stranger = { RetiringPrincipal: `arn:aws:iam::${otherAccount}:root` };

  test.each([
    ['the retiring principal, without any policy', 'retirer', [user('retirer')], {}, yes],
    ['but not against a Deny', 'retirer', [user('retirer', mayNot)], {}, no],
    ['the grantee only when its grant says so', 'app', [user('app')], {}, no],
    [
      'the grantee of such a grant',
      'app',
      [user('app')],
      { Operations: ['Decrypt', 'RetireGrant'] },
      yes,
    ],
    ['whom the account of the key lets', 'admin', [user('admin', mayRetire)], {}, yes],
    ['nobody else of it', 'admin', [user('admin')], {}, no],
    ['whom an account that may retire lets', 'stranger', [], stranger, yes],
    ['nobody else of that', 'outsider', [], stranger, no],
    ['nobody of another account', 'stranger', [], {}, no],
  ])('%s', async (_name, who, users, more, type) => {
    expect(await outcome(who, users, more)).toBe(type);
  });
});
