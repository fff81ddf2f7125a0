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

const notTold =
  'on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access';
const otherRoot = `arn:aws:iam::${otherAccount}:root`;
const friend = userArn('friend', otherAccount);
const every = { every: allowing('kms:*') };

let kms: PracticeKms;
let root: ByokClient;
let keyArn = '';
beforeAll(async () => {
  kms = await startPracticeKms();
  root = byokClient(kms.url);
  keyArn = String((await root.metadata(await root.createKey({ Origin: 'AWS_KMS' })))['Arn']);
  await writeDown(
    kms.controlUrl,
    {
      accountId: ownAccount,
      users: [user('local'), user('admin', { policies: every })],
      roles: [
        { name: 'reader', path: '/app/', trust: trusting(userArn('local')), policies: every },
      ],
    },
    {
      accountId: otherAccount,
      users: [user('friend', { policies: every }), user('poor')],
    },
  );
});
afterAll(() => kms.close());

const withPolicy = (...statements: unknown[]) =>
  root.must('PutKeyPolicy', {
    KeyId: keyArn,
    Policy: policy(statement('Allow', { AWS: rootArn }), ...statements),
  });
const call = (who: string, operation = 'DescribeKey', more: object = {}) =>
  root.call(operation, { KeyId: keyArn, ...more }, { credentials: keyOf(who) });

describe('a key of another account', () => {
  test.each<[string, unknown[], string, string | null]>([
    ['that nobody shared', [], 'friend', notTold],
    ['shared with the account', [statement('Allow', { AWS: otherRoot })], 'friend', null],
    ['shared with the user', [statement('Allow', { AWS: friend })], 'friend', null],
    ['shared with everybody', [statement('Allow', '*')], 'friend', null],
    [
      'shared, but the own account does not let',
      [statement('Allow', { AWS: otherRoot })],
      'poor',
      'because no identity-based policy allows the kms:DescribeKey action',
    ],
    [
      'shared with everybody, but the own account does not let',
      [statement('Allow', '*')],
      'poor',
      'because no identity-based policy allows the kms:DescribeKey action',
    ],
    [
      'shared and denied',
      [statement('Allow', '*'), statement('Deny', { AWS: friend })],
      'friend',
      notTold,
    ],
    [
      'shared with its own account only',
      [
        statement('Allow', '*', 'kms:*', {
          Condition: { StringEquals: { 'kms:CallerAccount': ownAccount } },
        }),
      ],
      'friend',
      notTold,
    ],
  ])('%s', async (_name, statements, who, why) => {
    await withPolicy(...statements);
    const reply = await call(who);
    if (why === null) expect(reply.status).toBe(200);
    else {
      expect(reply.type).toBe('AccessDeniedException');
      expect(reply.message?.endsWith(why)).toBe(true);
    }
  });

  test.each(['GetKeyPolicy', 'DisableKey', 'ListKeyRotations', 'ListResourceTags', 'ListAliases'])(
    '%s stays at home, whoever is let in',
    async (operation) => {
      await withPolicy(statement('Allow', '*'));
      expect((await call('friend', operation)).message).toContain(notTold);
    },
  );

  test('that does not exist looks like one that nobody shared', async () => {
    for (const name of ['key/11111111-2222-4333-8444-555555555555', 'alias/none']) {
      const arn = `arn:aws:kms:eu-central-1:${ownAccount}:${name}`;
      const reply = await call('friend', 'DescribeKey', { KeyId: arn });
      expect(reply.message).toBe(
        `User: ${friend} is not authorized to perform: kms:DescribeKey ${notTold}`,
      );
    }
  });

  test('can be used by grant alone', async () => {
    await withPolicy();
    const GranteePrincipal = userArn('poor', otherAccount);
    const wish = { KeyId: keyArn, GranteePrincipal, Operations: ['DescribeKey'] };
    expect((await call('poor')).type).toBe('AccessDeniedException');
    await root.must('CreateGrant', wish);
    expect((await call('poor')).status).toBe(200);
  });

  test('is not told by the ciphertext either', async () => {
    await withPolicy();
    const sealed = await root.must('Encrypt', { KeyId: keyArn, Plaintext: 'AQI=' });
    const body = { CiphertextBlob: sealed['CiphertextBlob'] };
    const decrypt = async (who: string) =>
      (await root.call('Decrypt', body, { credentials: keyOf(who) })).message;
    const onCiphertext = 'kms:Decrypt on the resource associated with this ciphertext because';
    expect(await decrypt('friend')).toBe(
      `User: ${friend} is not authorized to perform: ${onCiphertext}${notTold.replace(/^.*? because/, '')}`,
    );
    expect(await decrypt('local')).toBe(
      `User: ${userArn('local')} is not authorized to perform: ${onCiphertext} no identity-based policy allows the kms:Decrypt action`,
    );
  });
});

describe('NotPrincipal with a Deny', () => {
  const denyAllBut = (...AWS: string[]) => ({
    Effect: 'Deny',
    NotPrincipal: { AWS },
    Action: 'kms:DescribeKey',
    Resource: '*',
  });
  const admin = userArn('admin');
  const role = `arn:aws:iam::${ownAccount}:role/app/reader`;
  const session = `arn:aws:sts::${ownAccount}:assumed-role/reader/night-shift`;

  test.each([
    ['a user with its account', [rootArn, admin], 200],
    ['a user without its account', [admin], 400],
    ['an account without its user', [rootArn], 400],
  ])('excepts %s: %d', async (_name, names, status) => {
    await withPolicy(denyAllBut(...names));
    expect((await call('admin')).status).toBe(status);
  });

  test.each([
    ['account, role and session', [rootArn, role, session], 200],
    ['account and role', [rootArn, role], 400],
  ])('a session takes %s: %d', async (_name, names, status) => {
    await withPolicy(denyAllBut(...names));
    const credentials = await assume(kms.url, keyOf('local'), role);
    const reply = await root.call('DescribeKey', { KeyId: keyArn }, { credentials });
    expect(reply.status).toBe(status);
  });
});

describe('aliases', () => {
  const alias = (name: string) => `arn:aws:kms:eu-central-1:${ownAccount}:alias/${name}`;
  const outcome = async (resources: string[]) => {
    const Statement = { Effect: 'Allow', Action: 'kms:*Alias', Resource: resources };
    await writeDown(kms.controlUrl, {
      accountId: ownAccount,
      users: [user('aliaser', { policies: { some: { Statement } } })],
    });
    const body = { AliasName: 'alias/mine', TargetKeyId: keyArn };
    return (await root.call('CreateAlias', body, { credentials: keyOf('aliaser') })).message;
  };

  test('take the permission on the key and on the alias', async () => {
    await withPolicy();
    const denied = `User: ${userArn('aliaser')} is not authorized to perform: kms:CreateAlias on resource: `;
    const why = ' because no identity-based policy allows the kms:CreateAlias action';
    expect(await outcome([alias('*')])).toBe(`${denied}${keyArn}${why}`);
    expect(await outcome([keyArn])).toBe(`${denied}${alias('mine')}${why}`);
    expect(await outcome([keyArn, alias('yours')])).toBe(`${denied}${alias('mine')}${why}`);
    expect(await outcome([keyArn, alias('m*')])).toBeUndefined();
  });
});
