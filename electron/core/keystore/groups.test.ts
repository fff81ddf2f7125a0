import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupChange, GroupQuery } from './groups.ts';
import { account, codeOf, type TestKeystore, testKeystore } from './keystore.fixture.ts';

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

const names = (query: Partial<GroupQuery>): string[] =>
  keystore.groups
    .list({ find: '', limit: 100, after: null, ...query })
    .groups.map((group) => group.name);

it('gives back every field it was given', () => {
  const { groups, folders, clock } = keystore;
  const fields = keystore.newGroup({
    folderId: folders.add('Bank', null).id,
    name: 'Zahlungen "EU"',
    storage: 'software',
    rotate: false,
    rotateEvery: { amount: 90, unit: 'days' },
    keepValidFor: { amount: 3, unit: 'years' },
    alias: 'bank/payments',
    description: "it's; drop table key_group",
    region: 'eu-central-1',
    activeKeyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
    policy: '{}',
    materialDays: 365,
    disableAfter: true,
    disableWaitDays: 0,
    nextRotationAt: 1_800_000_000_000,
  });
  const made = groups.add(fields);
  expect(made).toMatchObject({ ...fields, account: null, createdAt: clock.now() });
  expect(groups.get(made.id)).toEqual(made);
});

it('edits every field that may change, one at a time, and no other', () => {
  const { groups, folders, credentials } = keystore;
  const folder = folders.add('Bank', null);
  const { id: _id, ...aws } = credentials.get(keystore.credentialId);
  const other = credentials.add({ ...aws, name: 'other' }, {});
  const { id } = keystore.addGroup();
  const changes: Required<GroupChange> = {
    mapping: 'material',
    folderId: folder.id,
    name: 'renamed',
    credentialId: other.id,
    account,
    rotate: false,
    rotateEvery: { amount: 2, unit: 'weeks' },
    keepValidFor: { amount: 5, unit: 'years' },
    alias: 'other-alias',
    description: 'why',
    region: 'eu-north-1',
    activeKeyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
    policy: '{"Version":"2012-10-17"}',
    materialDays: 30,
    disableAfter: true,
    disableWaitDays: 14,
    nextRotationAt: 1_900_000_000_000,
  };
  for (const [field, value] of Object.entries(changes)) {
    const before = groups.get(id);
    expect(groups.edit(id, { [field]: value })).toEqual({ ...before, [field]: value });
    expect(groups.get(id)).toEqual({ ...before, [field]: value });
  }
  const back: GroupChange = { folderId: null, policy: null, materialDays: null, activeKeyId: null };
  expect(groups.edit(id, back)).toMatchObject(back);
  expect(groups.get(id)).toMatchObject(back);
  expect(codeOf(() => groups.edit(folder.id, { name: 'x' }))).toBe('NOT_FOUND');
});

describe('names and aliases', () => {
  it('takes a name once in a folder', () => {
    const { groups, folders } = keystore;
    const folder = folders.add('Bank', null);
    keystore.addGroup({ name: 'cards' });
    expect(codeOf(() => keystore.addGroup({ name: 'cards', alias: 'x' }))).toBe('NAME_TAKEN');
    const below = keystore.addGroup({ name: 'cards', alias: 'x', folderId: folder.id });
    expect(codeOf(() => groups.edit(below.id, { folderId: null }))).toBe('NAME_TAKEN');
    expect(groups.edit(below.id, { name: 'cards' }).folderId).toBe(folder.id);
  });

  it('takes an alias once in a Region of an account, as far as accounts are known', () => {
    const { groups } = keystore;
    const first = keystore.addGroup({ name: 'a', alias: 'pay' });
    const second = (region: string) => keystore.addGroup({ name: 'b', alias: 'pay', region });
    expect(codeOf(() => second('eu-west-1'))).toBe('ALIAS_TAKEN_IN_KEYSTORE');
    const elsewhere = second('us-east-1');
    expect(codeOf(() => groups.edit(elsewhere.id, { region: 'eu-west-1' }))).toBe(
      'ALIAS_TAKEN_IN_KEYSTORE',
    );
    groups.bindAccount(first.id, account);
    groups.bindAccount(elsewhere.id, '999999999999');
    expect(groups.edit(elsewhere.id, { region: 'eu-west-1' }).region).toBe('eu-west-1');
  });

  it('refuses a folder or credential that is not there', () => {
    const gone = '00000000-0000-7000-8000-000000000000';
    expect(codeOf(() => keystore.addGroup({ folderId: gone }))).toBe('NOT_FOUND');
    expect(codeOf(() => keystore.addGroup({ credentialId: gone }))).toBe('NOT_FOUND');
    const { id } = keystore.addGroup();
    expect(codeOf(() => keystore.groups.edit(id, { folderId: gone }))).toBe('NOT_FOUND');
  });
});

it('binds to an account once and for ever', () => {
  const { groups } = keystore;
  const { id } = keystore.addGroup();
  groups.bindAccount(id, account);
  groups.bindAccount(id, account);
  expect(codeOf(() => groups.bindAccount(id, '999999999999'))).toBe('ACCOUNT_MISMATCH');
  expect(codeOf(() => groups.edit(id, { account: '999999999999' }))).toBe('ACCOUNT_MISMATCH');
  expect(codeOf(() => groups.edit(id, { account: null }))).toBe('ACCOUNT_MISMATCH');
  expect(groups.get(id).account).toBe(account);
});

describe('listing', () => {
  it('reads pages in the order of names, numbers by their value, each group once', () => {
    const all = ['Zebra', 'apple10', 'apple', 'Banana', 'älg', 'cherry', 'apple2', 'Apple3'];
    for (const name of all) keystore.addGroup({ name, alias: name.replace('ä', 'a') });
    const read: string[] = [];
    let after: GroupQuery['after'] = null;
    do {
      const { groups, total } = keystore.groups.list({ find: '', limit: 2, after });
      expect(total).toBe(8);
      read.push(...groups.map((group) => group.name));
      expect(read.length).toBeLessThanOrEqual(total);
      after = groups.at(-1) ?? null;
    } while (after !== null);
    expect(read).toEqual([
      'apple',
      'apple2',
      'Apple3',
      'apple10',
      'Banana',
      'cherry',
      'Zebra',
      'älg',
    ]);
  });

  it('reads equal names of several folders once each', () => {
    const { folders } = keystore;
    for (const place of ['A', 'B', 'C']) {
      keystore.addGroup({ name: 'same', alias: place, folderId: folders.add(place, null).id });
    }
    const first = keystore.groups.list({ find: '', limit: 2, after: null });
    const rest = keystore.groups.list({ find: '', limit: 2, after: first.groups[1] ?? null });
    expect(new Set([...first.groups, ...rest.groups].map((group) => group.folderId)).size).toBe(3);
  });

  it('lists one folder', () => {
    const folder = keystore.folders.add('Bank', null);
    keystore.addGroup({ name: 'in', folderId: folder.id });
    keystore.addGroup({ name: 'in2', folderId: folder.id });
    keystore.addGroup({ name: 'out' });
    expect(names({ folderId: folder.id })).toEqual(['in', 'in2']);
    expect(names({ folderId: folder.id, after: { name: 'in', id: '~' } })).toEqual(['in2']);
  });

  it('finds by parts of name, alias, and of what its keys hold', () => {
    const group = keystore.addGroup({ name: 'Zürich Cards', alias: 'zrh-cards' });
    keystore.addGroup({ name: 'other' });
    const key = keystore.addKey(group.id, {}, { kcv: { method: 'CMAC', value: '82B7A1C04E' } });
    const remote = keystore.addRemote(key.id, { alias: 'alias/old-holder' });
    const finds = ['ZÜR', 'z', 'ZRH', 'b7a1c', remote.arn, ` ${remote.kmsKeyId}\n`, 'old-hold'];
    for (const find of [...finds, remote.materialId?.slice(9, 30) ?? '', 'h c'])
      expect(names({ find }), find).toEqual(['Zürich Cards']);
    for (const find of ['nothing', '%', '_', '"', "'", 'zur', '\u0000', 'NEAR(a b)', '*'])
      expect(names({ find }), find).toEqual([]);
  });

  it('lists only the chosen ones, in order, by page and filter', () => {
    const made = ['d', 'a', 'c', 'b'].map((name) => keystore.addGroup({ name }));
    const only = new Set(made.filter(({ name }) => name !== 'c').map(({ id }) => id));
    expect(names({ only })).toEqual(['a', 'b', 'd']);
    expect(names({ only, limit: 2 })).toEqual(['a', 'b']);
    expect(names({ only, after: { name: 'b', id: '~' } })).toEqual(['d']);
    expect(names({ only, find: 'd' })).toEqual(['d']);
    expect(names({ only: new Set(['no group of ours']) })).toEqual([]);
    expect(keystore.groups.list({ find: '', limit: 1, after: null, only }).total).toBe(3);
  });
});

it('counts keys, those in AWS, those whose material is gone, and names the active one', () => {
  const { groups, keys } = keystore;
  const { id } = keystore.addGroup({ alias: 'pay' });
  expect(groups.counts(id)).toEqual({ keys: 0, activeVersion: null, inAws: 0, gone: 0 });
  const [first, second, third] = [1, 2, 3, 4].map(() => keystore.addKey(id));
  keystore.addRemote(first!.id, { alias: 'alias/pay', region: 'us-east-1' });
  keystore.addRemote(second!.id, { alias: 'alias/pay' });
  keystore.addRemote(third!.id, { alias: 'alias/pay', region: 'eu-central-1' });
  expect(groups.counts(id)).toEqual({ keys: 4, activeVersion: 2, inAws: 3, gone: 0 });
  keys.noteRemote(first!.id, { state: 'PendingImport' });
  keys.noteRemote(third!.id, { state: 'PendingImport', materialId: null, taken: false });
  expect(groups.counts(id).gone).toBe(1);
  // of keys that are not symmetric AWS names no material
  keys.noteRemote(third!.id, { taken: true });
  expect(groups.counts(id).gone).toBe(2);
});

it('says which groups are due, longest first, and leaves out what does not rotate', () => {
  const { groups } = keystore;
  const due = (name: string, nextRotationAt: number | null, rotate = true) =>
    keystore.addGroup({ name, nextRotationAt, rotate }).id;
  const late = due('late', 200);
  const longLate = due('longLate', 100);
  due('later', 301);
  due('byHand', 100, false);
  due('never', null);
  expect(groups.due(300)).toEqual([
    { id: longLate, dueAt: 100 },
    { id: late, dueAt: 200 },
  ]);
});

it('remembers which foreign keys were adopted, for this group alone', () => {
  const { groups } = keystore;
  const [one, two] = [keystore.addGroup({ name: 'a' }), keystore.addGroup({ name: 'b' })];
  const arn = `arn:aws:kms:eu-west-1:${account}:key/7c1d`;
  groups.adoptForeign(one.id, arn);
  groups.adoptForeign(one.id, arn);
  expect(groups.hasAdopted(one.id, arn)).toBe(true);
  expect(groups.hasAdopted(two.id, arn)).toBe(false);
});

it('removes a group without keys and refuses one with keys', () => {
  const { groups } = keystore;
  const { id } = keystore.addGroup();
  groups.adoptForeign(id, 'arn:x');
  const other = keystore.addGroup({ name: 'full' });
  keystore.addKey(other.id);
  groups.remove(id);
  expect(groups.byId(id)).toBeNull();
  expect(codeOf(() => groups.remove(other.id))).toBe('GROUP_HAS_KEYS');
  expect(codeOf(() => groups.remove(id))).toBe('NOT_FOUND');
});

it('binds the groups of a tested credential that had no account, and no other', () => {
  const { groups } = keystore;
  const unbound = keystore.addGroup({ name: 'a', alias: 'a' });
  const bound = keystore.addGroup({ name: 'b', alias: 'b' });
  groups.bindAccount(bound.id, '999999999999');
  groups.bindUsersOf(unbound.credentialId, account);
  expect(groups.get(unbound.id).account).toBe(account);
  expect(groups.get(bound.id).account).toBe('999999999999');
});
