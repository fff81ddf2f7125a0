import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lifecycleMayBecome, lifecycles } from '../../../shared/model/lifecycle.ts';
import { codeOf, type TestKeystore, testBlob, testKeystore } from './keystore.fixture.ts';

let keystore: TestKeystore;
let groupId: string;
beforeEach(() => {
  keystore = testKeystore();
  groupId = keystore.addGroup({ alias: 'pay' }).id;
});
afterEach(() => keystore[Symbol.dispose]());

describe('the kept copy', () => {
  it('is sealed with the key and opens with equal bytes', () => {
    const kept = testBlob();
    const key = keystore.addKey(groupId, {}, kept);
    expect(keystore.keys.blob(key.id)).toEqual({ ...kept, wrapped: new Uint8Array(kept.wrapped) });
    const { db } = keystore.temporary.store;
    const rows = ['key', 'sealed_record'].flatMap((name) =>
      db.prepare(`select * from "${name}"`).all(),
    );
    const stored = JSON.stringify(rows, (_name, value: unknown) =>
      Buffer.isBuffer(value) ? value.toString('hex') : value,
    );
    expect(stored).toContain(key.kcv.value);
    expect(stored).not.toContain(Buffer.from(kept.wrapped).toString('hex'));
  });

  it('comes and goes with the key: nothing is kept of a key whose change failed', () => {
    const { store } = keystore.temporary;
    let id = '';
    const failing = () =>
      store.change(() => {
        id = keystore.addKey(groupId).id;
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(keystore.keys.byId(id)).toBeNull();
    expect(store.seals.has('key', id, 'blob')).toBe(false);
    expect(codeOf(() => keystore.keys.blob(id))).toBe('NOT_FOUND');
  });

  it('opens in every state, sealed again for each, and not for another', () => {
    const kept = testBlob();
    const { id } = keystore.addKey(groupId, {}, kept);
    const { seals } = keystore.temporary.store;
    for (const to of ['active', 'deactivated', 'active', 'suspended', 'destroyed'] as const) {
      keystore.keys.setLifecycle(id, to);
      expect(Buffer.from(keystore.keys.blob(id).wrapped)).toEqual(Buffer.from(kept.wrapped));
    }
    const asBefore = { table: 'key', row: id, column: 'blob', state: 'active' };
    const policy = 'aes-256 encrypt-decrypt, wrapped under the master key';
    expect(codeOf(() => seals.open({ ...asBefore, policy }))).toBe('KEYSTORE_TAMPERED');
  });
});

describe('life cycle', () => {
  it('moves along the table only, notes when, and refuses every other move', () => {
    for (const from of lifecycles) {
      for (const to of lifecycles) {
        const { id } = keystore.addKey(groupId);
        const way = from === 'suspended' || from === 'deactivated' ? ['active', from] : [from];
        for (const step of way) keystore.keys.setLifecycle(id, step as typeof from);
        keystore.clock.jumpWall(1000);
        const before = keystore.keys.get(id).key;
        if (from === to || lifecycleMayBecome(from, to)) {
          keystore.keys.setLifecycle(id, to);
          const { key } = keystore.keys.get(id);
          expect(key.lifecycle).toBe(to);
          const at = from === to ? before.lifecycleTimes[to] : keystore.clock.now();
          expect(key.lifecycleTimes[to]).toBe(at);
        } else {
          expect(
            codeOf(() => keystore.keys.setLifecycle(id, to)),
            `${from} to ${to}`,
          ).toBe('INTERNAL');
          expect(keystore.keys.get(id).key).toEqual(before);
        }
      }
    }
  });

  it('begins before activation, when the key was made', () => {
    const key = keystore.addKey(groupId);
    expect(key).toMatchObject({
      lifecycle: 'pre-activation',
      lifecycleTimes: { 'pre-activation': keystore.clock.now() },
    });
    expect(keystore.keys.get(key.id)).toEqual({ key, remote: null });
  });
});

it('numbers versions within the group and lists them newest first', () => {
  const { keys } = keystore;
  const other = keystore.addGroup({ name: 'other' });
  keystore.addKey(other.id, { version: 7 });
  for (let n = 1; n <= 3; n++) keystore.addKey(groupId);
  expect(keys.nextVersion(groupId)).toBe(4);
  expect(keys.nextVersion(other.id)).toBe(8);
  expect(keys.nextVersion('no group')).toBe(1);
  expect(keys.ofGroup(groupId).map(({ key }) => key.version)).toEqual([3, 2, 1]);
  expect(keys.total()).toBe(4);
  expect(() => keystore.addKey(groupId, { version: 3 })).toThrow(/UNIQUE/);
});

it('notes when a key was backed up and proved', () => {
  const { id } = keystore.addKey(groupId);
  keystore.keys.markBackedUp(id, 11);
  keystore.keys.markProved(id, 12);
  expect(keystore.keys.get(id).key).toMatchObject({ backedUpAt: 11, provedAt: 12 });
});

describe('what AWS said', () => {
  it('is kept whole and replaced whole', () => {
    const { id } = keystore.addKey(groupId);
    const first = keystore.addRemote(id, { validTo: 5, policyRead: '{}' });
    expect(keystore.keys.get(id).remote).toEqual(first);
    const second = keystore.addRemote(id, { madeBy: 'adopted', region: 'us-east-1' });
    expect(keystore.keys.get(id).remote).toEqual(second);
    const { policyRead: _left, currentMaterial: _unread, ...without } = second;
    keystore.keys.setRemote(without);
    expect(keystore.keys.get(id).remote).toEqual({ ...second, policyRead: null });
  });

  it('takes a reading in part: fields that were not read stay', () => {
    const { id } = keystore.addKey(groupId);
    const first = keystore.addRemote(id, { validTo: 5, alias: 'alias/pay' });
    keystore.keys.noteRemote(id, { state: 'Disabled', validTo: null, readAt: 9 });
    const then = { ...first, state: 'Disabled', validTo: null, readAt: 9 };
    expect(keystore.keys.get(id).remote).toEqual(then);
    keystore.keys.noteRemote(id, {});
    expect(keystore.keys.get(id).remote).toEqual(then);
  });

  it('refuses a reading of a key that has no KMS key', () => {
    const { id } = keystore.addKey(groupId);
    expect(codeOf(() => keystore.keys.noteRemote(id, { state: 'Enabled' }))).toBe('KEY_NOT_IN_AWS');
    expect(codeOf(() => keystore.keys.noteRemote('none', { state: 'Enabled' }))).toBe('NOT_FOUND');
  });
});

describe('the alias', () => {
  const aliases = () =>
    Object.fromEntries(
      keystore.keys.ofGroup(groupId).map(({ key, remote }) => [key.version, remote?.alias]),
    );

  it('moves from key to key within its Region, and no other alias moves with it', () => {
    const [one, two, three, four] = [1, 2, 3, 4].map(() => keystore.addKey(groupId).id);
    keystore.addRemote(one!, { alias: 'alias/pay' });
    keystore.addRemote(two!);
    keystore.addRemote(three!, { alias: 'alias/pay', region: 'us-east-1' });
    keystore.addRemote(four!, { alias: 'alias/former' });
    keystore.keys.moveAlias(groupId, 'eu-west-1', 'alias/pay', two!, 42);
    expect(aliases()).toEqual({
      1: null,
      2: 'alias/pay',
      3: 'alias/pay',
      4: 'alias/former',
    });
    expect(keystore.keys.get(two!).remote?.readAt).toBe(42);
    expect(keystore.keys.holderOf(groupId)?.key.id).toBe(two);
    keystore.keys.moveAlias(groupId, 'eu-west-1', 'alias/pay', two!, 43);
    expect(aliases()).toMatchObject({ 2: 'alias/pay', 3: 'alias/pay' });
    const gone = { kmsKeyId: null, arn: null, readAt: 44 };
    keystore.keys.loseAlias(groupId, 'eu-west-1', 'alias/pay', gone);
    expect(aliases()).toEqual({ 1: null, 2: null, 3: 'alias/pay', 4: 'alias/former' });
    expect(keystore.keys.holderOf(groupId)).toBeNull();
  });

  it('is held as the group says now: its alias, in its Region', () => {
    const [one, two] = [keystore.addKey(groupId).id, keystore.addKey(groupId).id];
    keystore.addRemote(one, { alias: 'alias/pay' });
    keystore.addRemote(two, { alias: 'alias/new', region: 'us-east-1' });
    expect(keystore.keys.holderOf(groupId)?.key.id).toBe(one);
    keystore.groups.edit(groupId, { alias: 'new', region: 'us-east-1' });
    expect(keystore.keys.holderOf(groupId)?.key.id).toBe(two);
  });

  it('of another group with the same name stays', () => {
    keystore.groups.bindAccount(groupId, '123456789012');
    const elsewhere = keystore.addGroup({ name: 'b', alias: 'b' });
    keystore.groups.bindAccount(elsewhere.id, '999999999999');
    keystore.groups.edit(elsewhere.id, { alias: 'pay' });
    const theirs = keystore.addKey(elsewhere.id).id;
    keystore.addRemote(theirs, { alias: 'alias/pay', account: '999999999999' });
    const ours = keystore.addKey(groupId).id;
    keystore.addRemote(ours);
    keystore.keys.moveAlias(groupId, 'eu-west-1', 'alias/pay', ours, 1);
    expect(keystore.keys.get(theirs).remote?.alias).toBe('alias/pay');
  });
});

it('finds keys by KMS key id, ARN, alias and alias ARN', () => {
  const { keys } = keystore;
  const [one, two, three] = [1, 2, 3].map(() => keystore.addKey(groupId).id);
  const remote = keystore.addRemote(one!, { alias: 'alias/pay' });
  keystore.addRemote(two!, { alias: 'alias/pay', region: 'us-east-1' });
  const ids = (reference: string) => keys.byKms(reference).map(({ key }) => key.id);
  expect(ids(remote.kmsKeyId)).toEqual([one]);
  expect(ids(remote.arn)).toEqual([one]);
  expect(ids('alias/pay')).toEqual([one, two]);
  expect(ids('arn:aws:kms:us-east-1:123456789012:alias/pay')).toEqual([two]);
  expect(ids('arn:aws:kms:us-east-1:999999999999:alias/pay')).toEqual([]);
  expect(ids('pay')).toEqual([]);
  expect(ids(three!)).toEqual([]);
});

it('keeps the history of a key, newest first', () => {
  const { keys, clock } = keystore;
  const { id } = keystore.addKey(groupId);
  keys.addEvent(id, 'Made', null);
  clock.jumpWall(5);
  keys.addEvent(id, 'Imported', 'job');
  expect(keys.events(id)).toEqual([
    { at: clock.now(), text: 'Imported', jobId: 'job' },
    { at: clock.now() - 5, text: 'Made', jobId: null },
  ]);
  for (let n = 0; n < 201; n++) keys.addEvent(id, `event ${n}`, null);
  expect(keys.events(id)).toHaveLength(200);
  expect(keys.events(id)[0]?.text).toBe('event 200');
});
