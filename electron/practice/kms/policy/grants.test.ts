import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import {
  ownAccount,
  allowing,
  keyOf,
  user,
  userArn,
  writeDown,
} from '../testing/people.fixture.ts';
import { policy, statement } from '../testing/policies.fixture.ts';
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

const people = (...users: object[]) => writeDown(kms.controlUrl, { accountId: ownAccount, users });
const app = userArn('app');
const grant = (more: object = {}) =>
  client.call('CreateGrant', {
    KeyId: keyId,
    GranteePrincipal: app,
    Operations: ['Encrypt', 'DescribeKey'],
    ...more,
  });
const as = (who: string, operation: string, request: object = {}) =>
  client.call(operation, { KeyId: keyId, ...request }, { credentials: keyOf(who) });
const encrypt = (EncryptionContext: object = {}, more: object = {}) =>
  as('app', 'Encrypt', { Plaintext: 'AQI=', EncryptionContext, ...more });
const typeOf = async (reply: Promise<{ type: string | undefined; status: number }>) => {
  const { type, status } = await reply;
  return type ?? status;
};

describe('a grant', () => {
  beforeEach(() => people(user('app')));

  test('lets in whom no policy does, and for its operations only', async () => {
    expect(await typeOf(encrypt())).toBe('AccessDeniedException');
    expect((await grant()).status).toBe(200);
    expect(await typeOf(encrypt())).toBe(200);
    expect(await typeOf(as('app', 'DescribeKey'))).toBe(200);
    expect(await typeOf(as('app', 'GenerateDataKey', { KeySpec: 'AES_256' }))).toBe(
      'AccessDeniedException',
    );
  });

  test('no longer, once it is revoked', async () => {
    const { json } = await grant();
    await client.must('RevokeGrant', { KeyId: keyId, GrantId: json?.['GrantId'] });
    expect(await typeOf(encrypt())).toBe('AccessDeniedException');
  });

  test('to a whole account lets in whom its IAM policies let', async () => {
    await people(user('app', { policies: { encrypt: allowing('kms:Encrypt') } }), user('helper'));
    const root = `arn:aws:iam::${ownAccount}:root`;
    const Policy = policy(statement('Allow', { AWS: root }, ['kms:*Grant*', 'kms:PutKeyPolicy']));
    await client.must('PutKeyPolicy', { KeyId: keyId, Policy });
    expect(await typeOf(encrypt())).toBe('AccessDeniedException');
    await grant({ GranteePrincipal: root });
    expect(await typeOf(encrypt())).toBe(200);
    expect(await typeOf(as('helper', 'Encrypt', { Plaintext: 'AQI=' }))).toBe(
      'AccessDeniedException',
    );
  });

  test('does not reach past a Deny', async () => {
    const deny = { Statement: { Effect: 'Deny', Action: 'kms:Encrypt', Resource: '*' } };
    await people(user('app', { policies: { deny } }));
    await grant();
    expect((await encrypt()).message).toContain(
      'with an explicit deny in an identity-based policy',
    );
    expect(await typeOf(as('app', 'DescribeKey'))).toBe(200);
  });

  test.each([
    ['EncryptionContextSubset', { team: 'pay' }, { team: 'pay', more: 'x' }, 200],
    ['EncryptionContextSubset', { team: 'pay' }, { Team: 'pay' }, 'AccessDeniedException'],
    ['EncryptionContextSubset', { team: 'pay' }, {}, 'AccessDeniedException'],
    ['EncryptionContextEquals', { team: 'pay' }, { team: 'pay' }, 200],
    [
      'EncryptionContextEquals',
      { team: 'pay' },
      { team: 'pay', more: 'x' },
      'AccessDeniedException',
    ],
    ['EncryptionContextEquals', { team: 'pay' }, { team: 'PAY' }, 'AccessDeniedException'],
  ])('with %s %j and the context %j: %s', async (type, pairs, context, outcome) => {
    await grant({ Constraints: { [type]: pairs } });
    expect(await typeOf(encrypt(context))).toBe(outcome);
    expect(await typeOf(as('app', 'DescribeKey'))).toBe(200);
  });

  test('on behalf of a resource lets in nobody who comes for himself', async () => {
    const SourceArn = `arn:aws:sns:eu-central-1:${ownAccount}:topic`;
    const Operations = ['Encrypt', 'DescribeKey', 'RetireGrant'];
    const { json } = await grant({ Operations, Constraints: { SourceArn } });
    expect(await typeOf(encrypt())).toBe('AccessDeniedException');
    expect(await typeOf(as('app', 'DescribeKey'))).toBe('AccessDeniedException');
    const own = { KeyId: keyArn, GrantId: json?.['GrantId'] };
    expect(await typeOf(as('app', 'RetireGrant', own))).toBe(200);
  });

  test('under the same name keeps its id and gets a new token', async () => {
    const [one, two, three] = [
      (await grant({ Name: 'same' })).json,
      (await grant({ Name: 'same' })).json,
      (await grant({ Name: 'same', Operations: ['Decrypt'] })).json,
    ];
    expect(two?.['GrantId']).toBe(one?.['GrantId']);
    expect(two?.['GrantToken']).not.toBe(one?.['GrantToken']);
    expect(three?.['GrantId']).not.toBe(one?.['GrantId']);
  });

  test('is listed with the key ARN and who made it, by grantee and by id', async () => {
    const made = (await grant({ Name: 'n', RetiringPrincipal: userArn('retirer') })).json;
    await grant({ GranteePrincipal: userArn('other') });
    const listed = (await client.must('ListGrants', { KeyId: keyId, GranteePrincipal: app }))[
      'Grants'
    ];
    expect(listed).toEqual([
      {
        KeyId: keyArn,
        GrantId: made?.['GrantId'],
        Name: 'n',
        CreationDate: expect.any(Number),
        GranteePrincipal: app,
        RetiringPrincipal: userArn('retirer'),
        IssuingAccount: `arn:aws:iam::${ownAccount}:root`,
        Operations: ['Encrypt', 'DescribeKey'],
      },
    ]);
    const byId = { KeyId: keyId, GrantId: made?.['GrantId'] };
    expect((await client.must('ListGrants', byId))['Grants']).toEqual(listed);
  });
});

describe('while grants take time to be seen', () => {
  beforeEach(async () => {
    await people(user('app'));
    await control(kms.controlUrl, 'POST /mischief', { eventualConsistency: { grantsSeconds: 60 } });
  });

  test('a token helps at once', async () => {
    const { json } = await grant();
    expect(await typeOf(encrypt())).toBe('AccessDeniedException');
    expect(await typeOf(encrypt({}, { GrantTokens: [json?.['GrantToken']] }))).toBe(200);
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 61 });
    expect(await typeOf(encrypt())).toBe(200);
  });

  test('each token of one grant helps, and each is another', async () => {
    const first = (await grant({ Name: 'one' })).json;
    const again = (await grant({ Name: 'one' })).json;
    expect(again?.['GrantId']).toBe(first?.['GrantId']);
    expect(again?.['GrantToken']).not.toBe(first?.['GrantToken']);
    for (const made of [first, again]) {
      expect(await typeOf(encrypt({}, { GrantTokens: [made?.['GrantToken']] }))).toBe(200);
    }
  });

  test.each([
    ['cut', (token: string) => token.slice(0, -4)],
    ['altered', (token: string) => `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`],
    ['longer', (token: string) => `${token}\n`],
  ])('a token that was %s is none', async (_name, change) => {
    const token = String((await grant()).json?.['GrantToken']);
    const GrantTokens = [change(token)];
    expect(await typeOf(encrypt({}, { GrantTokens }))).toBe('InvalidGrantTokenException');
  });

  test('the token of another key does not', async () => {
    const other = await client.createKey({ Origin: 'AWS_KMS' });
    const { json } = await grant({ KeyId: other });
    await grant();
    expect(await typeOf(encrypt({}, { GrantTokens: [json?.['GrantToken']] }))).toBe(
      'AccessDeniedException',
    );
  });

  test('a token that nobody gave out is refused, even to those who need none', async () => {
    const request = { KeyId: keyId, Plaintext: 'AQI=', GrantTokens: ['bm9ib2R5'] };
    expect(await typeOf(client.call('Encrypt', request))).toBe('InvalidGrantTokenException');
  });
});

describe('a grantee that may make grants', () => {
  const child = (more: object = {}) =>
    as('app', 'CreateGrant', {
      GranteePrincipal: userArn('helper'),
      Operations: ['Encrypt'],
      DryRun: true,
      ...more,
    });
  const contextPairs = { team: 'pay' };

  test.each([
    ['passes on what it has', {}, ['Encrypt', 'CreateGrant'], {}, 'DryRunOperationException'],
    ['no operation that it lacks', {}, ['CreateGrant'], {}, 'AccessDeniedException'],
    [
      'nothing without the constraint that it is under',
      { EncryptionContextSubset: contextPairs },
      ['Encrypt', 'CreateGrant'],
      {},
      'AccessDeniedException',
    ],
    [
      'a stricter constraint',
      { EncryptionContextSubset: contextPairs },
      ['Encrypt', 'CreateGrant'],
      { Constraints: { EncryptionContextSubset: { ...contextPairs, more: 'x' } } },
      'DryRunOperationException',
    ],
    [
      'an exact context in place of a part of it',
      { EncryptionContextSubset: contextPairs },
      ['Encrypt', 'CreateGrant'],
      { Constraints: { EncryptionContextEquals: contextPairs } },
      'DryRunOperationException',
    ],
    [
      'no part of a context in place of an exact one',
      { EncryptionContextEquals: contextPairs },
      ['Encrypt', 'CreateGrant'],
      { Constraints: { EncryptionContextSubset: contextPairs } },
      'AccessDeniedException',
    ],
  ])('%s', async (_name, Constraints, Operations, more, type) => {
    await people(user('app'), user('helper'));
    await grant({ Operations, Constraints });
    expect((await child(more)).type).toBe(type);
  });

  test('is not bound by its grant when a policy lets it', async () => {
    await people(user('app', { policies: { grants: allowing('kms:CreateGrant') } }));
    await grant({ Operations: ['CreateGrant'] });
    expect((await child({ Operations: ['Decrypt'] })).type).toBe('DryRunOperationException');
  });
});

test('a policy can limit the grants that somebody makes', async () => {
  const Condition = {
    'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Encrypt', 'Decrypt'] },
    StringEquals: {
      'kms:GranteePrincipal': app,
      'kms:GrantConstraintType': 'EncryptionContextSubset',
    },
  };
  const Statement = { Effect: 'Allow', Action: 'kms:CreateGrant', Resource: keyArn, Condition };
  await people(user('maker', { policies: { some: { Statement } } }));
  const right = {
    GranteePrincipal: app,
    Operations: ['Encrypt'],
    Constraints: { EncryptionContextSubset: { a: 'b' } },
    DryRun: true,
  };
  const outcome = (more: object) => typeOf(as('maker', 'CreateGrant', { ...right, ...more }));
  expect(await outcome({})).toBe('DryRunOperationException');
  for (const wrong of [
    { Operations: ['Encrypt', 'GenerateDataKey'] },
    { GranteePrincipal: userArn('other') },
    { Constraints: { EncryptionContextEquals: { a: 'b' } } },
    { Constraints: undefined },
  ]) {
    expect(await outcome(wrong)).toBe('AccessDeniedException');
  }
});
