import { OperationError } from '../../../shared/errors/operation-error.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import { type Domain, type Group, groupFrom } from './rows.ts';

export type NewGroup = Omit<Group, 'id' | 'account' | 'createdAt'>;
export type GroupChange = Partial<
  Omit<Group, 'id' | 'service' | 'keyType' | 'keyLength' | 'keyUsage' | 'storage' | 'createdAt'>
>;

export interface GroupCounts {
  readonly keys: number;
  readonly activeVersion: number | null;
  readonly inAws: number;
  readonly gone: number;
}

export interface GroupQuery {
  readonly folderId?: string;
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
  list(query: GroupQuery): { readonly groups: readonly Group[]; readonly total: number };
  counts(id: string): GroupCounts;
  add(group: NewGroup): Group;
  edit(id: string, change: GroupChange): Group;
  remove(id: string): void;
  /** Binds the group to the account its credential proved to be of, once and for ever. */
  bindAccount(id: string, account: string): void;
  due(at: number): readonly { readonly groupId: string; readonly dueAt: number }[];
  adoptForeign(id: string, arn: string): void;
  hasAdopted(id: string, arn: string): boolean;
}

const columns: Readonly<Record<string, (group: GroupChange) => unknown>> = {
  folder_id: (g) => g.folderId,
  name: (g) => g.name,
  credential_id: (g) => g.credentialId,
  account: (g) => g.account,
  rotate: (g) => (g.rotate === undefined ? undefined : Number(g.rotate)),
  rotate_amount: (g) => g.rotateEvery?.amount,
  rotate_unit: (g) => g.rotateEvery?.unit,
  valid_amount: (g) => g.keepValidFor?.amount,
  valid_unit: (g) => g.keepValidFor?.unit,
  alias: (g) => g.alias,
  description: (g) => g.description,
  region: (g) => g.region,
  active_key_id: (g) => g.activeKeyId,
  policy: (g) => g.policy,
  material_days: (g) => g.materialDays,
  disable_after: (g) => (g.disableAfter === undefined ? undefined : Number(g.disableAfter)),
  disable_wait_days: (g) => g.disableWaitDays,
  next_rotation_at: (g) => g.nextRotationAt,
};

const fixed = ['id', 'service', 'key_type', 'key_length', 'key_usage', 'storage', 'created_at'];
const insertSql = () => {
  const names = [...fixed, ...Object.keys(columns)];
  return `insert into key_group (${names.join(', ')}) values (${names.map((n) => `@${n}`).join(', ')})`;
};

const filterSql = `
  (@folder is null or folder_id = @folder)
  and (@find = '' or instr(lower(name), @find) > 0 or instr(lower(alias), @find) > 0
       or exists (select 1 from "key" k left join remote_key r on r.key_id = k.id
                  where k.group_id = key_group.id
                    and (instr(lower(k.kcv), @find) > 0 or instr(ifnull(r.arn, ''), @find) > 0)))`;

export function createGroups(domain: Domain): Groups {
  const { store } = domain;
  const { db } = store;
  const one = db.prepare('select * from key_group where id = ?');
  const named = db.prepare(`select id from key_group where ifnull(folder_id, '') = ? and name = ?`);
  const aliased = db.prepare(
    'select id, name from key_group where alias = ? and region = ? and (account is ? or account is null or ? is null)',
  );
  const insert = db.prepare(insertSql());
  const erase = db.prepare('delete from key_group where id = ?');
  const counted = db.prepare(
    `select count(*) as keys,
            max(case when r.alias is not null then k.version end) as activeVersion,
            count(r.key_id) as inAws,
            sum(case when r.state = 'PendingImport' and k.lifecycle <> 'pre-activation' then 1 else 0 end) as gone
     from "key" k left join remote_key r on r.key_id = k.id where k.group_id = ?`,
  );
  const page = db.prepare(
    `select * from key_group where ${filterSql}
     and (@afterName is null or (name, id) > (@afterName, @afterId)) order by name, id limit @limit`,
  );
  const total = db.prepare(`select count(*) as n from key_group where ${filterSql}`);
  const dueRows = db.prepare(
    'select id as groupId, next_rotation_at as dueAt from key_group where rotate = 1 and next_rotation_at <= ? order by next_rotation_at',
  );
  const adopt = db.prepare('insert or ignore into foreign_key_adopted values (?, ?, ?)');
  const adopted = db.prepare('select 1 from foreign_key_adopted where group_id = ? and arn = ?');

  const byId = (id: string): Group | null => {
    const row = one.get(id) as Record<string, unknown> | undefined;
    return row ? groupFrom(row) : null;
  };
  const get = (id: string): Group => {
    const group = byId(id);
    if (!group) throw new OperationError('NOT_FOUND', { what: 'key group', reference: id });
    return group;
  };
  const requireFree = (group: Group): void => {
    const taken = named.get(group.folderId ?? '', group.name) as { id: string } | undefined;
    if (taken && taken.id !== group.id) {
      throw new OperationError('NAME_TAKEN', { what: 'key group', name: group.name });
    }
    const holders = aliased.all(group.alias, group.region, group.account, group.account) as {
      id: string;
      name: string;
    }[];
    const other = holders.find((holder) => holder.id !== group.id);
    if (other) {
      throw new OperationError('ALIAS_TAKEN_IN_KEYSTORE', {
        alias: `alias/${group.alias}`,
        region: group.region,
        group: other.name,
      });
    }
  };

  const edit = (id: string, change: GroupChange): Group =>
    store.change(() => {
      const next: Group = { ...get(id), ...change };
      requireFree(next);
      const sets: string[] = [];
      const values: Record<string, unknown> = { id };
      for (const [column, value] of Object.entries(columns)) {
        const to = value(change);
        if (to === undefined) continue;
        sets.push(`${column} = @${column}`);
        values[column] = to;
      }
      if (sets.length > 0) {
        db.prepare(`update key_group set ${sets.join(', ')} where id = @id`).run(values);
      }
      return next;
    });

  return {
    byId,
    get,
    edit,
    list: (query) => {
      const filter = { folder: query.folderId ?? null, find: query.find.toLowerCase() };
      if (query.only) {
        const chosen = [...query.only]
          .map(byId)
          .filter((group): group is Group => group !== null)
          .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
        return { groups: chosen.slice(0, query.limit), total: chosen.length };
      }
      const rows = page.all({
        ...filter,
        limit: query.limit,
        afterName: query.after?.name ?? null,
        afterId: query.after?.id ?? null,
      }) as Record<string, unknown>[];
      return { groups: rows.map(groupFrom), total: (total.get(filter) as { n: number }).n };
    },
    counts: (id) => {
      const row = counted.get(id) as GroupCounts;
      return { ...row, gone: row.gone ?? 0 };
    },
    add: (fields) =>
      store.change(() => {
        const group: Group = {
          ...fields,
          id: uuidv7(domain),
          account: null,
          createdAt: domain.clock.now(),
        };
        requireFree(group);
        const values: Record<string, unknown> = {
          id: group.id,
          service: group.service,
          key_type: group.keyType,
          key_length: group.keyLength,
          key_usage: group.keyUsage,
          storage: group.storage,
          created_at: group.createdAt,
        };
        for (const [column, value] of Object.entries(columns))
          values[column] = value(group) ?? null;
        insert.run(values);
        return group;
      }),
    remove: (id) => {
      store.change(() => {
        const { keys } = counted.get(id) as GroupCounts;
        if (keys > 0) throw new OperationError('GROUP_HAS_KEYS', { group: get(id).name, keys });
        db.prepare('delete from foreign_key_adopted where group_id = ?').run(id);
        erase.run(id);
      });
    },
    bindAccount: (id, account) => {
      const group = get(id);
      if (group.account === account) return;
      if (group.account !== null) {
        throw new OperationError('ACCOUNT_MISMATCH', {
          group: group.name,
          bound: group.account,
          credential: account,
        });
      }
      store.change(() => {
        db.prepare('update key_group set account = ?, account_bound_at = ? where id = ?').run(
          account,
          domain.clock.now(),
          id,
        );
      });
    },
    due: (at) => dueRows.all(at) as { groupId: string; dueAt: number }[],
    adoptForeign: (id, arn) => {
      store.change(() => adopt.run(id, arn, domain.clock.now()));
    },
    hasAdopted: (id, arn) => adopted.get(id, arn) !== undefined,
  };
}
