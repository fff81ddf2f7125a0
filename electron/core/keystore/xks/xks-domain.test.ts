import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyBlob } from '../../hsm/driver.ts';
import { indexSet } from '../../xks/serving/index-set.ts';
import { servingSet } from '../../xks/serving/serving-set.ts';
import { codeOf, testBlob, type TestKeystore, testKeystore } from '../keystore.fixture.ts';
import type { NewStore } from './external-stores.ts';
import type { ExternalStore, XksKey } from './rows.ts';
import type { NewVersion } from './xks-keys.ts';

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

const fields = (name: string): NewStore => ({
  name,
  accounts: ['123456789012'],
  regions: null,
  quota: null,
  rulesMode: 'enforce',
  credentialId: null,
  region: null,
  endpoint: null,
  connectivity: 'PUBLIC_ENDPOINT',
  vpcService: null,
  vpcOwner: null,
});

/** The serving set takes blobs of the built-in device only whole. */
const blob = (): KeyBlob => testBlob({ kcv: { method: 'CMAC', value: '0A1B2C3D4E' } });
let made = 0;
const version = (kept: KeyBlob | null = blob()): NewVersion => {
  made += 1;
  return { deviceId: `device-${made}`, tokenSerial: null, blob: kept };
};

function addStore(name = 'ledger'): ExternalStore {
  const { xks } = keystore;
  if (xks.serving.storage === null) xks.serving.begin('software', { id: 'canary', blob: blob() });
  const store = xks.stores.add(fields(name));
  xks.credentials.make(store.id);
  return store;
}

function addKey(store: ExternalStore, name: string, onlyInHsm = false): XksKey {
  const usage = { encrypt: true, decrypt: true };
  const assurance = 'built-in-software';
  const key = {
    storeId: store.id,
    name,
    usage,
    binding: 'first',
    onlyInHsm,
    storage: 'software',
    assurance,
  } as const;
  return keystore.xks.keys.add(key, version(onlyInHsm ? null : blob())).key;
}

const install = (key: XksKey): void => {
  const { keys } = keystore.xks;
  for (const { id, state } of keys.versions(key.id)) if (state === 'made') keys.markInstalled(id);
};

const served = (): ReturnType<typeof servingSet.parse> =>
  servingSet.parse(keystore.xks.serving.build());

describe('a store', () => {
  it('counts among what goes by a credential, which then stays', () => {
    const { credentials, credentialId, xks } = keystore;
    xks.serving.begin('software', { id: 'canary', blob: blob() });
    xks.stores.add({ ...fields('ledger'), credentialId });
    expect(credentials.usersOf(credentialId)).toEqual({ groups: 0, stores: 1, roles: 0 });
    expect(codeOf(() => credentials.remove(credentialId))).toBe('CREDENTIAL_IN_USE');
  });

  it('has a prefix of its own, is found by name, and keeps its name to itself', () => {
    const [one, two] = [addStore('one'), addStore('two')];
    expect(one.prefix).not.toBe(two.prefix);
    expect(keystore.xks.stores.find('two').id).toBe(two.id);
    expect(codeOf(() => keystore.xks.stores.add(fields('one')))).toBe('NAME_TAKEN');
    expect(codeOf(() => keystore.xks.stores.edit(two.id, { name: 'one' }))).toBe('NAME_TAKEN');
    expect(codeOf(() => keystore.xks.stores.find('three'))).toBe('NOT_FOUND');
  });

  it('is not removed while it holds keys or AWS has it, and takes its secrets with it', () => {
    const { stores, keys, credentials } = keystore.xks;
    const store = addStore();
    const key = addKey(store, 'payments');
    expect(codeOf(() => stores.remove(store.id))).toBe('XKS_STORE_IN_USE');
    keys.remove(key.id);
    const remote = {
      kmsStoreId: 'cks-1',
      account: '123456789012',
      state: 'DISCONNECTED',
      error: null,
    };
    stores.noteRemote(store.id, { ...remote, accessKeyId: null, readAt: 1 });
    expect(codeOf(() => stores.remove(store.id))).toBe('XKS_STORE_IN_USE');
    stores.noteRemote(store.id, null);
    const [pair] = credentials.valid(store.id);
    stores.remove(store.id);
    expect(stores.list()).toEqual([]);
    expect(codeOf(() => credentials.secret(pair?.id ?? ''))).toBe('NOT_FOUND');
  });

  it('holds two valid credentials at most and one at least; a retired secret is gone', () => {
    const { credentials } = keystore.xks;
    const store = addStore();
    const [first] = credentials.valid(store.id);
    expect(codeOf(() => credentials.retire(first?.id ?? ''))).toBe('XKS_LAST_CREDENTIAL');
    const second = credentials.make(store.id);
    expect(codeOf(() => credentials.make(store.id))).toBe('XKS_TWO_CREDENTIALS');
    credentials.retire(first?.id ?? '');
    expect(codeOf(() => credentials.secret(first?.id ?? ''))).toBe('NOT_FOUND');
    expect(credentials.valid(store.id).map(({ id }) => id)).toEqual([second.id]);
    expect(credentials.all(store.id)).toHaveLength(2);
  });
});

describe('an external key', () => {
  it('is served once its version is installed, never before', () => {
    const store = addStore();
    const key = addKey(store, 'payments');
    expect(served().stores[0]?.keys).toEqual([]);
    install(key);
    expect(served().stores[0]?.keys[0]).toMatchObject({ id: key.xksId, current: 1, enabled: true });
  });

  it('encrypts under its newest installed version and keeps the others for decryption', () => {
    const key = addKey(addStore(), 'payments');
    install(key);
    keystore.xks.keys.addVersion(key.id, version());
    expect(served().stores[0]?.keys[0]).toMatchObject({ current: 1, versions: [{ number: 1 }] });
    install(key);
    const now = served().stores[0]?.keys[0];
    expect(now?.current).toBe(2);
    expect(now?.versions.map(({ number, state }) => [number, state])).toEqual([
      [1, 'usable'],
      [2, 'usable'],
    ]);
  });

  it('gives back the very copy that was kept, and none where there is none', () => {
    const { keys } = keystore.xks;
    const store = addStore();
    const kept = blob();
    const usage = { encrypt: true, decrypt: true };
    const base = {
      storeId: store.id,
      usage,
      binding: 'first',
      storage: 'hsm',
      assurance: 'hardware',
    } as const;
    const one = keys.add({ ...base, name: 'kept', onlyInHsm: false }, version(kept));
    expect(Buffer.from(keys.blob(one.version).wrapped).equals(Buffer.from(kept.wrapped))).toBe(
      true,
    );
    const other = keys.add({ ...base, name: 'alone', onlyInHsm: true }, version(null));
    expect(codeOf(() => keys.blob(other.version))).toBe('NOT_FOUND');
  });

  it('is neither removed nor loses a version while a KMS key depends on it', () => {
    const { keys } = keystore.xks;
    const key = addKey(addStore(), 'payments');
    install(key);
    keys.addVersion(key.id, version());
    install(key);
    const arn = 'arn:aws:kms:eu-west-1:123456789012:key/0b7a1c2d-1111-4222-8333-444455556691';
    expect(keys.bind(key.id, arn, 'first')).toBe(true);
    expect(keys.bind(key.id, arn, 'allowed')).toBe(false);
    expect(codeOf(() => keys.remove(key.id))).toBe('XKS_KEY_BOUND');
    expect(codeOf(() => keys.destroyVersion(key.id, 1))).toBe('XKS_KEY_BOUND');
    expect(served().stores[0]?.keys[0]?.kmsKeyArns).toEqual([arn]);
  });

  it('belongs to no KMS key once that is gone, whatever proxies remember, and may then go', () => {
    const { keys } = keystore.xks;
    const key = addKey(addStore(), 'payments');
    install(key);
    const arn = 'arn:aws:kms:eu-west-1:123456789012:key/0b7a1c2d-1111-4222-8333-444455556691';
    const readAt = 1;
    keys.bind(key.id, arn, 'made');
    keys.noteRemote(key.id, { kmsKeyId: arn.slice(-36), arn, state: 'PendingDeletion', readAt });
    keys.release(key.id, arn, 'gone');
    expect(keys.bind(key.id, arn, 'first')).toBe(false);
    expect(keys.bindings(key.id)).toEqual([]);
    expect(keys.get(key.id).remote).toBeNull();
    expect(served().stores[0]?.keys[0]).toMatchObject({ kmsKeyArns: [], released: [arn] });
    expect(keys.bind(key.id, arn, 'allowed')).toBe(true);
    expect(keys.released(key.id)).toEqual([]);
    keys.release(key.id, arn, 'account');
    keys.remove(key.id);
    expect(keys.byId(key.id)).toBeNull();
  });

  it('without a KMS key may lose an old version, whose ciphertext is refused in words', () => {
    const { keys } = keystore.xks;
    const key = addKey(addStore(), 'payments');
    install(key);
    expect(codeOf(() => keys.destroyVersion(key.id, 1))).toBe('BAD_INPUT');
    keys.addVersion(key.id, version());
    install(key);
    keys.destroyVersion(key.id, 1);
    expect(served().stores[0]?.keys[0]?.versions[0]).toMatchObject({
      state: 'destroyed',
      device: { sealed: null },
    });
  });

  it('is found by its ids, its KMS key and STORE/NAME; two of one name are told apart', () => {
    const { keys } = keystore.xks;
    const [one, two] = [addKey(addStore('one'), 'payments'), addKey(addStore('two'), 'payments')];
    expect(keys.find(one.xksId).id).toBe(one.id);
    expect(keys.find('two/payments').id).toBe(two.id);
    expect(codeOf(() => keys.find('payments'))).toBe('AMBIGUOUS_NAME');
    const kmsKeyId = '0b7a1c2d-1111-4222-8333-444455556691';
    keys.noteRemote(two.id, {
      kmsKeyId,
      arn: `arn:aws:kms:x:1:key/${kmsKeyId}`,
      state: 'Enabled',
      readAt: 1,
    });
    expect(keys.find(kmsKeyId).id).toBe(two.id);
  });
});

describe('the serving set', () => {
  it('is what the proxy reads: valid, without doubles, with rules and secrets', () => {
    const { rules, stores, credentials } = keystore.xks;
    const store = addStore();
    install(addKey(store, 'payments'));
    const when = { awsPrincipalArn: ['arn:aws:iam::123456789012:role/*'] };
    const rule = rules.add({
      storeId: store.id,
      keyId: null,
      name: 'clerks',
      effect: 'allow',
      when,
    });
    stores.setBlocked(store.id, true);
    stores.setRulesMode(store.id, 'dry-run');
    const index = indexSet(served());
    const set = index.prefixes.get(store.prefix)?.store;
    expect(set).toMatchObject({ blocked: true, accounts: ['123456789012'] });
    expect(set?.rules).toEqual({
      mode: 'dry-run',
      rules: [{ id: rule.id, effect: 'allow', when }],
    });
    const [pair] = credentials.valid(store.id);
    expect(index.credentials.has(pair?.accessKeyId ?? '')).toBe(true);
  });

  it('rises with every change, and above what proxies have seen', () => {
    addStore();
    const { serving } = keystore.xks;
    const first = serving.raise();
    expect(serving.raise()).toBe(first + 1);
    expect(serving.raise(100)).toBe(100);
    expect(served().revision).toBe(100);
  });

  it('carries no key of an HSM: proxies find them there', () => {
    const { xks } = keystore;
    xks.serving.begin('hsm', { id: 'canary', blob: blob() });
    install(addKey(addStore(), 'payments'));
    const set = served();
    expect(set.canary.sealed).toBeNull();
    expect(set.stores[0]?.keys[0]?.versions[0]?.device.sealed).toBeNull();
  });
});
