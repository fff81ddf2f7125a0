import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allowing, trusting, user } from '../testing/people.fixture.ts';
import { PrincipalsFileError, readPrincipals } from './document.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'principals-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const account = (more: object) => ({ accounts: [{ accountId: '123456789012', ...more }] });
const problemOf = (value: unknown): string => {
  const file = join(folder, 'principals.json');
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  try {
    readPrincipals(file);
    return '';
  } catch (error) {
    if (error instanceof PrincipalsFileError) return error.message;
    throw error;
  }
};

test('a whole file is read', () => {
  const people = account({
    rootAccessKeys: [{ accessKeyId: 'AKIAROOT', secretAccessKey: 's' }],
    users: [
      user('custodian', {
        path: '/keys/',
        policies: { rotate: allowing('kms:*') },
        tags: { team: 'keys' },
        mfaDevices: [
          { serialNumber: 'arn:aws:iam::123456789012:mfa/custodian', code: '123456' },
          { serialNumber: 'GAHT12345678', seed: 'GEZDGNBVGY3TQOJQ' },
        ],
      }),
    ],
    roles: [{ name: 'push', trust: trusting('*'), maxSessionSeconds: 7200 }],
  });
  expect(problemOf(people)).toBe('');
  expect(problemOf({})).toBe('');
});

test.each([
  ['{', 'is not JSON'],
  [[], 'expected object'],
  [{ account: [] }, 'Unrecognized key'],
  [{ accounts: [{}] }, 'accounts.0.accountId: '],
  [{ accounts: [{ accountId: '12' }] }, 'accounts.0.accountId: not twelve digits'],
  [account({ user: [] }), 'accounts.0: Unrecognized key: "user"'],
  [account({ users: [{ name: 'a b' }] }), 'accounts.0.users.0.name: not a name of IAM'],
  [account({ users: [{ name: 'a', path: 'x' }] }), 'users.0.path: a path begins and ends with /'],
  [account({ users: [user('a'), user('a')] }), 'access key AKIA-a is there twice'],
  [
    account({ users: [user('a'), { name: 'a' }] }),
    'in account 123456789012, user a is there twice',
  ],
  [{ accounts: [{ accountId: '111122223333' }, { accountId: '111122223333' }] }, 'is there twice'],
  [account({ roles: [{ name: 'push' }] }), 'accounts.0.roles.0.trust'],
  [
    account({ users: [user('a', { policies: { p: { Statement: { Effect: 'Maybe' } } } })] }),
    'users.0.policies.p.Statement.Effect: ',
  ],
  [
    account({
      users: [
        user('a', { policies: { p: { Statement: [{ Effect: 'Allow', Action: 'kms:*' }] } } }),
      ],
    }),
    'Statement.0: a statement needs a resource',
  ],
  [
    account({
      users: [
        user('a', {
          policies: {
            p: {
              Statement: {
                Effect: 'Allow',
                Action: '*',
                Resource: '*',
                Condition: { Sounds: { a: 'b' } },
              },
            },
          },
        }),
      ],
    }),
    'Condition.Sounds: no such condition operator',
  ],
  [
    account({
      roles: [
        {
          name: 'push',
          trust: {
            Statement: ['1', '2'].map(() => ({
              Sid: 'same',
              Effect: 'Allow',
              Principal: '*',
              Action: 'sts:*',
            })),
          },
        },
      ],
    }),
    'roles.0.trust: two statements have the same Sid',
  ],
  [
    account({
      users: [user('a', { mfaDevices: [{ serialNumber: 'GAHT12345678', code: '12345' }] })],
    }),
    'mfaDevices.0.code: not six digits',
  ],
  [
    account({ users: [user('a', { mfaDevices: [{ serialNumber: 'GAHT12345678' }] })] }),
    'mfaDevices.0: takes either a seed or a code',
  ],
])('%j: %s', (value, problem) => {
  expect(problemOf(value)).toContain(problem);
});

test.each([
  [{ Action: 'Encrypt' }, 'Statement.Action: must be prefaced by a service'],
  [{ Resource: 'key/one' }, 'Statement.Resource: a resource must be an ARN or *'],
  [{ Sid: 'Let them in' }, 'Statement.Sid: must be alphanumeric'],
  [
    { Condition: { Bool: { SecureTransport: 'true' } } },
    'Condition.Bool.SecureTransport: must be prefaced by a service, e.g. kms:SecureTransport',
  ],
])('an IAM policy with %j: %s', (more, problem) => {
  const Statement = { Effect: 'Allow', Action: '*', Resource: '*', ...more };
  const holder = user('a', { policies: { p: { Statement } } });
  expect(problemOf(account({ users: [holder] }))).toContain(problem);
});

test('a file that is not there, and no secret in the message', () => {
  expect(() => readPrincipals(join(folder, 'missing'))).toThrow('cannot read the principals file');
  const secret = 'x'.repeat(300);
  const users = [{ name: 'a', accessKeys: [{ accessKeyId: 'K', secretAccessKey: secret }] }];
  expect(problemOf(account({ users }))).not.toContain(secret);
});
