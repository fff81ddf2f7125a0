import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NewCredential } from './credentials.ts';
import { account, codeOf, secretOf, type TestKeystore, testKeystore } from './keystore.fixture.ts';

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

const fields: NewCredential = {
  name: 'prod',
  kind: 'session',
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  endpoint: 'http://127.0.0.1:4566',
  profile: null,
  sourceId: null,
  roleArn: null,
  externalId: null,
  mfaSerial: null,
  expiresAt: 1_800_000_000_000,
};
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const sessionToken = 'FwoGZXIvYXdzEXAMPLE-token';
const secrets = () => ({
  secretAccessKey: secretOf(secretAccessKey),
  sessionToken: secretOf(sessionToken),
});

it('keeps what it was given, untested at first', () => {
  const made = keystore.credentials.add(fields, secrets());
  expect(made).toEqual({
    ...fields,
    id: made.id,
    account: null,
    principalArn: null,
    connection: 'Not tested',
    problem: null,
    testedAt: null,
  });
  expect(keystore.credentials.get(made.id)).toEqual(made);
  const role = keystore.credentials.add(
    {
      ...fields,
      name: 'role',
      kind: 'assume-role',
      accessKeyId: null,
      sourceId: made.id,
      roleArn: `arn:aws:iam::${account}:role/custodian`,
      externalId: 'x',
      mfaSerial: `arn:aws:iam::${account}:mfa/me`,
      profile: 'p',
    },
    {},
  );
  expect(keystore.credentials.get(role.id)).toEqual(role);
  expect(keystore.credentials.list().map(({ name }) => name)).toEqual(['aws', 'prod', 'role']);
});

it('shows secrets to who asks for them by name, and nowhere else', () => {
  const { credentials, temporary } = keystore;
  const { id } = credentials.add(fields, secrets());
  const read = credentials.secret(id, 'secretAccessKey');
  expect(read?.use((bytes) => bytes.toString())).toBe(secretAccessKey);
  read?.dispose();
  expect(credentials.secret(id, 'sessionToken')?.length).toBe(sessionToken.length);
  expect(credentials.secret(id, 'other')).toBeNull();
  expect(credentials.secret(keystore.credentialId, 'secretAccessKey')).toBeNull();

  const { db } = temporary.store;
  const tables = db
    .prepare<[], string>(`select name from sqlite_master where type = 'table'`)
    .pluck()
    .all();
  const everything = [
    credentials.list(),
    ...tables.map((t) => db.prepare(`select * from "${t}"`).all()),
  ];
  const stored = JSON.stringify(everything, (_name, value: unknown) =>
    Buffer.isBuffer(value) ? value.toString('latin1') : value,
  );
  expect(stored).toContain(fields.accessKeyId);
  expect(stored).not.toContain(secretAccessKey);
  expect(stored).not.toContain(sessionToken);
});

it('refuses a second one of the same name, and one whose source is not there', () => {
  const { credentials } = keystore;
  credentials.add({ ...fields, name: 'Caf\u00e9' }, {});
  expect(codeOf(() => credentials.add({ ...fields, name: 'Cafe\u0301' }, {}))).toBe('NAME_TAKEN');
  expect(codeOf(() => credentials.add({ ...fields, sourceId: 'gone' }, {}))).toBe('NOT_FOUND');
  expect(credentials.list()).toHaveLength(2);
});

it('notes a test, and keeps the account that an earlier one proved', () => {
  const { credentials, clock } = keystore;
  const { id } = credentials.add(fields, secrets());
  const principalArn = `arn:aws:iam::${account}:user/custodian`;
  const good = { connection: 'Connected', problem: null, account, principalArn } as const;
  expect(credentials.noteTest(id, good)).toMatchObject({ ...good, testedAt: clock.now() });
  clock.jumpWall(5);
  const bad = { connection: 'Not Connected', problem: 'ExpiredToken' } as const;
  const noted = { ...bad, account, principalArn, testedAt: clock.now() };
  expect(credentials.noteTest(id, bad)).toMatchObject(noted);
  expect(credentials.get(id)).toMatchObject(noted);
  expect(codeOf(() => credentials.noteTest('gone', bad))).toBe('NOT_FOUND');
});

it('stays while a group or another credential builds on it', () => {
  const { credentials, groups } = keystore;
  const { id } = credentials.add(fields, secrets());
  const group = keystore.addGroup({ credentialId: id });
  const role = credentials.add({ ...fields, name: 'role', sourceId: id }, {});
  expect(credentials.usersOf(id)).toEqual({ groups: 1, stores: 0, roles: 1 });
  expect(codeOf(() => credentials.remove(id))).toBe('CREDENTIAL_IN_USE');
  expect(credentials.secret(id, 'sessionToken')?.disposed).toBe(false);
  groups.remove(group.id);
  expect(codeOf(() => credentials.remove(id))).toBe('CREDENTIAL_IN_USE');
  credentials.remove(role.id);
  credentials.remove(id);
  expect(credentials.byId(id)).toBeNull();
});

it('takes every sealed part with it when it is removed', () => {
  const { credentials, temporary } = keystore;
  const sealed = temporary.store.db.prepare('select count(*) from sealed_record').pluck();
  const { id } = credentials.add(fields, { ...secrets(), somethingNew: secretOf('x') });
  expect(sealed.get()).toBe(3);
  credentials.remove(id);
  expect(sealed.get()).toBe(0);
  expect(credentials.secret(id, 'secretAccessKey')).toBeNull();
  expect(codeOf(() => credentials.remove(id))).toBe('NOT_FOUND');
});
