import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import { type Lifecycle, lifecycleMayBecome } from '../../../shared/model/lifecycle.ts';
import type { KeySpec } from '../../../shared/model/key-specs.ts';
import type { Kcv, KeyBlob } from '../hsm/driver.ts';
import { Secret } from '../kernel/secret.ts';
import type { SealBinding } from '../store/store.ts';
import { KeyListing } from './key-listing.ts';
import { RemoteKeys } from './remote-keys.ts';
import type { MaterialRead } from './shared-kms-keys.ts';
import {
  type AliasElsewhere,
  type Domain,
  joinedColumns,
  type JoinedRow,
  type Key,
  type KeyWithRemote,
  keyWithRemoteFrom,
  type RemoteKey,
} from './rows.ts';

export type { KeyWithRemote };

export interface KeyQuery {
  readonly groupId: string | null;
  /**
   * Part of a group's name, in any case; from three characters on also part of a KCV, ARN, held
   * alias or material id. Empty: all.
   */
  readonly find: string;
  readonly limit: number;
  readonly after: { readonly groupId: string; readonly version: number } | null;
}

export interface KeyEvent {
  readonly at: number;
  readonly text: string;
  readonly jobId: string | null;
}

/** What a new key has from its kept copy, or at birth. */
type Derived = 'lifecycle' | 'lifecycleTimes' | 'kcv' | 'spec';
type NotReadAtFirst = 'policyRead' | 'currentMaterial' | 'taken' | 'materialState' | 'importState';

/** Keys, their kept copies, and what AWS last said of them. */
export interface Keys {
  byId(id: string): KeyWithRemote | null;
  /** @throws OperationError NOT_FOUND */
  get(id: string): KeyWithRemote;
  /** Newest version first. */
  ofGroup(groupId: string): readonly KeyWithRemote[];
  /** A page in the order of group and version, and how many there are in all. */
  list(query: KeyQuery): { readonly keys: readonly KeyWithRemote[]; readonly total: number };
  /**
   * The version under whose material AWS encrypts in the one KMS key that the group's versions share, or did
   * last, where somebody gave it other material; null: none of them was in use yet, or each has a KMS key
   * of its own.
   */
  currentOf(groupId: string): (KeyWithRemote & { readonly remote: RemoteKey }) | null;
  /** How often the KMS key that these versions share was rotated, as far as it is known here. */
  rotationsOf(remote: RemoteKey): number;
  /** The key that holds the group's alias in the group's Region, as last read. */
  holderOf(groupId: string): KeyWithRemote | null;
  /**
   * Where the group's alias is instead, as last read; null: a key of the group holds it, or it was not read
   * since the group has this alias and Region.
   */
  aliasElsewhere(groupId: string): AliasElsewhere | null;
  /** The newest version that was ever in use, from which a schedule counts; what was given up is none. */
  newestUsed(groupId: string): Key | null;
  nextVersion(groupId: string): number;
  /** Keys with this KMS key id, key ARN, alias (`alias/NAME`, in any Region) or alias ARN. */
  byKms(reference: string): readonly KeyWithRemote[];
  total(): number;
  /** Every key of this type with this check value: one key, as far as a check value can tell. */
  sameAs(kcv: Kcv, spec: KeySpec): readonly KeyWithRemote[];

  /** Adds a key with its kept copy in one go, inside the caller's transaction. */
  add(key: Omit<Key, Derived>, blob: KeyBlob): Key;
  /** DER SubjectPublicKeyInfo of an asymmetric key; null: it has none. */
  publicKey(id: string): Uint8Array | null;
  /** The kept copy as the HSM needs it. The caller wipes nothing: a blob is wrapped already. */
  blob(id: string): KeyBlob;
  /**
   * Moves along the table of NIST SP 800-57 and seals the copy again for the new state.
   * @throws OperationError INTERNAL for a move the table does not have, NOT_FOUND
   */
  setLifecycle(id: string, to: Lifecycle): void;
  markBackedUp(id: string, at: number): void;
  markProved(id: string, at: number): void;
  /** The kept copy was tried; `well`: it opened, and its KCV was the one noted at birth. */
  markOpened(id: string, at: number, well: boolean): void;
  /** When the kept copy was last tried, and how that ended; null: not since it was made. */
  opened(id: string): { readonly at: number; readonly well: boolean } | null;

  setRemote(
    remote: Omit<RemoteKey, NotReadAtFirst> & Partial<Pick<RemoteKey, NotReadAtFirst>>,
  ): void;
  /** The KMS key that a version was to have turned out not to be its own: nothing of it is kept. */
  forgetRemote(keyId: string): void;
  /**
   * Notes a reading; fields left out stay as they were. Where versions are materials of one KMS key, it
   * is one of all of them.
   * @throws OperationError KEY_NOT_IN_AWS when no KMS key is known for it, NOT_FOUND
   */
  noteRemote(keyId: string, reading: Partial<Omit<RemoteKey, 'keyId' | 'madeBy'>>): void;
  /** Notes what AWS lists of the KMS key's materials, in each version that is one; else nothing. */
  noteMaterials(keyId: string, materials: readonly MaterialRead[]): void;
  /** Notes that `keyId` holds this alias of this Region now. */
  moveAlias(groupId: string, region: string, alias: string, keyId: string, readAt: number): void;
  /** Notes that no key of the group holds this alias of this Region now, and where it is. */
  loseAlias(groupId: string, region: string, alias: string, at: AliasElsewhere): void;

  addEvent(keyId: string, text: string, jobId: string | null): void;
  /** The newest 200, newest first. */
  events(keyId: string): readonly KeyEvent[];
}

/** What a kept copy is for, in the seal. The words of symmetric ones are those of earlier versions. */
const purpose = ({ spec, usage }: Pick<Key, 'spec' | 'usage'>): string =>
  spec === 'SYMMETRIC_DEFAULT'
    ? 'aes-256 encrypt-decrypt, wrapped under the master key'
    : `${spec} ${usage}, wrapped under the master key`;
const binding = (key: Pick<Key, 'id' | 'lifecycle' | 'spec' | 'usage'>): SealBinding => ({
  table: 'key',
  row: key.id,
  column: 'blob',
  state: key.lifecycle,
  policy: purpose(key),
});

export function createKeys(domain: Domain): Keys {
  return new KeyTable(domain);
}

const joined = `select ${joinedColumns} from "key" k left join remote_key r on r.key_id = k.id`;
const inAws = `select ${joinedColumns} from remote_key r join "key" k on k.id = r.key_id`;
const aliasArn = /^arn:[^:]+:kms:(?<region>[^:]+):(?<account>\d{12}):(?<alias>alias\/.+)$/;

function statements({ store: { db } }: Domain) {
  return {
    one: db.prepare<[string], JoinedRow>(`${joined} where k.id = ?`).raw(),
    ofGroup: db
      .prepare<[string], JoinedRow>(`${joined} where k.group_id = ? order by k.version desc`)
      .raw(),
    holder: db
      .prepare<[string], JoinedRow>(
        `${joined} join key_group g on g.id = k.group_id where k.group_id = ?
           and r.alias = 'alias/' || g.alias and r.region = g.region
         order by k.version desc limit 1`,
      )
      .raw(),
    byKms: db
      .prepare<[{ reference: string }], JoinedRow>(
        `${inAws} where r.kms_key_id = @reference or r.arn = @reference or r.alias = @reference
         order by k.group_id, k.version`,
      )
      .raw(),
    byAlias: db
      .prepare<[Readonly<Record<string, string>>], JoinedRow>(
        `${inAws} where r.alias = @alias and r.region = @region and r.account = @account
         order by k.group_id, k.version`,
      )
      .raw(),
    highest: db
      .prepare<[string], number | null>('select max(version) from "key" where group_id = ?')
      .pluck(),
    sameAs: db
      .prepare<[Kcv & { readonly spec: KeySpec; readonly text: string }], JoinedRow>(
        `${joined} where k.n in (select rowid from key_text where key_text match @text)
           and k.kcv = @value and k.kcv_method = @method and k.spec = @spec
         order by k.group_id, k.version`,
      )
      .raw(),
    total: db.prepare<[], number>("select rows from row_count where of = 'key'").pluck(),
    insert: db.prepare(
      `insert into "key" (id, group_id, version, lifecycle, lifecycle_times, kcv_method, kcv,
         storage, assurance, token_serial, mechanism, master_id, made_at, planned_end,
         backed_up_at, proved_at, spec, usage, public_key, brought_in,
         copied_key, copied_group, copied_version)
       values (@id, @groupId, @version, @lifecycle, @times, @method, @kcv, @storage, @assurance,
         @tokenSerial, @mechanism, @masterId, @madeAt, @plannedEnd, @backedUpAt, @provedAt, @spec, @usage,
         @publicKey, @broughtIn, @copiedKey, @copiedGroup, @copiedVersion)`,
    ),
    setLifecycle: db.prepare('update "key" set lifecycle = ?, lifecycle_times = ? where id = ?'),
    setBackedUp: db.prepare('update "key" set backed_up_at = ? where id = ?'),
    setProved: db.prepare('update "key" set proved_at = ? where id = ?'),
    setOpened: db.prepare('update "key" set opened_at = ?, opened_well = ? where id = ?'),
    opened: db.prepare<[string], { at: number; well: number }>(
      'select opened_at as at, opened_well as well from "key" where id = ? and opened_at is not null',
    ),
    publicKey: db
      .prepare<[string], Buffer | null>('select public_key from "key" where id = ?')
      .pluck(),
    addEvent: db.prepare('insert into key_event (key_id, at, text, job_id) values (?, ?, ?, ?)'),
    events: db.prepare<[string], KeyEvent>(
      `select at, text, job_id as jobId from key_event where key_id = ?
       order by id desc limit 200`,
    ),
  };
}

class KeyTable implements Keys {
  readonly #domain: Domain;
  readonly #sql;
  readonly #listing;
  readonly #remotes;

  constructor(domain: Domain) {
    this.#domain = domain;
    this.#sql = statements(domain);
    this.#listing = new KeyListing(domain.store.db);
    this.#remotes = new RemoteKeys(domain, this);
  }

  byId(id: string): KeyWithRemote | null {
    const row = this.#sql.one.get(id);
    return row ? keyWithRemoteFrom(row) : null;
  }

  get(id: string): KeyWithRemote {
    const found = this.byId(id);
    if (!found) throw notFound('key');
    return found;
  }

  ofGroup(groupId: string): KeyWithRemote[] {
    return this.#sql.ofGroup.all(groupId).map(keyWithRemoteFrom);
  }

  list(query: KeyQuery): { keys: KeyWithRemote[]; total: number } {
    return this.#listing.page(query);
  }

  holderOf(groupId: string): KeyWithRemote | null {
    const row = this.#sql.holder.get(groupId);
    return row ? keyWithRemoteFrom(row) : null;
  }

  aliasElsewhere(groupId: string): AliasElsewhere | null {
    return this.#remotes.aliasElsewhere(groupId);
  }

  newestUsed(groupId: string): Key | null {
    const used = this.ofGroup(groupId).find(({ key }) => key.lifecycle !== 'pre-activation');
    return used?.key ?? null;
  }

  currentOf(groupId: string): (KeyWithRemote & { readonly remote: RemoteKey }) | null {
    const wasUsed = (each: KeyWithRemote): each is KeyWithRemote & { readonly remote: RemoteKey } =>
      each.key.lifecycle !== 'pre-activation' &&
      ['CURRENT', 'NON_CURRENT'].includes(each.remote?.materialState ?? '');
    const used = this.ofGroup(groupId).filter(wasUsed);
    return used.find(({ remote }) => remote.materialState === 'CURRENT') ?? used[0] ?? null;
  }

  rotationsOf({ arn }: RemoteKey): number {
    const used = ['CURRENT', 'NON_CURRENT'];
    const sharing = this.byKms(arn).filter(({ remote }) =>
      used.includes(remote?.materialState ?? ''),
    );
    return Math.max(0, sharing.length - 1);
  }

  nextVersion(groupId: string): number {
    return (this.#sql.highest.get(groupId) ?? 0) + 1;
  }

  byKms(reference: string): KeyWithRemote[] {
    const alias = aliasArn.exec(reference)?.groups;
    const rows = alias ? this.#sql.byAlias.all(alias) : this.#sql.byKms.all({ reference });
    return rows.map(keyWithRemoteFrom);
  }

  sameAs({ method, value }: Kcv, spec: KeySpec): KeyWithRemote[] {
    const text = `kcv : "${value}"`;
    return this.#sql.sameAs.all({ method, value, spec, text }).map(keyWithRemoteFrom);
  }

  total(): number {
    return this.#sql.total.get() ?? 0;
  }

  add(fields: Omit<Key, Derived>, blob: KeyBlob): Key {
    const { store } = this.#domain;
    return store.change(() => {
      const key: Key = {
        ...fields,
        lifecycle: 'pre-activation',
        lifecycleTimes: { 'pre-activation': fields.madeAt },
        kcv: blob.kcv,
        spec: blob.spec,
      };
      this.#sql.insert.run({
        ...fields,
        spec: blob.spec,
        lifecycle: key.lifecycle,
        times: JSON.stringify(key.lifecycleTimes),
        method: blob.kcv.method,
        kcv: blob.kcv.value,
        publicKey: blob.publicKey === null ? null : Buffer.from(blob.publicKey),
        broughtIn: Number(fields.broughtIn),
        copiedKey: fields.copiedFrom?.keyId ?? null,
        copiedGroup: fields.copiedFrom?.group ?? null,
        copiedVersion: fields.copiedFrom?.version ?? null,
      });
      using copy = Secret.copyOf(blob.wrapped);
      store.seals.put(binding(key), copy);
      return key;
    });
  }

  publicKey(id: string): Uint8Array | null {
    return this.#sql.publicKey.get(id) ?? null;
  }

  blob(id: string): KeyBlob {
    const { key } = this.get(id);
    using sealed = this.#domain.store.seals.open(binding(key));
    return {
      wrapped: sealed.use((bytes) => Uint8Array.from(bytes)),
      mechanism: key.mechanism,
      masterId: key.masterId,
      kcv: key.kcv,
      spec: key.spec,
      publicKey: this.publicKey(id),
    };
  }

  setLifecycle(id: string, to: Lifecycle): void {
    const { store, clock } = this.#domain;
    store.change(() => {
      const { key } = this.get(id);
      if (key.lifecycle === to) return;
      if (!lifecycleMayBecome(key.lifecycle, to)) {
        throw new OperationError('INTERNAL', { transition: `${key.lifecycle} to ${to}` });
      }
      const times = { ...key.lifecycleTimes, [to]: clock.now() };
      this.#sql.setLifecycle.run(to, JSON.stringify(times), id);
      store.seals.rebind(binding(key), binding({ ...key, lifecycle: to }));
    });
  }

  markBackedUp(id: string, at: number): void {
    this.#domain.store.change(() => this.#sql.setBackedUp.run(at, id));
  }

  markProved(id: string, at: number): void {
    this.#domain.store.change(() => this.#sql.setProved.run(at, id));
  }

  markOpened(id: string, at: number, well: boolean): void {
    this.#domain.store.change(() => this.#sql.setOpened.run(at, Number(well), id));
  }

  opened(id: string): { at: number; well: boolean } | null {
    const row = this.#sql.opened.get(id);
    return row ? { at: row.at, well: row.well === 1 } : null;
  }

  setRemote(...of: Parameters<Keys['setRemote']>): void {
    this.#remotes.setRemote(...of);
  }

  forgetRemote(...of: Parameters<Keys['forgetRemote']>): void {
    this.#remotes.forgetRemote(...of);
  }

  noteRemote(...of: Parameters<Keys['noteRemote']>): void {
    this.#remotes.noteRemote(...of);
  }

  noteMaterials(...of: Parameters<Keys['noteMaterials']>): void {
    this.#remotes.noteMaterials(...of);
  }

  moveAlias(...of: Parameters<Keys['moveAlias']>): void {
    this.#remotes.moveAlias(...of);
  }

  loseAlias(...of: Parameters<Keys['loseAlias']>): void {
    this.#remotes.loseAlias(...of);
  }

  addEvent(keyId: string, text: string, jobId: string | null): void {
    const { store, clock } = this.#domain;
    store.change(() => this.#sql.addEvent.run(keyId, clock.now(), text, jobId));
  }

  events(keyId: string): KeyEvent[] {
    return this.#sql.events.all(keyId);
  }
}
