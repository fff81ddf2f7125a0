import type { SigningSecret } from '../wire/sigv4.ts';
import type { KeyVersion, ServedKey, ServedStore, ServingSet } from './serving-set.ts';

/** A key with its versions by number. */
export interface IndexedKey {
  readonly key: ServedKey;
  readonly current: KeyVersion;
  readonly versions: ReadonlyMap<number, KeyVersion>;
}

export interface IndexedStore {
  readonly store: ServedStore;
  readonly keys: ReadonlyMap<string, IndexedKey>;
}

/** A credential, and the only store it opens. */
export interface KnownCredential extends SigningSecret {
  readonly accessKeyId: string;
  readonly indexed: IndexedStore;
}

/** A serving set made ready for looking up. */
export interface SetIndex {
  readonly set: ServingSet;
  readonly prefixes: ReadonlyMap<string, IndexedStore>;
  readonly credentials: ReadonlyMap<string, KnownCredential>;
}

/** @throws RangeError when two stores share a prefix or an access key id, or a store two key ids */
export function indexSet(set: ServingSet): SetIndex {
  const prefixes = new Map<string, IndexedStore>();
  const credentials = new Map<string, KnownCredential>();
  for (const store of set.stores) {
    const indexed = { store, keys: indexKeys(store) };
    once(prefixes, store.prefix, indexed);
    for (const { accessKeyId, secretAccessKey } of store.credentials) {
      once(credentials, accessKeyId, { accessKeyId, secret: secretAccessKey, indexed });
    }
  }
  return { set, prefixes, credentials };
}

function indexKeys(store: ServedStore): ReadonlyMap<string, IndexedKey> {
  const keys = new Map<string, IndexedKey>();
  for (const key of store.keys) {
    const versions = new Map<number, KeyVersion>();
    for (const version of key.versions) once(versions, version.number, version);
    const current = versions.get(key.current);
    if (current === undefined) throw new RangeError('a key without its current version');
    once(keys, key.id, { key, current, versions });
  }
  return keys;
}

function once<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (map.has(key)) throw new RangeError('a serving set names something twice');
  map.set(key, value);
}
