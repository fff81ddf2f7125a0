import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
import { control, send } from '../testing/raw-client.fixture.ts';
import type { Denial } from '../policy/denials.ts';
import type { Explanation } from '../policy/explain.ts';

const me = userArn('custodian');
const role = `arn:aws:iam::${ownAccount}:role/push`;

let kms: PracticeKms;
let root: ByokClient;
let keyId = '';
let keyArn = '';
beforeAll(async () => {
  kms = await startPracticeKms();
  root = byokClient(kms.url);
});
beforeEach(async () => {
  await control(kms.controlUrl, 'POST /reset');
  keyId = await root.createKey({ Origin: 'AWS_KMS' });
  keyArn = String((await root.metadata(keyId))['Arn']);
});
afterAll(() => kms.close());

const people = (policies: object = {}) =>
  writeDown(
    kms.controlUrl,
    {
      accountId: ownAccount,
      users: [user('custodian', { policies })],
      roles: [{ name: 'push', trust: trusting(me), policies: {} }],
    },
    { accountId: otherAccount, users: [user('stranger')] },
  );
const describeKey = (who: string) =>
  root.call('DescribeKey', { KeyId: keyArn }, { credentials: keyOf(who) });
const post = (route: string, body: object) =>
  send(`${kms.controlUrl}${route}`, 'POST', {}, JSON.stringify(body));
const explainOf = async (who: string): Promise<Denial> => {
  const { headers } = await describeKey(who);
  const id = String(headers['x-amzn-requestid']);
  return control<Denial>(kms.controlUrl, `GET /denials?requestId=${id}`);
};
const allowStatement = { Effect: 'Allow', Action: 'kms:DescribeKey', Resource: '*' };

test('a missing permission is found, added, and no longer missing', async () => {
  await people({ other: allowing('kms:ListKeys') });
  const denial = await explainOf('custodian');
  expect(denial).toMatchObject({
    principal: me,
    action: 'kms:DescribeKey',
    resource: keyArn,
    allowed: false,
    summary: `${me} may not kms:DescribeKey on ${keyArn}: no identity policy allows it.`,
    message: expect.stringContaining('because no identity-based policy allows'),
    policies: [
      {
        policy: 'key policy',
        statements: [
          {
            statement: 1,
            sid: 'Enable IAM User Permissions',
            effect: 'Allow',
            applies: true,
            why: "it leaves this to the IAM policies of the caller's account",
          },
        ],
      },
      {
        policy: 'identity policy other',
        statements: [{ applies: false, why: 'it is about other actions' }],
      },
    ],
  });
  expect(denial.wouldAllow).toEqual([
    {
      where: `an identity policy of ${me}`,
      what: 'Allow kms:DescribeKey there.',
      add: { Effect: 'Allow', Action: 'kms:DescribeKey', Resource: keyArn },
    },
  ]);
  await control(kms.controlUrl, 'POST /principals/policy', {
    principal: me,
    name: 'found',
    document: { Version: '2012-10-17', Statement: [denial.wouldAllow[0]?.add] },
  });
  expect((await describeKey('custodian')).status).toBe(200);
  await control(kms.controlUrl, 'POST /principals/policy', {
    principal: me,
    name: 'found',
    document: null,
  });
  expect((await describeKey('custodian')).type).toBe('AccessDeniedException');
});

test('a condition that does not hold is named with what the request had', async () => {
  const Condition = { StringEquals: { 'kms:KeyOrigin': ['EXTERNAL', 'AWS_CLOUDHSM'] } };
  await people({ imported: { Statement: { ...allowStatement, Sid: 'Imported', Condition } } });
  const { wouldAllow } = await explainOf('custodian');
  expect(wouldAllow[0]).toEqual({
    where: 'identity policy imported',
    what: 'Meet the condition of statement 1 (Imported): StringEquals kms:KeyOrigin wants EXTERNAL or AWS_CLOUDHSM; the request has AWS_KMS.',
    add: null,
  });
});

test('a Deny is told before anything that would allow', async () => {
  const deny = { Statement: { ...allowStatement, Effect: 'Deny' } };
  await people({ all: allowing('kms:*'), no: deny });
  const denial = await explainOf('custodian');
  expect(denial.summary).toContain('an identity policy denies it');
  expect(denial.wouldAllow).toEqual([
    {
      where: 'identity policy no',
      what: 'Remove or narrow statement 1: a Deny wins over everything that allows.',
      add: null,
    },
  ]);
});

test('a stranger needs both sides, and is told neither', async () => {
  await people();
  const reply = await describeKey('stranger');
  expect(reply.message).toBe(
    `User: ${userArn('stranger', otherAccount)} is not authorized to perform: kms:DescribeKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
  const { wouldAllow } = await explainOf('stranger');
  expect(wouldAllow.map(({ where }) => where)).toEqual([
    `the key policy of ${keyArn}`,
    `an identity policy of ${userArn('stranger', otherAccount)}`,
  ]);
});

test('the role that nobody lets in is explained, too', async () => {
  await people();
  await writeDown(kms.controlUrl, {
    accountId: ownAccount,
    users: [user('custodian')],
    roles: [{ name: 'push', trust: trusting(userArn('somebody-else')) }],
  });
  await expect(assume(kms.url, keyOf('custodian'), role)).rejects.toThrow('sts:AssumeRole');
  const [denial] = await control<Denial[]>(kms.controlUrl, 'GET /denials');
  expect(denial).toMatchObject({
    action: 'sts:AssumeRole',
    resource: role,
    policies: [
      { policy: 'trust policy', statements: [{ why: 'it does not mean this principal' }] },
    ],
    wouldAllow: [
      {
        where: `the trust policy of ${role}`,
        add: { Effect: 'Allow', Principal: { AWS: me }, Action: 'sts:AssumeRole' },
      },
    ],
  });
});

describe('POST /explain', () => {
  const explain = (body: object) =>
    control<Explanation>(kms.controlUrl, 'POST /explain', { action: 'kms:Encrypt', ...body });

  test('judges calls that nobody makes', async () => {
    await people({ encrypt: allowing('kms:Encrypt') });
    const verdict = async (principal: string, more: object = {}) =>
      (await explain({ principal, resource: keyArn, ...more })).allowed;
    expect(await verdict('AKIA-custodian')).toBe(true);
    expect(await verdict(me, { resource: keyId })).toBe(true);
    expect(await verdict(me, { action: 'kms:Decrypt' })).toBe(false);
    expect(await verdict(role)).toBe(false);
    expect(await verdict(`arn:aws:iam::${ownAccount}:root`, { action: 'kms:Decrypt' })).toBe(true);
    expect(await verdict(me, { resource: '*', action: 'kms:CreateKey' })).toBe(false);
  });

  test('sees the members of the request', async () => {
    const Condition = { StringEquals: { 'kms:EncryptionContext:Department': 'pay' } };
    const Statement = { Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*', Condition };
    await people({ pay: { Statement } });
    const wish = { principal: me, resource: keyArn };
    expect((await explain(wish)).allowed).toBe(false);
    const request = { EncryptionContext: { department: 'pay' } };
    expect((await explain({ ...wish, request })).allowed).toBe(true);
  });

  test.each([
    [{ principal: 'nobody' }, 404],
    [{ principal: me, resource: 'no-such-key' }, 404],
    [{ principal: me, action: 's3:GetObject' }, 400],
    [{ principal: me, more: 1 }, 400],
  ])('%j', async (body, status) => {
    await people();
    expect((await post('/explain', { action: 'kms:Encrypt', ...body })).status).toBe(status);
  });
});

describe('the principals', () => {
  test('are shown without their secrets', async () => {
    await people({ all: allowing('kms:*') });
    const shown = await control(kms.controlUrl, 'GET /principals');
    expect(JSON.stringify(shown)).not.toContain('secret of');
    expect(shown).toMatchObject({
      accounts: [ownAccount, otherAccount],
      principals: {
        accounts: [{ users: [{ accessKeys: [{ accessKeyId: 'AKIA-custodian' }] }] }, {}],
      },
    });
  });

  test('are not changed by what cannot be read, and go with a reset', async () => {
    await people({ all: allowing('kms:*') });
    const bad = await post('/principals', { accounts: [{ accountId: 'x' }] });
    expect([bad.status, bad.json?.['error']]).toEqual([
      400,
      'accounts.0.accountId: not twelve digits',
    ]);
    const nobody = { principal: userArn('nobody'), name: 'p', document: null };
    expect((await post('/principals/policy', nobody)).status).toBe(404);
    const noPolicy = { principal: me, name: 'p', document: { Statement: 1 } };
    expect((await post('/principals/policy', noPolicy)).status).toBe(400);
    expect((await describeKey('custodian')).status).toBe(200);
    await control(kms.controlUrl, 'POST /reset');
    expect((await describeKey('custodian')).type).toBe('UnrecognizedClientException');
    expect(await control(kms.controlUrl, 'GET /denials')).toEqual([]);
  });

  test('that policies name must exist where they were written down', async () => {
    await people();
    const policyFor = (AWS: string) =>
      JSON.stringify({
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: [`arn:aws:iam::${ownAccount}:root`, AWS] },
            Action: 'kms:*',
            Resource: '*',
          },
        ],
      });
    const put = (AWS: string) =>
      root.call('PutKeyPolicy', { KeyId: keyId, Policy: policyFor(AWS) });
    expect((await put(role)).status).toBe(200);
    expect((await put(`arn:aws:iam::999999999999:role/anybody`)).status).toBe(200);
    const refused = await put(`${role}-er`);
    expect([refused.type, refused.message]).toEqual([
      'MalformedPolicyDocumentException',
      'Policy contains a statement with one or more invalid principals.',
    ]);
  });
});

describe('principals that were put at the control port', () => {
  const folder = mkdtempSync(join(tmpdir(), 'principals-'));
  const dataFile = join(folder, 'kms.db');
  const principalsFile = join(folder, 'principals.json');
  afterAll(() => rmSync(folder, { recursive: true }));
  const usersOf = async (options: object) => {
    const practice = await startPracticeKms({ dataFile, ...options });
    const shown = await control<{ principals: { accounts?: { users: { name: string }[] }[] } }>(
      practice.controlUrl,
      'GET /principals',
    );
    return {
      practice,
      users: (shown.principals.accounts ?? []).flatMap(({ users }) =>
        users.map(({ name }) => name),
      ),
    };
  };
  const account = (name: string) => ({ accountId: ownAccount, users: [user(name)] });

  test('outlive a restart with the data file, until a reset or a file of principals', async () => {
    const first = await usersOf({});
    await writeDown(first.practice.controlUrl, account('put'));
    await first.practice.close();
    const second = await usersOf({});
    expect(second.users).toEqual(['put']);
    await second.practice.close();
    writeFileSync(principalsFile, JSON.stringify({ accounts: [account('filed')] }));
    const third = await usersOf({ principalsFile });
    expect(third.users).toEqual(['filed']);
    await writeDown(third.practice.controlUrl, account('put'));
    await control(third.practice.controlUrl, 'POST /reset');
    await third.practice.close();
    const fourth = await usersOf({});
    expect(fourth.users).toEqual([]);
    await fourth.practice.close();
  });
});

test('one user more leaves the others, and one of the same name takes its place', async () => {
  await people();
  const add = (policies: object) =>
    control(kms.controlUrl, 'POST /principals/user', {
      accountId: ownAccount,
      user: user('second', { policies }),
    });
  await add({});
  expect((await describeKey('second')).type).toBe('AccessDeniedException');
  await add({ all: allowing('kms:*') });
  expect((await describeKey('second')).status).toBe(200);
  expect((await describeKey('custodian')).type).toBe('AccessDeniedException');
  const bad = await post('/principals/user', {
    accountId: ownAccount,
    user: { name: 'x', more: 1 },
  });
  expect(bad.status).toBe(400);
});
