import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestKeystore, testKeystore } from './keystore.fixture.ts';
import type { RemoteKey } from './rows.ts';

let keystore: TestKeystore;
let groupId: string;
let ids: [string, string, string];
const material = (n: number): string => String(n).repeat(64);
const kmsKeyId = '7c1d0000-0000-4000-8000-00000000e20f';

/** Versions 1 and 2 were used, version 3 waits; all are materials of one KMS key. */
beforeEach(() => {
  keystore = testKeystore();
  groupId = keystore.addGroup({ alias: 'pay', mapping: 'material' }).id;
  const states = ['NON_CURRENT', 'CURRENT', 'PENDING_ROTATION'];
  ids = states.map((materialState, n) => {
    const { id } = keystore.addKey(groupId);
    if (n < 2) keystore.keys.setLifecycle(id, 'active');
    if (n === 0) keystore.keys.setLifecycle(id, 'deactivated');
    keystore.addRemote(id, {
      kmsKeyId,
      materialId: material(n + 1),
      currentMaterial: material(n + 1),
      materialState,
      importState: 'IMPORTED',
      alias: n === 1 ? 'alias/pay' : null,
    });
    return id;
  }) as [string, string, string];
});
afterEach(() => keystore[Symbol.dispose]());

const remotes = (): RemoteKey[] =>
  ids.map((id) => {
    const { remote } = keystore.keys.get(id);
    if (!remote) throw new Error('no KMS key');
    return remote;
  });
const each = <K extends keyof RemoteKey>(field: K): RemoteKey[K][] =>
  remotes().map((remote) => remote[field]);
const lifecycles = (): string[] => ids.map((id) => keystore.keys.get(id).key.lifecycle);
const read = (more: Partial<RemoteKey> = {}): void =>
  keystore.keys.noteRemote(ids[0], {
    state: 'Enabled',
    currentMaterial: material(2),
    validTo: null,
    readAt: 9,
    ...more,
  });

describe('a reading of the KMS key', () => {
  it('is one of every version in it', () => {
    read({ state: 'PendingDeletion', policyRead: '{}' });
    expect(each('state')).toEqual(['PendingDeletion', 'PendingDeletion', 'PendingDeletion']);
    expect(each('readAt')).toEqual([9, 9, 9]);
    expect(each('policyRead')).toEqual(['{}', '{}', '{}']);
    expect(each('alias')).toEqual([null, 'alias/pay', null]);
  });

  it('suspends the version in use and no other, until the KMS key is on again', () => {
    read({ state: 'Disabled' });
    expect(lifecycles()).toEqual(['deactivated', 'suspended', 'pre-activation']);
    read();
    expect(lifecycles()).toEqual(['deactivated', 'active', 'pre-activation']);
  });

  it('makes the version active that AWS calls current, with the alias, and gives up the former', () => {
    read({ currentMaterial: material(3) });
    expect(each('materialState')).toEqual(['NON_CURRENT', 'NON_CURRENT', 'CURRENT']);
    expect(lifecycles()).toEqual(['deactivated', 'deactivated', 'active']);
    expect(each('alias')).toEqual([null, null, 'alias/pay']);
    expect(keystore.keys.holderOf(groupId)?.key.version).toBe(3);
    expect(keystore.keys.currentOf(groupId)?.key.version).toBe(3);
    expect(keystore.keys.events(ids[2]).map(({ text }) => text)).toEqual([
      'AWS encrypts under its material from now on',
    ]);
    read({ currentMaterial: material(3) });
    expect(keystore.keys.events(ids[2])).toHaveLength(1);
  });

  it('does not call the material of another version that of somebody else', () => {
    read();
    expect(each('currentMaterial')).toEqual([material(1), material(2), material(3)]);
    read({ currentMaterial: material(9) });
    expect(each('currentMaterial')).toEqual([material(9), material(9), material(9)]);
    expect(keystore.overview.groupsInTrouble()).toEqual([groupId]);
    expect(lifecycles()).toEqual(['deactivated', 'active', 'pre-activation']);
  });

  it('tells the earliest date of all: only that none ends is true of each', () => {
    const dates = [5_000, 6_000, 7_000];
    keystore.keys.noteMaterials(
      ids[0],
      dates.map((validTo, n) => ({
        materialId: material(n + 1),
        state: ['NON_CURRENT', 'CURRENT', 'PENDING_ROTATION'][n] ?? '',
        importState: 'IMPORTED',
        validTo,
      })),
    );
    read({ validTo: 5_000 });
    expect(each('validTo')).toEqual(dates);
    read({ validTo: null });
    expect(each('validTo')).toEqual([null, null, 7_000]);
  });
});

describe('a list of its materials', () => {
  const listed = (more: Record<number, Partial<{ importState: string; state: string }>> = {}) =>
    [1, 2, 3].map((n) => ({
      materialId: material(n),
      state: ['', 'NON_CURRENT', 'CURRENT', 'PENDING_ROTATION'][n] ?? '',
      importState: 'IMPORTED',
      validTo: null,
      ...more[n],
    }));

  it('says which one is missing, until the KMS key is whole again', () => {
    read({ state: 'PendingImport' });
    keystore.keys.noteMaterials(ids[1], listed({ 1: { importState: 'PENDING_IMPORT' } }));
    expect(each('importState')).toEqual(['PENDING_IMPORT', 'IMPORTED', 'IMPORTED']);
    expect(keystore.groups.counts(groupId).gone).toBe(1);
    expect(keystore.overview.groupsInTrouble()).toEqual([groupId]);
    read();
    expect(each('importState')).toEqual(['IMPORTED', 'IMPORTED', 'IMPORTED']);
    expect(keystore.groups.counts(groupId).gone).toBe(0);
    expect(keystore.overview.groupsInTrouble()).toEqual([]);
  });

  it('renews what is there while another is missing, and keeps the date that the missing one had', () => {
    const dated = (gone: Record<number, { importState: string; validTo: null }> = {}) =>
      listed().map((each, n) => ({ ...each, validTo: 1_000 + n, ...gone[n + 1] }));
    keystore.groups.edit(groupId, { materialDays: 1 });
    keystore.keys.noteMaterials(ids[1], dated());
    read({ state: 'PendingImport' });
    keystore.keys.noteMaterials(
      ids[1],
      dated({ 1: { importState: 'PENDING_IMPORT', validTo: null } }),
    );
    expect(each('validTo')).toEqual([1_000, 1_001, 1_002]);
    expect(keystore.renewals.due(2_000).map(({ id }) => id)).toEqual(ids.slice(1));
    expect(keystore.renewals.of(ids[0])).toBeNull();
    expect(keystore.endings.until({ until: 2_000, most: 9, after: null }).total).toBe(2);
  });

  it('forgets what AWS has forgotten, and does not make a version current by itself', () => {
    keystore.keys.noteMaterials(ids[1], listed().slice(0, 2));
    expect(each('materialState')).toEqual(['NON_CURRENT', 'CURRENT', 'NOT_IMPORTED']);
    keystore.keys.noteMaterials(
      ids[1],
      listed({ 2: { state: 'NON_CURRENT' }, 3: { state: 'CURRENT' } }),
    );
    expect(keystore.keys.currentOf(groupId)?.key.version).toBe(2);
    expect(lifecycles()).toEqual(['deactivated', 'active', 'pre-activation']);
  });
});

it('counts rotations by the versions that were used', () => {
  const [first] = remotes();
  if (!first) throw new Error('no KMS key');
  expect(keystore.keys.rotationsOf(first)).toBe(1);
  read({ currentMaterial: material(3) });
  expect(keystore.keys.rotationsOf(first)).toBe(2);
});

it('keeps versions with a KMS key of their own apart, and no material twice', () => {
  const other = keystore.addGroup({ name: 'other' });
  const [one, two] = [keystore.addKey(other.id).id, keystore.addKey(other.id).id];
  const own = keystore.addRemote(one);
  expect(() => keystore.addRemote(two, { kmsKeyId: own.kmsKeyId })).toThrow(/UNIQUE/);
  const late = keystore.addKey(groupId).id;
  const taken = { kmsKeyId, materialId: material(1), materialState: 'NOT_IMPORTED' };
  expect(() => keystore.addRemote(late, taken)).toThrow(/UNIQUE/);
  expect(keystore.keys.currentOf(other.id)).toBeNull();
});
