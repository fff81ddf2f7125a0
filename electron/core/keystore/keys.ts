import { OperationError } from '../../../shared/errors/operation-error.ts';
import { type Lifecycle, lifecycleMayBecome } from '../../../shared/model/lifecycle.ts';
import type { Kcv, KeyBlob } from '../hsm/driver.ts';
import { Secret } from '../kernel/secret.ts';
import type { SealBinding } from '../store/store.ts';
import { type Domain, type Key, keyFrom, type RemoteKey, remoteFrom } from './rows.ts';

export interface KeyWithRemote {
  readonly key: Key;
  readonly remote: RemoteKey | null;
}

export interface KeyQuery {
  readonly groupId: string | null;
  readonly find: string;
  readonly limit: number;
  readonly after: { readonly groupId: string; readonly version: number } | null;
}

export interface KeyEvent {
  readonly at: number;
  readonly text: string;
  readonly jobId: string | null;
}

/** Keys, their kept copies, and what AWS last said of them. */
export interface Keys {
  byId(id: string): KeyWithRemote | null;
  /** @throws OperationError NOT_FOUND */
  get(id: string): KeyWithRemote;
  ofGroup(groupId: string): readonly KeyWithRemote[];
  list(query: KeyQuery): { readonly keys: readonly KeyWithRemote[]; readonly total: number };
  holderOf(groupId: string): KeyWithRemote | null;
  nextVersion(groupId: string): number;
  byKms(reference: string): readonly KeyWithRemote[];
  total(): number;

  /** Adds a key with its kept copy in one go, inside the caller's transaction. */
  add(key: Omit<Key, 'lifecycle' | 'lifecycleTimes' | 'kcv'>, blob: KeyBlob): Key;
  /** The kept copy as the HSM needs it. The caller wipes nothing: a blob is wrapped already. */
  blob(id: string): KeyBlob;
  /** Moves along the table of NIST SP 800-57 and seals the copy again for the new state. */
  setLifecycle(id: string, to: Lifecycle): void;
  markBackedUp(id: string, at: number): void;
  markProved(id: string, at: number): void;

  setRemote(remote: Omit<RemoteKey, 'policyRead'> & { readonly policyRead?: string | null }): void;
  /** Notes a reading; fields left out stay as they were. */
  noteRemote(keyId: string, reading: Partial<Omit<RemoteKey, 'keyId' | 'madeBy'>>): void;
  /** Notes that `keyId` (or none of the group) holds this alias of this Region now. */
  moveAlias(
    groupId: string,
    region: string,
    alias: string,
    keyId: string | null,
    readAt: number,
  ): void;

  addEvent(keyId: string, text: string, jobId: string | null): void;
  events(keyId: string): readonly KeyEvent[];
}

const usage = 'aes-256 encrypt-decrypt, wrapped under the master key';
const binding = (key: Pick<Key, 'id' | 'lifecycle'>): SealBinding => ({
  table: 'key',
  row: key.id,
  column: 'blob',
  state: key.lifecycle,
  policy: usage,
});

const joined = `select k.*, r.key_id, r.kms_key_id, r.arn, r.account, r.region, r.made_by, r.state,
  r.material_id, r.valid_to, r.alias, r.policy_read, r.read_at
  from "key" k left join remote_key r on r.key_id = k.id`;
const filterSql = `(@group is null or k.group_id = @group) and (@find = ''
  or instr(lower(k.kcv), @find) > 0 or instr(ifnull(r.arn, ''), @find) > 0
  or instr(lower(ifnull(r.alias, '')), @find) > 0 or instr(ifnull(r.material_id, ''), @find) > 0
  or exists (select 1 from key_group g where g.id = k.group_id and instr(lower(g.name), @find) > 0))`;

const pair = (row: Record<string, unknown>): KeyWithRemote => ({
  key: keyFrom(row),
  remote: row['key_id'] === null ? null : remoteFrom(row),
});

const remoteColumns: readonly [keyof RemoteKey, string][] = [
  ['kmsKeyId', 'kms_key_id'],
  ['arn', 'arn'],
  ['account', 'account'],
  ['region', 'region'],
  ['state', 'state'],
  ['materialId', 'material_id'],
  ['validTo', 'valid_to'],
  ['alias', 'alias'],
  ['policyRead', 'policy_read'],
  ['readAt', 'read_at'],
];

export function createKeys(domain: Domain): Keys {
  const { store } = domain;
  const { db } = store;
  const one = db.prepare(`${joined} where k.id = ?`);
  const inGroup = db.prepare(`${joined} where k.group_id = ? order by k.version desc`);
  const holder = db.prepare(`${joined} where k.group_id = ? and r.alias is not null`);
  const kms = db.prepare(`${joined} where r.kms_key_id = @ref or r.arn = @ref or r.alias = @ref`);
  const page = db.prepare(
    `${joined} where ${filterSql} and (@afterGroup is null or (k.group_id, k.version) > (@afterGroup, @afterVersion))
     order by k.group_id, k.version limit @limit`,
  );
  const count = db.prepare(
    `select count(*) as n from "key" k left join remote_key r on r.key_id = k.id where ${filterSql}`,
  );
  const highest = db.prepare('select max(version) as n from "key" where group_id = ?');
  const insert = db.prepare(
    `insert into "key" (id, group_id, version, lifecycle, lifecycle_times, kcv_method, kcv, storage,
       assurance, token_serial, mechanism, master_id, made_at, planned_end, backed_up_at, proved_at)
     values (@id, @groupId, @version, @lifecycle, @times, @method, @kcv, @storage, @assurance,
       @tokenSerial, @mechanism, @masterId, @madeAt, @plannedEnd, @backedUpAt, @provedAt)`,
  );
  const setState = db.prepare('update "key" set lifecycle = ?, lifecycle_times = ? where id = ?');
  const event = db.prepare('insert into key_event (key_id, at, text, job_id) values (?, ?, ?, ?)');

  const byId = (id: string): KeyWithRemote | null => {
    const row = one.get(id) as Record<string, unknown> | undefined;
    return row ? pair(row) : null;
  };
  const get = (id: string): KeyWithRemote => {
    const found = byId(id);
    if (!found) throw new OperationError('NOT_FOUND', { what: 'key', reference: id });
    return found;
  };
  const rows = (found: unknown[]) => (found as Record<string, unknown>[]).map(pair);

  const noteRemote: Keys['noteRemote'] = (keyId, reading) => {
    const sets: string[] = [];
    const values: Record<string, unknown> = { keyId };
    for (const [field, column] of remoteColumns) {
      const value = (reading as Record<string, unknown>)[field];
      if (value === undefined) continue;
      sets.push(`${column} = @${column}`);
      values[column] = value;
    }
    store.change(() => {
      db.prepare(`update remote_key set ${sets.join(', ')} where key_id = @keyId`).run(values);
    });
  };

  return {
    byId,
    get,
    noteRemote,
    ofGroup: (groupId) => rows(inGroup.all(groupId)),
    holderOf: (groupId) => rows(holder.all(groupId))[0] ?? null,
    byKms: (reference) => rows(kms.all({ ref: reference })),
    nextVersion: (groupId) => ((highest.get(groupId) as { n: number | null }).n ?? 0) + 1,
    total: () => (db.prepare('select count(*) as n from "key"').get() as { n: number }).n,
    list: (query) => {
      const filter = { group: query.groupId, find: query.find.toLowerCase() };
      const found = page.all({
        ...filter,
        limit: query.limit,
        afterGroup: query.after?.groupId ?? null,
        afterVersion: query.after?.version ?? null,
      });
      return { keys: rows(found), total: (count.get(filter) as { n: number }).n };
    },
    add: (fields, blob) =>
      store.change(() => {
        const times = { 'pre-activation': fields.madeAt };
        const key: Key = {
          ...fields,
          lifecycle: 'pre-activation',
          lifecycleTimes: times,
          kcv: blob.kcv,
        };
        insert.run({
          ...fields,
          lifecycle: key.lifecycle,
          times: JSON.stringify(times),
          method: blob.kcv.method,
          kcv: blob.kcv.value,
        });
        const copy = Secret.copyOf(blob.wrapped);
        try {
          store.seals.put(binding(key), copy);
        } finally {
          copy.dispose();
        }
        return key;
      }),
    blob: (id) => {
      const { key } = get(id);
      const sealed = store.seals.open(binding(key));
      try {
        const kcv: Kcv = key.kcv;
        return {
          wrapped: sealed.use((bytes) => Uint8Array.from(bytes)),
          mechanism: key.mechanism,
          masterId: key.masterId,
          kcv,
        };
      } finally {
        sealed.dispose();
      }
    },
    setLifecycle: (id, to) => {
      store.change(() => {
        const { key } = get(id);
        if (key.lifecycle === to) return;
        if (!lifecycleMayBecome(key.lifecycle, to)) {
          throw new OperationError('INTERNAL', { transition: `${key.lifecycle} to ${to}` });
        }
        const times = { ...key.lifecycleTimes, [to]: domain.clock.now() };
        setState.run(to, JSON.stringify(times), id);
        store.seals.rebind(binding(key), binding({ id, lifecycle: to }));
      });
    },
    markBackedUp: (id, at) => {
      store.change(() => db.prepare('update "key" set backed_up_at = ? where id = ?').run(at, id));
    },
    markProved: (id, at) => {
      store.change(() => db.prepare('update "key" set proved_at = ? where id = ?').run(at, id));
    },
    setRemote: (remote) => {
      store.change(() => {
        db.prepare(
          `insert into remote_key (key_id, kms_key_id, arn, account, region, made_by, state,
             material_id, valid_to, alias, policy_read, read_at)
           values (@keyId, @kmsKeyId, @arn, @account, @region, @madeBy, @state, @materialId,
             @validTo, @alias, @policyRead, @readAt)
           on conflict (key_id) do update set kms_key_id = excluded.kms_key_id, arn = excluded.arn,
             account = excluded.account, region = excluded.region, made_by = excluded.made_by,
             state = excluded.state, material_id = excluded.material_id, valid_to = excluded.valid_to,
             alias = excluded.alias, policy_read = excluded.policy_read, read_at = excluded.read_at`,
        ).run({ ...remote, policyRead: remote.policyRead ?? null });
      });
    },
    moveAlias: (groupId, region, alias, keyId, readAt) => {
      store.change(() => {
        db.prepare(
          `update remote_key set alias = null where alias = @alias and region = @region
           and key_id <> @keyId and key_id in (select id from "key" where group_id = @groupId)`,
        ).run({ groupId, region, alias, keyId: keyId ?? '' });
        if (keyId !== null) noteRemote(keyId, { alias, readAt });
      });
    },
    addEvent: (keyId, text, jobId) => {
      store.change(() => event.run(keyId, domain.clock.now(), text, jobId));
    },
    events: (keyId) =>
      db
        .prepare(
          'select at, text, job_id as jobId from key_event where key_id = ? order by id desc limit 200',
        )
        .all(keyId) as KeyEvent[],
  };
}
