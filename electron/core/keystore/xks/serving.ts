import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { BlobMechanism, Kcv, KeyBlob } from '../../hsm/driver.ts';
import { Secret } from '../../kernel/secret.ts';
import type { SealBinding } from '../../store/store.ts';
import type {
  DeviceKey,
  ServedKey,
  ServedStore,
  ServingSet,
} from '../../xks/serving/serving-set.ts';
import type { Domain, StorageLocation } from '../rows.ts';
import type { ExternalStores } from './external-stores.ts';
import type { ProxyCredentials } from './proxy-credentials.ts';
import type { ExternalStore, XksKey, XksRule, XksVersion } from './rows.ts';
import type { XksRules } from './rules.ts';
import type { XksKeys } from './xks-keys.ts';

/** What is served, as the tables say it, under a number that rises with every change. */
export interface Serving {
  /** Where service keys are; null before the first store. */
  readonly storage: StorageLocation | null;
  readonly revision: number;
  /** Decides where service keys are, and keeps the canary of that place. Once. */
  begin(storage: StorageLocation, canary: { readonly id: string; readonly blob: KeyBlob }): void;
  canary(): { readonly id: string; readonly blob: KeyBlob };
  /** Inside the change that alters what is served. Answers with the new number. */
  raise(atLeast?: number): number;
  /** The set as of now; null before the first store. */
  build(): ServingSet | null;
  /** What a person has blocked, for good or to rehearse it, as of now. */
  blocks(): readonly Block[];
}

export interface Block {
  readonly storeName: string;
  /** Null: the whole store. */
  readonly keyName: string | null;
  /** When a rehearsal ends (wall clock ms); null: it was not rehearsed. */
  readonly until: number | null;
}

interface ServingRow {
  readonly storage: StorageLocation;
  readonly revision: number;
  readonly canary_id: string;
  readonly kcv_method: Kcv['method'];
  readonly kcv: string;
  readonly mechanism: BlobMechanism;
  readonly master_id: string;
}

export interface ServingParts {
  readonly stores: ExternalStores;
  readonly credentials: ProxyCredentials;
  readonly keys: XksKeys;
  readonly rules: XksRules;
}

const canarySeal: SealBinding = {
  table: 'xks_serving',
  row: '1',
  column: 'canary',
  state: 'kept',
  policy: 'aes-256 service key that no KMS key refers to, wrapped under the master key',
};

export function createServing(domain: Domain, parts: ServingParts): Serving {
  return new ServingTable(domain, parts);
}

class ServingTable implements Serving {
  readonly #domain: Domain;
  readonly #parts: ServingParts;
  readonly #sql;

  constructor(domain: Domain, parts: ServingParts) {
    this.#domain = domain;
    this.#parts = parts;
    const { db } = domain.store;
    this.#sql = {
      one: db.prepare<[], ServingRow>('select * from xks_serving'),
      insert: db.prepare(
        `insert into xks_serving (id, storage, revision, canary_id, kcv_method, kcv, mechanism,
           master_id) values (1, @storage, 1, @id, @method, @kcv, @mechanism, @masterId)`,
      ),
      raise: db.prepare('update xks_serving set revision = ?'),
    };
  }

  get storage(): StorageLocation | null {
    return this.#sql.one.get()?.storage ?? null;
  }

  get revision(): number {
    return this.#sql.one.get()?.revision ?? 0;
  }

  begin(storage: StorageLocation, { id, blob }: { id: string; blob: KeyBlob }): void {
    const { store } = this.#domain;
    store.change(() => {
      const { kcv, mechanism, masterId } = blob;
      const fields = { storage, id, mechanism, masterId, method: kcv.method, kcv: kcv.value };
      this.#sql.insert.run(fields);
      using copy = Secret.copyOf(blob.wrapped);
      store.seals.put(canarySeal, copy);
    });
  }

  canary(): { id: string; blob: KeyBlob } {
    const row = this.#row();
    using secret = this.#domain.store.seals.open(canarySeal);
    const blob: KeyBlob = {
      spec: 'SYMMETRIC_DEFAULT',
      wrapped: secret.use((bytes) => Uint8Array.from(bytes)),
      mechanism: row.mechanism,
      masterId: row.master_id,
      kcv: { method: row.kcv_method, value: row.kcv },
      publicKey: null,
    };
    return { id: row.canary_id, blob };
  }

  raise(atLeast = 0): number {
    return this.#domain.store.change(() => {
      const next = Math.max(this.#row().revision + 1, atLeast);
      this.#sql.raise.run(next);
      return next;
    });
  }

  build(): ServingSet | null {
    const row = this.#sql.one.get();
    if (!row) return null;
    const { store, clock } = this.#domain;
    const software = row.storage === 'software';
    const canary = this.canary();
    return {
      v: 1,
      revision: row.revision,
      issuedAt: clock.now(),
      realm: store.realm,
      canary: deviceKey(canary.id, software ? canary.blob : null),
      stores: this.#parts.stores
        .list()
        .filter(({ id }) => this.#parts.credentials.valid(id).length > 0)
        .map((each) => this.#store(each, software)),
    };
  }

  blocks(): readonly Block[] {
    const now = this.#domain.clock.now();
    return this.#parts.stores.list().flatMap((store) => {
      const { name: storeName } = store;
      const keys = this.#parts.keys.list(store.id).flatMap((key): readonly Block[] => {
        const { name: keyName, blocked } = key;
        const until = blocked ? null : (rehearsed(key, now).rehearsal?.until ?? null);
        return blocked || until !== null ? [{ storeName, keyName, until }] : [];
      });
      return store.blocked ? [{ storeName, keyName: null, until: null }, ...keys] : keys;
    });
  }

  #store(store: ExternalStore, software: boolean): ServedStore {
    const { credentials, keys } = this.#parts;
    const rules = this.#parts.rules.ofStore(store.id);
    return {
      id: store.id,
      prefix: store.prefix,
      regions: store.regions === null ? null : [...store.regions],
      blocked: store.blocked,
      credentials: credentials.valid(store.id).map(({ id, accessKeyId }) => {
        using secret = credentials.secret(id);
        // the specification uses the secret as text, and so does the sealed file
        const secretAccessKey = secret.use((bytes) => Buffer.from(bytes).toString('latin1'));
        return { accessKeyId, secretAccessKey };
      }),
      accounts: store.accounts === null ? null : [...store.accounts],
      rules: served(rules, null, store.rulesMode),
      quota: store.quota,
      keys: keys
        .list(store.id)
        .map((key) => this.#key(key, rules, software))
        .filter((key) => key !== null),
    };
  }

  /** Null before its first version is on the device. */
  #key(key: XksKey, rules: readonly XksRule[], software: boolean): ServedKey | null {
    const { keys } = this.#parts;
    const versions = keys.versions(key.id).filter(({ state }) => state !== 'made');
    const current = versions.find(({ number }) => number === key.current);
    if (current?.state !== 'usable') return null;
    return {
      id: key.xksId,
      usage: { ...key.usage },
      enabled: key.enabled,
      blocked: key.blocked,
      ...rehearsed(key, this.#domain.clock.now()),
      current: key.current,
      versions: versions.map((version) => ({
        number: version.number,
        state: version.state === 'usable' ? ('usable' as const) : ('destroyed' as const),
        device: this.#device(version, software),
      })),
      binding: key.binding,
      kmsKeyArns: keys.bindings(key.id).map(({ arn }) => arn),
      ...releasedOf(keys.released(key.id)),
      rules: served(rules, key.id, key.rulesMode),
    };
  }

  #device(version: XksVersion, software: boolean): DeviceKey {
    const kept = software && version.state === 'usable';
    return deviceKey(version.deviceId, kept ? this.#parts.keys.blob(version) : null);
  }

  #row(): ServingRow {
    const row = this.#sql.one.get();
    if (!row) throw new OperationError('XKS_NO_STORE');
    return row;
  }
}

/** A rehearsal that is over is not published again. */
function rehearsed({ rehearsal }: XksKey, now: number): Pick<ServedKey, 'rehearsal'> {
  if (rehearsal === null || rehearsal.until <= now) return {};
  const { until, when } = rehearsal;
  return { rehearsal: { until, when: copied(when) } };
}

const releasedOf = (arns: readonly string[]): Pick<ServedKey, 'released'> =>
  arns.length === 0 ? {} : { released: [...arns] };

const copied = (when: XksRule['when']): Record<string, string[]> =>
  Object.fromEntries(Object.entries(when).map(([name, list]) => [name, [...list]]));

/** Those of one key, or of the store itself. */
function served(
  all: readonly XksRule[],
  keyId: string | null,
  mode: ExternalStore['rulesMode'],
): ServedKey['rules'] {
  const rules = all
    .filter((rule) => rule.keyId === keyId)
    .map(({ id, effect, when }) => ({
      id,
      effect,
      when: copied(when),
    }));
  return { mode, rules };
}

const deviceKey = (id: string, blob: KeyBlob | null): DeviceKey => ({
  id,
  sealed:
    blob === null
      ? null
      : {
          wrapped: Buffer.from(blob.wrapped).toString('base64'),
          mechanism: blob.mechanism,
          masterId: blob.masterId,
          kcv: { ...blob.kcv },
        },
});
