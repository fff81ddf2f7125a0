import type { Database } from 'better-sqlite3';

/** How many groups there are in one account and Region; the account is null until it is known. */
export interface Place {
  readonly account: string | null;
  readonly region: string;
  readonly groups: number;
}

/** Sums over the whole keystore, each by one look into an index: read after every change. */
export interface Overview {
  totals(): { readonly groups: number; readonly keys: number };
  /** Where groups are, busiest first. */
  places(most: number): readonly Place[];
  /** Groups with a key, or an alias, of which AWS said at its last reading that it is not as it should be. */
  groupsInTrouble(): readonly string[];
  /** Groups that lie in each folder itself; under `''` those at the top. */
  perFolder(): ReadonlyMap<string, number>;
  /** As `perFolder`, of these groups only. */
  perFolderOf(groupIds: readonly string[]): ReadonlyMap<string, number>;
}

interface InFolder {
  readonly folder: string;
  readonly groups: number;
}

export function createOverview(db: Database): Overview {
  const groups = db
    .prepare<[], number>("select rows from row_count where of = 'key_group'")
    .pluck();
  const keys = db.prepare<[], number>("select rows from row_count where of = 'key'").pluck();
  const places = db.prepare<[number], Place>(
    `select account, region, count(*) as groups from key_group
     group by region, account order by groups desc, region, account limit ?`,
  );
  // As `keyState` says "Material gone", "Differs" and "Off, alias", and `aliasStanding` "elsewhere" and
  // "missing": none depends on the time.
  const odd = db
    .prepare<[], string>(
      // the planner would walk all keys in the order of their groups to save the sort
      `select distinct k.group_id from remote_key r indexed by remote_key_odd
       cross join "key" k on k.id = r.key_id
       where r.state not in ('Enabled', 'Disabled')
         and not (r.state = 'PendingImport'
           and coalesce(r.material_id, r.current_material) is null and r.taken = 0
           and r.alias is null)
         and r.material_state is not 'NOT_IMPORTED'
       union
       select distinct k.group_id from remote_key r indexed by remote_key_other
       cross join "key" k on k.id = r.key_id where r.current_material <> r.material_id
       union
       select distinct k.group_id from remote_key r indexed by remote_key_off
       cross join "key" k on k.id = r.key_id
       where r.state = 'Disabled' and r.alias is not null
       union
       select g.id from alias_elsewhere e cross join key_group g on g.id = e.group_id
       where e.alias = 'alias/' || g.alias and e.region = g.region
         and not exists (select 1 from "key" k join remote_key r on r.key_id = k.id
           where k.group_id = g.id and r.alias = e.alias and r.region = e.region)
         and exists (select 1 from "key" k left join remote_key r on r.key_id = k.id
           where k.group_id = g.id and k.lifecycle in ('active', 'suspended')
             and (e.kms_key_id is not null or r.alias is null))`,
    )
    .pluck();
  const perFolder = db.prepare<[], InFolder>(
    `select ifnull(folder_id, '') as folder, count(*) as groups from key_group
     group by ifnull(folder_id, '')`,
  );
  const perFolderOf = db.prepare<[string], InFolder>(
    `select ifnull(g.folder_id, '') as folder, count(*) as groups
     from json_each(?) c join key_group g on g.id = c.value group by ifnull(g.folder_id, '')`,
  );
  const byFolder = (rows: readonly InFolder[]) =>
    new Map(rows.map((row) => [row.folder, row.groups]));
  return {
    totals: () => ({ groups: groups.get() ?? 0, keys: keys.get() ?? 0 }),
    places: (most) => places.all(most),
    groupsInTrouble: () => odd.all(),
    perFolder: () => byFolder(perFolder.all()),
    perFolderOf: (groupIds) => byFolder(perFolderOf.all(JSON.stringify(groupIds))),
  };
}
