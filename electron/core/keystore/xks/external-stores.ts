import { notFound, OperationError } from '../../../../shared/errors/operation-error.ts';
import { uuidv7 } from '../../kernel/uuid.ts';
import { keptName } from '../names.ts';
import type { Domain, Row } from '../rows.ts';
import { type ExternalStore, type StoreInAws, storeFrom } from './rows.ts';

export type NewStore = Omit<ExternalStore, 'id' | 'prefix' | 'blocked' | 'remote' | 'createdAt'>;
export type StoreChange = Partial<Omit<NewStore, 'rulesMode'>>;

/** Logical key stores: each with a URI prefix, credentials, keys and rules of its own. */
export interface ExternalStores {
  list(): readonly ExternalStore[];
  byId(id: string): ExternalStore | null;
  /** @throws OperationError NOT_FOUND */
  get(id: string): ExternalStore;
  /** By id, name, or AWS's id of the custom key store. @throws OperationError NOT_FOUND */
  find(reference: string): ExternalStore;
  /** @throws OperationError NAME_TAKEN */
  add(store: NewStore): ExternalStore;
  /** @throws OperationError NAME_TAKEN, NOT_FOUND */
  edit(id: string, change: StoreChange): ExternalStore;
  setBlocked(id: string, blocked: boolean): void;
  setRulesMode(id: string, mode: ExternalStore['rulesMode']): void;
  /** What AWS said; null: AWS has no such store any more. */
  noteRemote(id: string, remote: StoreInAws | null): void;
  keysOf(id: string): number;
  /** Rules and retired credentials go with it. @throws OperationError XKS_STORE_IN_USE, NOT_FOUND */
  remove(id: string): void;
}

export function createExternalStores(domain: Domain): ExternalStores {
  return new StoreTable(domain);
}

const json = (list: readonly string[] | null): string | null =>
  list === null ? null : JSON.stringify(list);

const columnsOf = (store: NewStore): Record<string, string | number | null> => ({
  name: store.name,
  accounts: json(store.accounts),
  regions: json(store.regions),
  quota: store.quota,
  credentialId: store.credentialId,
  region: store.region,
  endpoint: store.endpoint,
  connectivity: store.connectivity,
  vpcService: store.vpcService,
  vpcOwner: store.vpcOwner,
});

class StoreTable implements ExternalStores {
  readonly #domain: Domain;
  readonly #sql;

  constructor(domain: Domain) {
    this.#domain = domain;
    const { db } = domain.store;
    this.#sql = {
      all: db.prepare<[], Row>('select * from external_store order by name'),
      one: db.prepare<[string], Row>('select * from external_store where id = ?'),
      named: db.prepare<[string], Row>('select * from external_store where name = ?'),
      inAws: db.prepare<[string], Row>('select * from external_store where kms_store_id = ?'),
      insert: db.prepare(
        `insert into external_store (id, name, prefix, accounts, regions, quota, rules_mode,
           credential_id, region, endpoint, connectivity, vpc_service, vpc_owner, created_at)
         values (@id, @name, @prefix, @accounts, @regions, @quota, @rulesMode,
           @credentialId, @region, @endpoint, @connectivity, @vpcService, @vpcOwner, @createdAt)`,
      ),
      edit: db.prepare(
        `update external_store set name = @name, accounts = @accounts, regions = @regions,
           quota = @quota, credential_id = @credentialId, region = @region, endpoint = @endpoint,
           connectivity = @connectivity, vpc_service = @vpcService, vpc_owner = @vpcOwner
         where id = @id`,
      ),
      block: db.prepare('update external_store set blocked = ? where id = ?'),
      mode: db.prepare('update external_store set rules_mode = ? where id = ?'),
      remote: db.prepare(
        `update external_store set kms_store_id = @kmsStoreId, kms_account = @account,
           kms_state = @state, kms_error = @error, kms_access_key_id = @accessKeyId,
           kms_read_at = @readAt where id = @id`,
      ),
      keys: db.prepare<[string], number>('select count(*) from xks_key where store_id = ?').pluck(),
      valid: db
        .prepare<[string], string>(
          'select id from proxy_credential where store_id = ? and retired_at is null',
        )
        .pluck(),
      forgetRules: db.prepare('delete from xks_rule where store_id = ?'),
      forgetCredentials: db.prepare('delete from proxy_credential where store_id = ?'),
      erase: db.prepare('delete from external_store where id = ?'),
    };
  }

  list(): ExternalStore[] {
    return this.#sql.all.all().map(storeFrom);
  }

  byId(id: string): ExternalStore | null {
    const row = this.#sql.one.get(id);
    return row ? storeFrom(row) : null;
  }

  get(id: string): ExternalStore {
    const found = this.byId(id);
    if (!found) throw notFound('external key store');
    return found;
  }

  find(reference: string): ExternalStore {
    const row =
      this.#sql.one.get(reference) ??
      this.#sql.named.get(keptName(reference)) ??
      this.#sql.inAws.get(reference);
    if (row) return storeFrom(row);
    throw notFound('external key store');
  }

  add(fields: NewStore): ExternalStore {
    const { store, clock, random } = this.#domain;
    return store.change(() => {
      const name = this.#freeName(fields.name, null);
      const id = uuidv7(this.#domain);
      this.#sql.insert.run({
        ...columnsOf({ ...fields, name }),
        id,
        // not to be guessed, and never reused: AWS keeps it for as long as its store lives
        prefix: `/${random(12).toString('base64url')}`,
        rulesMode: fields.rulesMode,
        createdAt: clock.now(),
      });
      return this.get(id);
    });
  }

  edit(id: string, change: StoreChange): ExternalStore {
    return this.#domain.store.change(() => {
      const { remote: _r, blocked: _b, prefix: _p, createdAt: _c, ...now } = this.get(id);
      const next = { ...now, ...change };
      const name = this.#freeName(next.name, id);
      this.#sql.edit.run({ ...columnsOf({ ...next, name }), id });
      return this.get(id);
    });
  }

  setBlocked(id: string, blocked: boolean): void {
    this.#domain.store.change(() => this.#sql.block.run(blocked ? 1 : 0, id));
  }

  setRulesMode(id: string, mode: ExternalStore['rulesMode']): void {
    this.#domain.store.change(() => this.#sql.mode.run(mode, id));
  }

  noteRemote(id: string, remote: StoreInAws | null): void {
    const none = { kmsStoreId: null, account: null, state: null, error: null };
    this.#domain.store.change(() =>
      this.#sql.remote.run({
        id,
        ...(remote ?? { ...none, accessKeyId: null, readAt: this.#domain.clock.now() }),
      }),
    );
  }

  keysOf(id: string): number {
    return this.#sql.keys.get(id) ?? 0;
  }

  remove(id: string): void {
    const { store } = this.#domain;
    store.change(() => {
      const { name, remote } = this.get(id);
      const keys = this.keysOf(id);
      if (keys > 0) throw new OperationError('XKS_STORE_IN_USE', { name, keys });
      if (remote) throw new OperationError('XKS_STORE_IN_USE', { name, inAws: remote.kmsStoreId });
      for (const credential of this.#sql.valid.all(id)) {
        store.seals.erase('proxy_credential', credential, 'secret');
      }
      this.#sql.forgetRules.run(id);
      this.#sql.forgetCredentials.run(id);
      this.#sql.erase.run(id);
    });
  }

  #freeName(wish: string, own: string | null): string {
    const name = keptName(wish);
    const taken = this.#sql.named.get(name);
    if (!taken || taken['id'] === own) return name;
    throw new OperationError('NAME_TAKEN', { what: 'external key store', name });
  }
}
