import { notFound, OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KeyBlob } from '../../hsm/driver.ts';
import { Secret } from '../../kernel/secret.ts';
import { uuidv7 } from '../../kernel/uuid.ts';
import type { SealBinding } from '../../store/store.ts';
import { keptName } from '../names.ts';
import type { Domain, Row } from '../rows.ts';
import { createLeftovers, type Leftovers } from './leftovers.ts';
import {
  versionFrom,
  type XksBinding,
  type XksKey,
  xksKeyFrom,
  type XksKeyInAws,
  type XksRehearsal,
  type XksVersion,
} from './rows.ts';

export type NewXksKey = Pick<
  XksKey,
  'storeId' | 'name' | 'usage' | 'binding' | 'onlyInHsm' | 'storage' | 'assurance'
>;
export interface NewVersion {
  readonly deviceId: string;
  readonly tokenSerial: string | null;
  /** Null: a key that exists in its HSM only. */
  readonly blob: KeyBlob | null;
}

/** External keys, their versions, and the KMS keys that they belong to. */
export interface XksKeys {
  list(storeId: string | null): readonly XksKey[];
  byId(id: string): XksKey | null;
  byXksId(xksId: string): XksKey | null;
  /** @throws OperationError NOT_FOUND */
  get(id: string): XksKey;
  /**
   * By id, external key id, STORE/NAME, name, or the ARN or id of its KMS key.
   * @throws OperationError NOT_FOUND, AMBIGUOUS_NAME
   */
  find(reference: string): XksKey;
  versions(keyId: string): readonly XksVersion[];
  /** With its first version, which is not served before it is installed. @throws NAME_TAKEN */
  add(key: NewXksKey, version: NewVersion): { readonly key: XksKey; readonly version: XksVersion };
  addVersion(keyId: string, version: NewVersion): XksVersion;
  /** The kept copy of a version. @throws OperationError NOT_FOUND */
  blob(version: XksVersion): KeyBlob;
  markBackedUp(versionId: string, at: number): void;
  /** The device holds it as it must be: from now on it encrypts. */
  markInstalled(versionId: string): void;
  setEnabled(id: string, enabled: boolean): void;
  setBlocked(id: string, blocked: boolean): void;
  /** Null ends it. */
  setRehearsal(id: string, rehearsal: XksRehearsal | null): void;
  setRulesMode(id: string, mode: XksKey['rulesMode']): void;
  noteRemote(id: string, remote: XksKeyInAws | null): void;
  bindings(keyId: string): readonly XksBinding[];
  /** Notes the KMS key; one that is noted already stays as it is. False when nothing was new. */
  bind(keyId: string, arn: string, how: XksBinding['how']): boolean;
  /**
   * Inside a change: a KMS key that is no more binds it no longer. It is remembered as that, because
   * proxies go on telling of it.
   */
  release(keyId: string, arn: string, how: 'gone' | 'account'): void;
  /** KMS keys that are no more. */
  released(keyId: string): readonly string[];
  /** Versions that were made and never installed, and keys that have no other. */
  unfinished(): readonly XksVersion[];
  /**
   * Its objects are leftovers from then on, until somebody took them off the device.
   * @throws OperationError XKS_KEY_BOUND
   */
  remove(id: string): void;
  readonly leftovers: Leftovers;
  /** A version by its number. @throws OperationError NOT_FOUND */
  numbered(keyId: string, number: number): XksVersion;
  /** As with {@link remove}. @throws OperationError XKS_KEY_BOUND, BAD_INPUT for the version that encrypts */
  destroyVersion(keyId: string, number: number): XksVersion;
}

const sealed = (version: Pick<XksVersion, 'id'>): SealBinding => ({
  table: 'xks_version',
  row: version.id,
  column: 'blob',
  state: 'kept',
  policy: 'aes-256 service key of an external key store, wrapped under the master key',
});

export function createXksKeys(domain: Domain): XksKeys {
  return new XksKeyTable(domain);
}

function statements({ store: { db } }: Domain) {
  const key = 'select k.* from xks_key k';
  return {
    all: db.prepare<[], Row>(`${key} order by k.store_id, k.name`),
    ofStore: db.prepare<[string], Row>(`${key} where k.store_id = ? order by k.name`),
    one: db.prepare<[string], Row>(`${key} where k.id = ?`),
    external: db.prepare<[string], Row>(`${key} where k.xks_id = ?`),
    exact: db.prepare<[{ reference: string }], Row>(
      `${key} where k.id = @reference or k.xks_id = @reference or k.kms_key_id = @reference
         or k.kms_arn = @reference`,
    ),
    named: db.prepare<[{ reference: string }], Row>(
      `${key} join external_store s on s.id = k.store_id
       where k.name = @reference or s.name || '/' || k.name = @reference`,
    ),
    taken: db.prepare<[string, string], unknown>(
      'select 1 from xks_key where store_id = ? and name = ?',
    ),
    insert: db.prepare(
      `insert into xks_key (id, store_id, xks_id, name, may_encrypt, may_decrypt, current, binding,
         only_in_hsm, storage, assurance, created_at)
       values (@id, @storeId, @xksId, @name, @mayEncrypt, @mayDecrypt, 1, @binding,
         @onlyInHsm, @storage, @assurance, @createdAt)`,
    ),
    versions: db.prepare<[string], Row>(
      'select * from xks_version where key_id = ? order by number',
    ),
    version: db.prepare<[string], Row>('select * from xks_version where id = ?'),
    insertVersion: db.prepare(
      `insert into xks_version (id, key_id, number, state, device_id, kcv_method, kcv, mechanism,
         master_id, token_serial, made_at)
       values (@id, @keyId, @number, 'made', @deviceId, @method, @kcv, @mechanism, @masterId,
         @tokenSerial, @madeAt)`,
    ),
    backedUp: db.prepare('update xks_version set backed_up_at = ? where id = ?'),
    installed: db.prepare(
      `update xks_version set state = 'usable', installed_at = ? where id = ? and state = 'made'`,
    ),
    current: db.prepare('update xks_key set current = ? where id = ?'),
    enabled: db.prepare('update xks_key set enabled = ? where id = ?'),
    blocked: db.prepare('update xks_key set blocked = ? where id = ?'),
    rehearsal: db.prepare('update xks_key set rehearsal = ? where id = ?'),
    mode: db.prepare('update xks_key set rules_mode = ? where id = ?'),
    remote: db.prepare(
      `update xks_key set kms_key_id = @kmsKeyId, kms_arn = @arn, kms_state = @state,
         kms_read_at = @readAt where id = @id`,
    ),
    bindings: db.prepare<[string], XksBinding>(
      `select key_id as keyId, kms_arn as arn, how, at from xks_binding where key_id = ?
       order by at, kms_arn`,
    ),
    bind: db.prepare(
      `insert or ignore into xks_binding (key_id, kms_arn, how, at)
       select @keyId, @arn, @how, @at where not exists
         (select 1 from xks_release where key_id = @keyId and kms_arn = @arn)`,
    ),
    unbind: db.prepare('delete from xks_binding where key_id = ? and kms_arn = ?'),
    release: db.prepare(
      'insert or replace into xks_release (key_id, kms_arn, how, at) values (?, ?, ?, ?)',
    ),
    released: db
      .prepare<[string], string>(
        'select kms_arn from xks_release where key_id = ? order by kms_arn',
      )
      .pluck(),
    takeBack: db.prepare('delete from xks_release where key_id = ? and kms_arn = ?'),
    forgetReleases: db.prepare('delete from xks_release where key_id = ?'),
    unfinished: db.prepare<[], Row>(`select * from xks_version where state = 'made' order by id`),
    destroy: db.prepare(`update xks_version set state = 'destroyed' where id = ?`),
    forgetVersion: db.prepare('delete from xks_version where id = ?'),
    forgetRules: db.prepare('delete from xks_rule where key_id = ?'),
    erase: db.prepare('delete from xks_key where id = ?'),
  };
}

class XksKeyTable implements XksKeys {
  readonly leftovers: Leftovers;
  readonly #domain: Domain;
  readonly #sql;

  constructor(domain: Domain) {
    this.#domain = domain;
    this.#sql = statements(domain);
    this.leftovers = createLeftovers(domain);
  }

  list(storeId: string | null): XksKey[] {
    const rows = storeId === null ? this.#sql.all.all() : this.#sql.ofStore.all(storeId);
    return rows.map(xksKeyFrom);
  }

  byId(id: string): XksKey | null {
    const row = this.#sql.one.get(id);
    return row ? xksKeyFrom(row) : null;
  }

  byXksId(xksId: string): XksKey | null {
    const row = this.#sql.external.get(xksId);
    return row ? xksKeyFrom(row) : null;
  }

  get(id: string): XksKey {
    const found = this.byId(id);
    if (!found) throw notFound('external key');
    return found;
  }

  find(reference: string): XksKey {
    const exact = this.#sql.exact.all({ reference });
    const rows = exact.length > 0 ? exact : this.#sql.named.all({ reference: keptName(reference) });
    const [first, second] = rows.map(xksKeyFrom);
    if (first === undefined) throw notFound('external key');
    if (second === undefined) return first;
    const candidates = rows.map((row) => `${xksKeyFrom(row).name} (${xksKeyFrom(row).xksId})`);
    throw new OperationError('AMBIGUOUS_NAME', { what: 'external key', reference, candidates });
  }

  versions(keyId: string): XksVersion[] {
    return this.#sql.versions.all(keyId).map(versionFrom);
  }

  add(fields: NewXksKey, version: NewVersion) {
    const { store, clock, random } = this.#domain;
    return store.change(() => {
      const name = keptName(fields.name);
      if (this.#sql.taken.get(fields.storeId, name))
        throw new OperationError('NAME_TAKEN', { what: 'external key', name });
      const id = uuidv7(this.#domain);
      this.#sql.insert.run({
        id,
        storeId: fields.storeId,
        xksId: `xks-${random(12).toString('hex')}`,
        name,
        mayEncrypt: fields.usage.encrypt ? 1 : 0,
        mayDecrypt: fields.usage.decrypt ? 1 : 0,
        binding: fields.binding,
        onlyInHsm: fields.onlyInHsm ? 1 : 0,
        storage: fields.storage,
        assurance: fields.assurance,
        createdAt: clock.now(),
      });
      const made = this.addVersion(id, version);
      return { key: this.get(id), version: made };
    });
  }

  addVersion(keyId: string, { deviceId, tokenSerial, blob }: NewVersion): XksVersion {
    const { store, clock } = this.#domain;
    return store.change(() => {
      const id = uuidv7(this.#domain);
      const number = (this.versions(keyId).at(-1)?.number ?? 0) + 1;
      this.#sql.insertVersion.run({
        id,
        keyId,
        number,
        deviceId,
        method: blob?.kcv.method ?? null,
        kcv: blob?.kcv.value ?? null,
        mechanism: blob?.mechanism ?? null,
        masterId: blob?.masterId ?? null,
        tokenSerial,
        madeAt: clock.now(),
      });
      if (blob) {
        using copy = Secret.copyOf(blob.wrapped);
        store.seals.put(sealed({ id }), copy);
      }
      return this.#version(id);
    });
  }

  blob(version: XksVersion): KeyBlob {
    const { kcv, mechanism, masterId } = version;
    if (kcv === null || mechanism === null || masterId === null) throw notFound('kept copy');
    using secret = this.#domain.store.seals.open(sealed(version));
    const wrapped = secret.use((bytes) => Uint8Array.from(bytes));
    return { spec: 'SYMMETRIC_DEFAULT', wrapped, mechanism, masterId, kcv, publicKey: null };
  }

  markBackedUp(versionId: string, at: number): void {
    this.#domain.store.change(() => this.#sql.backedUp.run(at, versionId));
  }

  markInstalled(versionId: string): void {
    const { store, clock } = this.#domain;
    store.change(() => {
      this.#sql.installed.run(clock.now(), versionId);
      const { keyId, number } = this.#version(versionId);
      if (number > this.get(keyId).current) this.#sql.current.run(number, keyId);
    });
  }

  setEnabled(id: string, enabled: boolean): void {
    this.#domain.store.change(() => this.#sql.enabled.run(enabled ? 1 : 0, id));
  }

  setBlocked(id: string, blocked: boolean): void {
    this.#domain.store.change(() => this.#sql.blocked.run(blocked ? 1 : 0, id));
  }

  setRehearsal(id: string, rehearsal: XksRehearsal | null): void {
    const text = rehearsal === null ? null : JSON.stringify(rehearsal);
    this.#domain.store.change(() => this.#sql.rehearsal.run(text, id));
  }

  setRulesMode(id: string, mode: XksKey['rulesMode']): void {
    this.#domain.store.change(() => this.#sql.mode.run(mode, id));
  }

  noteRemote(id: string, remote: XksKeyInAws | null): void {
    const none = { kmsKeyId: null, arn: null, state: null, readAt: null };
    this.#domain.store.change(() => this.#sql.remote.run({ id, ...(remote ?? none) }));
  }

  bindings(keyId: string): XksBinding[] {
    return this.#sql.bindings.all(keyId);
  }

  bind(keyId: string, arn: string, how: XksBinding['how']): boolean {
    const { store, clock } = this.#domain;
    return store.change(() => {
      // a person who allows it again knows that it is there after all
      if (how === 'allowed') this.#sql.takeBack.run(keyId, arn);
      return this.#sql.bind.run({ keyId, arn, how, at: clock.now() }).changes > 0;
    });
  }

  release(keyId: string, arn: string, how: 'gone' | 'account'): void {
    const { store, clock } = this.#domain;
    store.change(() => {
      this.#sql.release.run(keyId, arn, how, clock.now());
      this.#sql.unbind.run(keyId, arn);
      if (this.get(keyId).remote?.arn === arn) this.noteRemote(keyId, null);
    });
  }

  released(keyId: string): string[] {
    return this.#sql.released.all(keyId);
  }

  unfinished(): XksVersion[] {
    return this.#sql.unfinished.all().map(versionFrom);
  }

  remove(id: string): void {
    const { store } = this.#domain;
    store.change(() => {
      this.#requireUnbound(id);
      const { storage } = this.get(id);
      for (const version of this.versions(id)) {
        if (version.state !== 'destroyed')
          this.leftovers.leave({ deviceId: version.deviceId, storage });
        if (version.kcv !== null && store.seals.has('xks_version', version.id, 'blob'))
          store.seals.erase('xks_version', version.id, 'blob');
        this.#sql.forgetVersion.run(version.id);
      }
      this.#sql.forgetRules.run(id);
      this.#sql.forgetReleases.run(id);
      this.#sql.erase.run(id);
    });
  }

  numbered(keyId: string, number: number): XksVersion {
    const version = this.versions(keyId).find((each) => each.number === number);
    if (!version) throw notFound('version');
    return version;
  }

  destroyVersion(keyId: string, number: number): XksVersion {
    const { store } = this.#domain;
    return store.change(() => {
      const { current, storage } = this.get(keyId);
      const version = this.numbered(keyId, number);
      if (number === current) {
        const problem = 'the version that encrypts cannot be destroyed';
        throw new OperationError('BAD_INPUT', { field: 'version', problem });
      }
      this.#requireUnbound(keyId);
      if (store.seals.has('xks_version', version.id, 'blob'))
        store.seals.erase('xks_version', version.id, 'blob');
      this.#sql.destroy.run(version.id);
      this.leftovers.leave({ deviceId: version.deviceId, storage });
      return version;
    });
  }

  #requireUnbound(id: string): void {
    const { name, remote } = this.get(id);
    const [bound] = this.bindings(id);
    const arn = remote?.arn ?? bound?.arn;
    if (arn !== undefined) throw new OperationError('XKS_KEY_BOUND', { name, arn });
  }

  #version(id: string): XksVersion {
    const row = this.#sql.version.get(id);
    if (!row) throw notFound('version');
    return versionFrom(row);
  }
}
