import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import {
  ownAccount,
  allowing,
  element,
  keyOf,
  trusting,
  user,
  writeDown,
} from '../testing/people.fixture.ts';
import { policy, statement } from '../testing/policies.fixture.ts';
import { rawCall } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms();
  await writeDown(kms.controlUrl, {
    accountId: ownAccount,
    users: [
      user('named'),
      user('able', { policies: { all: allowing('kms:*', 'sts:AssumeRole') } }),
    ],
    // A file knows no partitions.
    roles: [{ name: 'app', trust: trusting(`arn:aws:iam::${ownAccount}:user/able`), policies: {} }],
  });
});
afterAll(() => kms.close());

describe.each([
  ['eu-central-1', 'aws'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['cn-north-1', 'aws-cn'],
])('in %s people are of %s', (region, partition) => {
  const arnOf = (name: string) => `arn:${partition}:iam::${ownAccount}:${name}`;
  const client = () => byokClient(kms.url, { region });
  const sts = (name: string, parameters: Record<string, string>) =>
    rawCall(kms.url, '', new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString(), {
      service: 'sts',
      region,
      contentType: 'application/x-www-form-urlencoded',
      credentials: keyOf(name),
    });
  /** What somebody is told who encrypts under a key with these statements. */
  async function encrypted(name: string, statements: readonly object[], grantee?: string) {
    const root = statement('Allow', { AWS: arnOf('root') });
    const { call, createKey, must } = client();
    const KeyId = await createKey({ Origin: 'AWS_KMS', Policy: policy(root, ...statements) });
    if (grantee !== undefined) {
      const wish = { GranteePrincipal: grantee, Operations: ['Encrypt'] };
      await must('CreateGrant', { KeyId, ...wish });
    }
    const request = { KeyId, Plaintext: 'AAAA' };
    const reply = await call('Encrypt', request, { credentials: keyOf(name) });
    return [reply.type ?? reply.status, reply.message?.split(' ', 2)[1]];
  }

  test('a key policy and a grant reach them by their ARN there', async () => {
    const allow = statement('Allow', { AWS: arnOf('user/named') });
    expect(await encrypted('named', [allow])).toEqual([200, undefined]);
    expect(await encrypted('named', [], arnOf('user/named'))).toEqual([200, undefined]);
    expect(await encrypted('named', [])).toEqual(['AccessDeniedException', arnOf('user/named')]);
  });

  test('a Deny of them holds, by principal and by condition', async () => {
    const deny = { AWS: arnOf('user/able') };
    const byArn = { Condition: { ArnEquals: { 'aws:PrincipalArn': arnOf('user/able') } } };
    const denied = ['AccessDeniedException', arnOf('user/able')];
    expect(await encrypted('able', [])).toEqual([200, undefined]);
    expect(await encrypted('able', [statement('Deny', deny)])).toEqual(denied);
    expect(await encrypted('able', [statement('Deny', '*', 'kms:Encrypt', byArn)])).toEqual(denied);
  });

  test('STS names them so, and lets them take on a role of their file', async () => {
    const who = await sts('named', { Action: 'GetCallerIdentity' });
    expect(element(who, 'Arn')).toBe(arnOf('user/named'));
    const RoleArn = arnOf('role/app');
    const taken = await sts('able', { Action: 'AssumeRole', RoleArn, RoleSessionName: 'one' });
    expect(element(taken, 'Arn')).toBe(`arn:${partition}:sts::${ownAccount}:assumed-role/app/one`);
    const refused = await sts('named', { Action: 'AssumeRole', RoleArn, RoleSessionName: 'one' });
    expect(element(refused, 'Code')).toBe('AccessDenied');
  });
});
