import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import { GroupListing } from './group-listing.ts';
import { groupColumns, groupToRow } from './group-row.ts';
import { keptName, searchText } from './names.ts';
import { type Domain, type Group, groupFrom, type Row } from './rows.ts';
import type { TransportKeys } from './transport-keys.ts';

export type NewGroup = Omit<Group, 'id' | 'account' | 'createdAt'>;
export type GroupChange = Partial<
  Omit<Group, 'id' | 'service' | 'keySpec' | 'keyUsage' | 'storage' | 'createdAt'>
>;

export interface GroupCounts {
  readonly keys: number;
  /** Version of the key that holds the group's alias in the group's Region. */
  readonly activeVersion: number | null;
  readonly inAws: number;
  /** Keys whose material was in AWS and is not any more. */
  readonly gone: number;
}

export interface GroupQuery {
  /** Only groups that lie in this folder itself. */
  readonly folderId?: string;
  /**
   * Part of a name or alias, in any case; from three characters on also part of a KCV, ARN or
   * material id of a key in it. Empty: all.
   */
  readonly find: string;
  readonly limit: number;
  readonly after: { readonly name: string; readonly id: string } | null;
  readonly only?: ReadonlySet<string>;
}

/** Key groups: containers of keys and the template for new ones. */
export interface Groups {
  byId(id: string): Group | null;
  /** @throws OperationError NOT_FOUND */
  get(id: string): Group;
  /** A page in the order of names without regard to case, and how many there are in all. */
  list(query: GroupQuery): { readonly groups: readonly Group[]; readonly total: number };
  /** Ids of all groups whose name holds the text, in any case. */
  named(text: string): readonly string[];
  counts(id: string): GroupCounts;
  /** Why a group could not have this name and alias: NAME_TAKEN, ALIAS_TAKEN_IN_KEYSTORE. */
  taken(group: Pick<Group, 'id' | 'name' | 'folderId' | 'alias' | 'region' | 'account'>): {
    readonly name: OperationError | null;
    readonly alias: OperationError | null;
  };
  /**
   * `account`: whose it is, where its credential was tested; it is bound to it at once.
   * @throws OperationError NAME_TAKEN, ALIAS_TAKEN_IN_KEYSTORE, NOT_FOUND (folder, credential)
   */
  add(group: NewGroup, account?: string | null): Group;
  /** @throws OperationError as `add`; ACCOUNT_MISMATCH when it is bound to another account */
  edit(id: string, change: GroupChange): Group;
  /** @throws OperationError GROUP_HAS_KEYS, NOT_FOUND */
  remove(id: string): void;
  /**
   * Binds the group to the account its credential proved to be of, once and for ever.
   * @throws OperationError ACCOUNT_MISMATCH, NOT_FOUND
   */
  bindAccount(id: string, account: string): void;
  /** The first successful test of a credential binds the groups that use it and had no account. */
  bindUsersOf(credentialId: string, account: string): void;
  /** Groups that rotate by schedule and whose time has come, longest due first. */
  due(at: number): readonly { readonly id: string; readonly dueAt: number }[];
  adoptForeign(id: string, arn: string): void;
  hasAdopted(id: string, arn: string): boolean;
  /** Ids of the groups that may move their alias from this key, though they did not make it. */
  adopters(arn: string): readonly string[];
}

export function createGroups(
  domain: Domain,
  transportKeys: Pick<TransportKeys, 'destroyOf'>,
): Groups {
  return new GroupTable(domain, transportKeys);
}

function statements({ store: { db } }: Domain) {
  const { insert, update } = groupColumns;
  return {
    one: db.prepare<[string], Row>('select * from key_group where id = ?'),
    named: db
      .prepare<[string, string], string>(
        `select id from key_group where ifnull(folder_id, '') = ? and name = ?`,
      )
      .pluck(),
    holding: db
      .prepare<[string], string>('select id from key_group where instr(name_folded, ?) > 0')
      .pluck(),
    aliased: db
      .prepare<Pick<Group, 'id' | 'alias' | 'region' | 'account'>[], string>(
        `select name from key_group where alias = @alias and region = @region and id <> @id
           and (account is @account or account is null or @account is null) limit 1`,
      )
      .pluck(),
    folder: db.prepare<[string], unknown>('select 1 from folder where id = ?'),
    credential: db.prepare<[string], unknown>('select 1 from credential where id = ?'),
    insert: db.prepare(
      `insert into key_group (${insert.join(', ')}) values (${insert.map((c) => `@${c}`).join(', ')})`,
    ),
    update: db.prepare(
      `update key_group set ${update.map((c) => `${c} = @${c}`).join(', ')} where id = @id`,
    ),
    bind: db.prepare('update key_group set account = ?, account_bound_at = ? where id = ?'),
    bindUsers: db.prepare<[string, number, string]>(
      'update key_group set account = ?, account_bound_at = ? where credential_id = ? and account is null',
    ),
    forgetAdopted: db.prepare('delete from foreign_key_adopted where group_id = ?'),
    forgetAlias: db.prepare('delete from alias_elsewhere where group_id = ?'),
    erase: db.prepare('delete from key_group where id = ?'),
    counts: db.prepare<[string], GroupCounts>(
      `select count(*) as keys,
         max(case when r.alias = 'alias/' || g.alias and r.region = g.region then k.version end)
           as activeVersion,
         count(r.key_id) as inAws,
         count(*) filter (where case when r.material_state is null
           then r.state = 'PendingImport'
             and (coalesce(r.material_id, r.current_material) is not null or r.taken = 1)
           else r.import_state = 'PENDING_IMPORT' end) as gone
       from key_group g join "key" k on k.group_id = g.id left join remote_key r on r.key_id = k.id
       where g.id = ?`,
    ),
    due: db.prepare<[number], { id: string; dueAt: number }>(
      `select id, next_rotation_at as dueAt from key_group
       where rotate = 1 and next_rotation_at <= ? order by next_rotation_at, id`,
    ),
    adopt: db.prepare('insert or ignore into foreign_key_adopted values (?, ?, ?)'),
    adopted: db.prepare<[string, string], unknown>(
      'select 1 from foreign_key_adopted where group_id = ? and arn = ?',
    ),
    adopters: db
      .prepare<[string], string>(
        `select a.group_id from foreign_key_adopted a join key_group g on g.id = a.group_id
         where a.arn = ? order by g.name, g.id`,
      )
      .pluck(),
  };
}

class GroupTable implements Groups {
  readonly #domain: Domain;
  readonly #transportKeys;
  readonly #sql;
  readonly #listing;

  constructor(domain: Domain, transportKeys: Pick<TransportKeys, 'destroyOf'>) {
    this.#domain = domain;
    this.#transportKeys = transportKeys;
    this.#sql = statements(domain);
    this.#listing = new GroupListing(domain.store.db);
  }

  byId(id: string): Group | null {
    const row = this.#sql.one.get(id);
    return row ? groupFrom(row) : null;
  }

  get(id: string): Group {
    const group = this.byId(id);
    if (!group) throw notFound('key group');
    return group;
  }

  list(query: GroupQuery): { groups: Group[]; total: number } {
    return this.#listing.page(query);
  }

  named(text: string): readonly string[] {
    return this.#sql.holding.all(searchText(text));
  }

  counts(id: string): GroupCounts {
    return this.#sql.counts.get(id) ?? { keys: 0, activeVersion: null, inAws: 0, gone: 0 };
  }

  add(fields: NewGroup, account: string | null = null): Group {
    return this.#domain.store.change(() => {
      const group: Group = {
        ...fields,
        name: keptName(fields.name),
        id: uuidv7(this.#domain),
        account: null,
        createdAt: this.#domain.clock.now(),
      };
      this.#requirePlace(group);
      this.#requireName(group);
      this.#requireAlias({ ...group, account });
      this.#sql.insert.run(groupToRow(group));
      if (account === null) return group;
      this.bindAccount(group.id, account);
      return this.get(group.id);
    });
  }

  edit(id: string, change: GroupChange): Group {
    return this.#domain.store.change(() => {
      const now = this.get(id);
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      const merged: Group = { ...now, ...Object.fromEntries(given) };
      const next: Group = { ...merged, name: keptName(merged.name) };
      const differs = (...fields: (keyof Group)[]) =>
        fields.some((field) => next[field] !== now[field]);
      if (now.account !== null && differs('account')) throw otherAccount(now, next.account);
      if (differs('folderId', 'credentialId')) this.#requirePlace(next);
      if (differs('folderId', 'name')) this.#requireName(next);
      if (differs('alias', 'region', 'account')) this.#requireAlias(next);
      this.#sql.update.run(groupToRow(next));
      return next;
    });
  }

  remove(id: string): void {
    this.#domain.store.change(() => {
      const group = this.get(id);
      const { keys } = this.counts(id);
      if (keys > 0) throw new OperationError('GROUP_HAS_KEYS', { group: group.name, keys });
      this.#sql.forgetAdopted.run(id);
      this.#sql.forgetAlias.run(id);
      this.#transportKeys.destroyOf(id);
      this.#sql.erase.run(id);
    });
  }

  bindAccount(id: string, account: string): void {
    this.#domain.store.change(() => {
      const group = this.get(id);
      if (group.account === account) return;
      if (group.account !== null) throw otherAccount(group, account);
      this.#sql.bind.run(account, this.#domain.clock.now(), id);
    });
  }

  bindUsersOf(credentialId: string, account: string): void {
    this.#domain.store.change(() => {
      this.#sql.bindUsers.run(account, this.#domain.clock.now(), credentialId);
    });
  }

  due(at: number): readonly { id: string; dueAt: number }[] {
    return this.#sql.due.all(at);
  }

  adoptForeign(id: string, arn: string): void {
    this.#domain.store.change(() => this.#sql.adopt.run(id, arn, this.#domain.clock.now()));
  }

  hasAdopted(id: string, arn: string): boolean {
    return this.#sql.adopted.get(id, arn) !== undefined;
  }

  adopters(arn: string): readonly string[] {
    return this.#sql.adopters.all(arn);
  }

  #requirePlace({ folderId, credentialId }: Group): void {
    if (!this.#sql.credential.get(credentialId)) throw notFound('credential');
    if (folderId !== null && !this.#sql.folder.get(folderId)) throw notFound('folder');
  }

  taken(group: Pick<Group, 'id' | 'name' | 'folderId' | 'alias' | 'region' | 'account'>) {
    return { name: this.#nameTaken(group), alias: this.#aliasTaken(group) };
  }

  #nameTaken({ id, name, folderId }: Pick<Group, 'id' | 'name' | 'folderId'>) {
    const taken = this.#sql.named.get(folderId ?? '', name);
    if (taken === undefined || taken === id) return null;
    return new OperationError('NAME_TAKEN', { what: 'key group', name });
  }

  /** An account that is not known yet may turn out to be the same one. */
  #aliasTaken({ id, alias, region, account }: Pick<Group, 'id' | 'alias' | 'region' | 'account'>) {
    const holder = this.#sql.aliased.get({ id, alias, region, account });
    if (holder === undefined) return null;
    return new OperationError('ALIAS_TAKEN_IN_KEYSTORE', {
      alias: `alias/${alias}`,
      region,
      group: holder,
    });
  }

  #requireName(group: Group): void {
    const taken = this.#nameTaken(group);
    if (taken) throw taken;
  }

  #requireAlias(group: Group): void {
    const taken = this.#aliasTaken(group);
    if (taken) throw taken;
  }
}

const otherAccount = (group: Group, account: string | null): OperationError =>
  new OperationError('ACCOUNT_MISMATCH', {
    group: group.name,
    bound: group.account,
    credential: account,
  });
