import { describe, expect, it } from 'vitest';
import { differingStatements, samePolicy } from './compare.ts';
import { canStillImport, canStillManage, refusesAlias, wouldLockOut } from './evaluate.ts';
import { parsePolicy } from './import.ts';
import type { KeyPolicy } from './policy.ts';

const account = '111122223333';
const root = `arn:aws:iam::${account}:root`;
const user = `arn:aws:iam::${account}:user/kms-push`;
const session = `arn:aws:sts::${account}:assumed-role/kms-push/keyreeve-1`;

type Rule = [
  effect: 'Allow' | 'Deny',
  who: unknown,
  actions: string | string[] | { not: string | string[] },
  condition?: Record<string, unknown>,
];

const text = (...rules: Rule[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: rules.map(([Effect, who, actions, Condition]) => ({
      Effect,
      ...(typeof who === 'object' && who !== null && 'not' in who
        ? { NotPrincipal: { AWS: who.not } }
        : { Principal: who === '*' ? '*' : { AWS: who } }),
      ...(typeof actions === 'object' && 'not' in actions
        ? { NotAction: actions.not }
        : { Action: actions }),
      Resource: '*',
      ...(Condition ? { Condition } : {}),
    })),
  });
const policy = (...rules: Rule[]): KeyPolicy => parsePolicy(text(...rules));
const admin = ['kms:Describe*', 'kms:Get*', 'kms:Put*', 'kms:ImportKeyMaterial', 'kms:UpdateAlias'];

describe('importing again', () => {
  const verdict = (principal: string, ...rules: Rule[]): string =>
    canStillImport(policy(...rules), principal).verdict;

  it.each<[string, string, string, Rule[]]>([
    ['AWS’s own policy', user, 'through-iam', [['Allow', root, 'kms:*']]],
    ['the account by its number', user, 'through-iam', [['Allow', account, 'kms:*']]],
    ['another account', user, 'no', [['Allow', '444455556666', 'kms:*']]],
    ['the user by name', user, 'yes', [['Allow', user, 'kms:*']]],
    [
      'wildcards in actions, in any case',
      user,
      'yes',
      [
        [
          'Allow',
          user,
          [
            'KMS:describe*',
            'kms:Get*',
            'kms:PutKey?olicy',
            'kms:ImportKeyMaterial',
            'kms:UpdateAlias',
          ],
        ],
      ],
    ],
    ['anybody', user, 'yes', [['Allow', '*', '*']]],
    [
      'a role, for its session',
      session,
      'yes',
      [['Allow', `arn:aws:iam::${account}:role/kms-push`, 'kms:*']],
    ],
    [
      'a role with a path, for its session',
      session,
      'yes',
      [['Allow', `arn:aws:iam::${account}:role/ci/kms-push`, 'kms:*']],
    ],
    [
      'a role of another name',
      session,
      'no',
      [['Allow', `arn:aws:iam::${account}:role/kms-pull`, 'kms:*']],
    ],
    ['only encryption', user, 'no', [['Allow', user, ['kms:Encrypt', 'kms:Decrypt']]]],
    [
      'a condition',
      user,
      'unsure',
      [['Allow', user, 'kms:*', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }]],
    ],
    [
      'a condition beside the account',
      user,
      'through-iam',
      [
        ['Allow', user, 'kms:*', { Bool: { 'aws:x': 'true' } }],
        ['Allow', root, 'kms:*'],
      ],
    ],
    [
      'a Deny by name',
      user,
      'no',
      [
        ['Allow', user, 'kms:*'],
        ['Deny', user, 'kms:ImportKeyMaterial'],
      ],
    ],
    [
      'a Deny for everybody but somebody else',
      user,
      'no',
      [
        ['Allow', user, 'kms:*'],
        ['Deny', { not: root }, 'kms:PutKeyPolicy'],
      ],
    ],
    [
      'a Deny for everybody but the user',
      user,
      'yes',
      [
        ['Allow', user, 'kms:*'],
        ['Deny', { not: [user] }, 'kms:*'],
      ],
    ],
    [
      'a Deny with a condition',
      user,
      'unsure',
      [
        ['Allow', user, 'kms:*'],
        ['Deny', '*', 'kms:*', { Bool: { 'aws:SecureTransport': 'false' } }],
      ],
    ],
    [
      'a Deny for the whole account',
      user,
      'unsure',
      [
        ['Allow', user, 'kms:*'],
        ['Deny', root, 'kms:ImportKeyMaterial'],
      ],
    ],
    [
      'everything except importing',
      user,
      'no',
      [['Allow', user, { not: 'kms:ImportKeyMaterial' }]],
    ],
    ['everything except decrypting', user, 'yes', [['Allow', user, { not: ['kms:Decrypt'] }]]],
    ['root, for root', root, 'yes', [['Allow', root, 'kms:*']]],
  ])('under %s: %s is %s', (_, principal, expected, rules) => {
    expect(verdict(principal, ...rules)).toBe(expected);
  });

  it('says what is refused and which statement to add', () => {
    const outlook = canStillImport(
      policy(['Allow', user, ['kms:DescribeKey', 'kms:GetKeyPolicy']]),
      session,
    );
    expect(outlook.refused).toHaveLength(6);
    const some = canStillImport(
      policy([
        'Allow',
        user,
        ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:UpdateAlias', 'kms:PutKeyPolicy'],
      ]),
      user,
    );
    expect(some.refused).toEqual(['kms:GetParametersForImport', 'kms:ImportKeyMaterial']);
    expect(some.add).toEqual({
      Sid: 'KeyreeveImport',
      Effect: 'Allow',
      Principal: { AWS: user },
      Action: [
        'kms:GetParametersForImport',
        'kms:ImportKeyMaterial',
        'kms:DeleteImportedKeyMaterial',
      ],
      Resource: '*',
    });
    const added = { Version: '2012-10-17', Statement: [some.add] };
    expect(() => parsePolicy(JSON.stringify(added))).not.toThrow();
    expect(outlook.add?.Principal.AWS).toBe(`arn:aws:iam::${account}:role/kms-push`);
  });

  it('names the Deny, against which nothing can be added', () => {
    const outlook = canStillImport(
      policy(['Allow', user, admin], ['Deny', '*', 'kms:Import*']),
      user,
    );
    expect(outlook).toMatchObject({
      verdict: 'no',
      add: null,
      deniedBy: [2],
      refused: ['kms:ImportKeyMaterial'],
    });
  });

  it('notices a policy that would lock the credential out', () => {
    expect(wouldLockOut(policy(['Allow', user, ['kms:Encrypt']]), user)).toBe(true);
    expect(wouldLockOut(policy(['Allow', root, 'kms:*']), user)).toBe(false);
    expect(wouldLockOut(policy(['Allow', user, 'kms:PutKeyPolicy']), user)).toBe(false);
  });
});

describe('the same policy', () => {
  const base = text(
    ['Allow', [root, user], ['kms:Encrypt', 'kms:Decrypt']],
    ['Deny', '*', 'kms:*', { Bool: { a: 'true' } }],
  );
  const parsed = JSON.parse(base) as { Version: string; Statement: Record<string, unknown>[] };

  it.each<[string, unknown]>([
    ['re-spaced', parsed],
    ['statements in another order', { ...parsed, Statement: [...parsed.Statement].reverse() }],
    [
      'fields in another order',
      {
        Statement: parsed.Statement.map((each) =>
          Object.fromEntries(Object.entries(each).reverse()),
        ),
        Version: parsed.Version,
      },
    ],
    [
      'names in another order, case of actions, a name twice',
      {
        ...parsed,
        Statement: [
          {
            ...parsed.Statement[0],
            Action: ['KMS:decrypt', 'kms:Encrypt', 'kms:Encrypt'],
            Principal: { AWS: [user, account] },
          },
          parsed.Statement[1],
        ],
      },
    ],
    [
      'a list of one',
      {
        ...parsed,
        Statement: [
          parsed.Statement[0],
          {
            ...parsed.Statement[1],
            Action: ['kms:*'],
            Resource: ['*'],
            Principal: { AWS: '*' },
            Condition: { Bool: { a: true } },
          },
        ],
      },
    ],
  ])('%s', (_, other) => {
    expect(samePolicy(base, JSON.stringify(other, null, 4))).toBe(true);
    expect(differingStatements(base, JSON.stringify(other))).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['another effect', { Effect: 'Deny' }],
    ['an action more', { Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:Sign'] }],
    ['everything but', { Action: undefined, NotAction: ['kms:Encrypt', 'kms:Decrypt'] }],
    ['another principal', { Principal: { AWS: root } }],
    ['the same name as a service', { Principal: { Service: [root, user] } }],
    ['a condition', { Condition: { Bool: { a: 'true' } } }],
    ['a Sid', { Sid: 'A' }],
    ['another resource', { Resource: 'arn:aws:kms:::x' }],
  ])('is not the one with %s', (_, more) => {
    const other = JSON.stringify({
      ...parsed,
      Statement: [{ ...parsed.Statement[0], ...(more as object) }, parsed.Statement[1]],
    });
    expect(samePolicy(base, other)).toBe(false);
  });

  it('differs by statement, by name', () => {
    const named = (sids: Record<string, string>): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: Object.entries(sids).map(([Sid, Action]) => ({
          Sid,
          Effect: 'Allow',
          Principal: '*',
          Action,
          Resource: '*',
        })),
      });
    expect(
      differingStatements(
        named({ A: 'kms:Encrypt', B: 'kms:Sign' }),
        named({ A: 'kms:Decrypt', C: 'kms:Sign' }),
      ),
    ).toEqual([
      { name: 'A', how: 'changed' },
      { name: 'B', how: 'removed' },
      { name: 'C', how: 'added' },
    ]);
    const old = named({ A: 'kms:Sign' }).replace('2012-10-17', '2008-10-17');
    expect(differingStatements(old, named({ A: 'kms:Sign' }))).toEqual([
      { name: 'Version', how: 'changed' },
    ]);
  });
});

describe('a KMS key in an external key store', () => {
  it('may be managed without being used, and the plan is told which calls are refused', () => {
    const apart = policy(['Allow', root, { not: ['kms:Encrypt', 'kms:Decrypt'] }]);
    expect(canStillManage(apart, user).refused).toEqual(['kms:Encrypt', 'kms:Decrypt']);
    expect(canStillManage(apart, user).add).toMatchObject({
      Sid: 'KeyreeveExternalKey',
      Action: ['kms:Encrypt', 'kms:Decrypt'],
    });
    expect(canStillManage(policy(['Allow', root, 'kms:*']), user).refused).toEqual([]);
  });

  it('may be kept from having an alias', () => {
    expect(refusesAlias(policy(['Allow', user, admin]), user)).toBe(true);
    expect(refusesAlias(policy(['Allow', root, 'kms:*']), user)).toBe(false);
  });
});
