import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestKeystore, testKeystore } from './keystore.fixture.ts';
import type { AliasElsewhere } from './rows.ts';
import { aliasStanding, keyState } from './views.ts';

let keystore: TestKeystore;
let group: string;
let one: string;
const theirs: AliasElsewhere = { kmsKeyId: 'theirs', arn: 'arn:theirs', readAt: 5 };
const none: AliasElsewhere = { kmsKeyId: null, arn: null, readAt: 6 };

beforeEach(() => {
  keystore = testKeystore();
  group = keystore.addGroup({ alias: 'pay' }).id;
  one = keystore.addKey(group).id;
  keystore.keys.setLifecycle(one, 'active');
  keystore.addRemote(one, { alias: 'alias/pay' });
});
afterEach(() => keystore[Symbol.dispose]());

const lost = (at: AliasElsewhere, alias = 'alias/pay'): void =>
  keystore.keys.loseAlias(group, 'eu-west-1', alias, at);

/** What a list shows of the group, and what is counted at all times, are one and the same. */
const standing = (): string => {
  const { groups, keys, overview } = keystore;
  const shown = aliasStanding(groups.get(group), keys.ofGroup(group), keys.aliasElsewhere(group));
  const counted = overview.groupsInTrouble().includes(group);
  expect(counted).toBe(shown === 'elsewhere' || shown === 'missing');
  return shown;
};

it('is kept until a key of the group has the alias again', () => {
  expect([standing(), keystore.keys.aliasElsewhere(group)]).toEqual(['fine', null]);
  lost(theirs);
  expect([standing(), keystore.keys.aliasElsewhere(group)]).toEqual(['elsewhere', theirs]);
  lost(none);
  expect([standing(), keystore.keys.aliasElsewhere(group)]).toEqual(['missing', none]);
  const two = keystore.addKey(group).id;
  keystore.addRemote(two);
  keystore.keys.moveAlias(group, 'eu-west-1', 'alias/pay', two, 7);
  expect([standing(), keystore.keys.aliasElsewhere(group)]).toEqual(['fine', null]);
});

it('that somebody put on a KMS key without material is trouble of that key', () => {
  const two = keystore.addKey(group).id;
  const empty = { state: 'PendingImport', materialId: null, taken: false };
  keystore.addRemote(two, empty);
  expect(keystore.overview.groupsInTrouble()).toEqual([]);
  keystore.keys.moveAlias(group, 'eu-west-1', 'alias/pay', two, 7);
  expect(keystore.overview.groupsInTrouble()).toEqual([group]);
  const { key, remote } = keystore.keys.get(two);
  expect(keyState(remote, key.usage, 7)).toBe('Material gone');
});

it('is of the alias and the Region that the group has now', () => {
  lost(theirs);
  keystore.groups.edit(group, { alias: 'other' });
  expect([standing(), keystore.keys.aliasElsewhere(group)]).toEqual(['unknown', null]);
  keystore.groups.edit(group, { alias: 'pay', region: 'us-east-1' });
  expect(keystore.keys.aliasElsewhere(group)).toBeNull();
  keystore.groups.edit(group, { region: 'eu-west-1' });
  expect([standing(), keystore.keys.aliasElsewhere(group)]).toEqual(['elsewhere', theirs]);
});

it('is no trouble while the alias of before an edit is on the version in use', () => {
  keystore.groups.edit(group, { alias: 'new' });
  lost(none, 'alias/new');
  expect(standing()).toBe('fine');
  lost(theirs, 'alias/new');
  expect(standing()).toBe('elsewhere');
  const two = keystore.addKey(group).id;
  keystore.keys.setLifecycle(two, 'active');
  keystore.addRemote(two);
  lost(none, 'alias/new');
  expect(standing()).toBe('missing');
});

it('is no trouble of a group that has no version in use, and goes with it', () => {
  const { id } = keystore.addGroup({ name: 'fresh', alias: 'fresh' });
  keystore.keys.loseAlias(id, 'eu-west-1', 'alias/fresh', theirs);
  expect(keystore.overview.groupsInTrouble()).toEqual([]);
  keystore.groups.remove(id);
  expect(keystore.groups.byId(id)).toBeNull();
});
