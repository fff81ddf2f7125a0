import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyTextAnew } from '../store/migrations/0002-domain.ts';
import type { KeyQuery } from './keys.ts';
import { type TestKeystore, testKeystore } from './keystore.fixture.ts';

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

const everything: KeyQuery = { groupId: null, find: '', limit: 10_000, after: null };
const list = (query: Partial<KeyQuery> = {}) => keystore.keys.list({ ...everything, ...query });
const ids = (find: string, query: Partial<KeyQuery> = {}) =>
  list({ find, ...query }).keys.map(({ key }) => key.id);

/** All pages of a question, which must say the same total each time and never repeat a key. */
function pages(query: Partial<KeyQuery>, limit: number): string[] {
  const read: string[] = [];
  const { total } = list(query);
  let after: KeyQuery['after'] = null;
  do {
    const page = list({ ...query, limit, after });
    expect(page.total).toBe(total);
    expect(page.keys.length).toBeLessThanOrEqual(limit);
    read.push(...page.keys.map(({ key }) => key.id));
    expect(read.length).toBeLessThanOrEqual(total);
    after = page.keys.at(-1)?.key ?? null;
  } while (after !== null);
  expect(new Set(read).size).toBe(total);
  return read;
}

it('reads pages in the order of group names and versions, with and without a KMS key', () => {
  const names = ['payments-10', 'Cards', 'payments-2'];
  const groups = names.map((name) => keystore.addGroup({ name }).id);
  for (let n = 0; n < 4; n++) for (const group of groups) keystore.addKey(group);
  keystore.addRemote(list().keys[3]!.key.id);
  const read = pages({}, 5);
  expect(read).toEqual(list().keys.map(({ key }) => key.id));
  const order = list().keys.map(
    ({ key }) => `${names[groups.indexOf(key.groupId)]}/${key.version}`,
  );
  const sorted = ['Cards', 'payments-2', 'payments-10'];
  expect(order).toEqual(sorted.flatMap((name) => [1, 2, 3, 4].map((n) => `${name}/${n}`)));
  expect(pages({ find: 'payments' }, 3)).toEqual(read.slice(4));
  expect(pages({ groupId: groups[0]! }, 3)).toHaveLength(4);
  expect(list().keys.filter(({ remote }) => remote !== null)).toHaveLength(1);
});

describe('finding', () => {
  it('goes by part of a KCV, key id, ARN, held alias, material id or group name', () => {
    const group = keystore.addGroup({ name: 'Größe Cards', alias: 'cards' });
    const other = keystore.addGroup({ name: 'other' });
    const [one, two] = [1, 2].map(
      (n) => keystore.addKey(group.id, {}, { kcv: { method: 'CMAC', value: `82B7A1C04${n}` } }).id,
    );
    const remote = keystore.addRemote(one!, { alias: 'alias/cards-holder' });
    const mine = ['82b7a1c041', 'B7A1C041', remote.arn, remote.kmsKeyId.slice(0, 9)];
    const rest = [remote.materialId?.slice(20) ?? '', 'DS-HOLD', 's-h', `\t${remote.arn} `];
    for (const find of [...mine, ...rest]) expect(ids(find), find).toEqual([one]);
    for (const find of ['größe', 'GRÖSSE'.slice(0, 3), 'e c', 'e', '82B7A1C04'])
      expect(ids(find), find).toEqual([one, two]);
    // Shorter than three characters: names alone.
    for (const find of ['B7', 's-', '4']) expect(ids(find), find).toEqual([]);
    expect(ids(remote.arn, { groupId: other.id })).toEqual([]);
    expect(ids(remote.arn, { groupId: group.id })).toEqual([one]);
    expect(list({ find: remote.arn, groupId: other.id }).total).toBe(0);
  });

  it('takes every text literally', () => {
    const { id } = keystore.addKey(keystore.addGroup({ name: 'x' }).id);
    keystore.addRemote(id);
    for (const find of ['%%%', '___', '"""', "'''", 'a OR b', 'kcv:*', 'arn*', '\u0000\u0000abc'])
      expect(list({ find }), JSON.stringify(find)).toEqual({ keys: [], total: 0 });
  });

  it('follows every change of what a key holds', () => {
    const { keys } = keystore;
    const { id } = keystore.addKey(keystore.addGroup().id);
    expect(ids('eu-west')).toEqual([]);
    keystore.addRemote(id, { alias: 'alias/first' });
    expect(ids('eu-west')).toEqual([id]);
    keys.noteRemote(id, { alias: 'alias/second' });
    expect([ids('first'), ids('second')]).toEqual([[], [id]]);
    keys.noteRemote(id, { alias: null, materialId: 'abcdef0123' });
    expect([ids('second'), ids('def01')]).toEqual([[], [id]]);
    keys.noteRemote(id, { materialId: '9876543210' });
    expect([ids('def01'), ids('76543')]).toEqual([[], [id]]);
    const { store } = keystore.temporary;
    store.change(() => store.db.prepare('delete from remote_key').run());
    expect([ids('eu-west'), ids('def01')]).toEqual([[], []]);
    expect(ids(keys.get(id).key.kcv.value)).toEqual([id]);
    store.change(() => store.db.prepare(`update "key" set kcv = 'FFEEDDCCBB'`).run());
    expect(ids('ddccb')).toEqual([id]);
  });

  it('undoes with the change that is undone', () => {
    const { store } = keystore.temporary;
    const { id } = keystore.addKey(keystore.addGroup().id);
    const failing = () =>
      store.change(() => {
        keystore.addRemote(id);
        expect(ids('eu-west')).toEqual([id]);
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(ids('eu-west')).toEqual([]);
    expect(ids(keystore.keys.get(id).key.kcv.value)).toEqual([id]);
  });

  it('outlives reopening, verifying and VACUUM, and can be made anew', async () => {
    const { temporary } = keystore;
    const kept = keystore.addGroup({ name: 'kept' }).id;
    const keyIds = [1, 2, 3, 4].map(() => keystore.addKey(kept).id);
    temporary.store.change(() => {
      const { db } = temporary.store;
      for (const table of ['sealed_record', 'key_event']) db.prepare(`delete from ${table}`).run();
      db.prepare('delete from "key" where id in (?, ?)').run(keyIds[0], keyIds[2]);
    });
    keystore.addRemote(keyIds[3]!, { alias: 'alias/last' });
    temporary.store.db.exec('vacuum');
    expect(ids('alias/last')).toEqual([keyIds[3]]);
    temporary.store.change(() =>
      temporary.store.db.exec(`insert into key_text (key_text) values ('delete-all')`),
    );
    expect(ids('alias/last')).toEqual([]);
    temporary.store.change(() => temporary.store.db.exec(keyTextAnew));
    expect(ids('alias/last')).toEqual([keyIds[3]]);
    expect([list({}).total, list({ groupId: kept }).total]).toEqual([2, 2]);
    const store = await temporary.reopen();
    expect(await store.verify()).toBe('verified');
    const rows = store.db.prepare(`select count(*) from key_text where key_text match '"last"'`);
    expect(rows.pluck().get()).toBe(1);
  });

  it('answers the same when very many fit', () => {
    const { store } = keystore.temporary;
    const groups = ['prod-a', 'prod-b', 'test'].map((name) => keystore.addGroup({ name }).id);
    const { key } = keystore.keys.get(keystore.addKey(groups[0]!, { version: 9999 }).id);
    const remote = keystore.addRemote(key.id);
    const copied = store.db.prepare(
      `insert into "key" select null, @id, @group, @version, lifecycle, lifecycle_times, kcv_method,
         kcv, storage, assurance, token_serial, mechanism, master_id, made_at, planned_end,
         backed_up_at, proved_at, opened_at, opened_well, spec, usage, public_key, brought_in, copied_key, copied_group,
         copied_version from "key" where id = @from`,
    );
    const read = store.db.prepare(
      `insert into remote_key select @id, @id, @arn, account, region, made_by, state, material_id,
         valid_to, alias, policy_read, read_at, current_material, planned_end, taken, material_state, import_state from remote_key where key_id = @from`,
    );
    // As rows, without kept copies: sealing thousands would take long.
    store.change(() => {
      for (let version = 1; version <= 1800; version++) {
        for (const group of groups) {
          const id = `${group}-${version}`;
          copied.run({ id, group, version, from: key.id });
          if (version % 50 !== 0) read.run({ id, arn: `${remote.arn}-${id}`, from: key.id });
        }
      }
    });
    const inAws = list().keys.filter(({ remote }) => remote !== null);
    expect(inAws.length).toBeGreaterThan(5000);
    expect(ids('eu-west-1')).toEqual(inAws.map(({ key }) => key.id));
    expect(pages({ find: 'eu-west-1' }, 999)).toEqual(inAws.map(({ key }) => key.id));
    expect(pages({ find: 'eu-west-1', groupId: groups[2]! }, 300)).toHaveLength(1764);
    const alike = keystore.addGroup({ name: 'eu-west-1 spare' }).id;
    const [, inBoth] = [keystore.addKey(alike), keystore.addKey(alike)];
    keystore.addRemote(inBoth.id);
    expect(pages({ find: 'eu-west-1' }, 2000)).toHaveLength(inAws.length + 2);
    expect(pages({ find: 'prod' }, 400)).toHaveLength(3601);
    const { groups: found, total } = keystore.groups.list({
      find: 'eu-west-1',
      limit: 2,
      after: null,
    });
    expect([found.map(({ name }) => name), total]).toEqual([['eu-west-1 spare', 'prod-a'], 4]);
  });

  it('answers the same when very many groups fit', () => {
    const { store } = keystore.temporary;
    store.change(() => {
      for (let n = 0; n < 210; n++) {
        const { id } = keystore.addGroup({ name: `prod-${n}` });
        keystore.addKey(id, {}, { kcv: { method: 'CMAC', value: '000000000' + (n % 10) } });
      }
    });
    const hit = keystore.addKey(keystore.addGroup({ name: 'x' }).id);
    keystore.addRemote(hit.id, { alias: 'alias/prod-x' });
    expect(pages({ find: 'prod' }, 50)).toHaveLength(211);
    expect(pages({ find: 'alias/prod' }, 50)).toEqual([hit.id]);
    expect(pages({ find: '0000000001' }, 5)).toHaveLength(21);
  });
});

describe('plans', () => {
  /** What SQLite does for the statements that one listing runs. */
  function plansOf(work: () => unknown): string[] {
    const { db } = keystore.temporary.store;
    const asked: string[] = [];
    const prepare = db.prepare.bind(db);
    db.prepare = ((sql: string) => {
      asked.push(sql);
      return prepare(sql);
    }) as typeof db.prepare;
    try {
      work();
    } finally {
      db.prepare = prepare;
    }
    expect(asked).not.toEqual([]);
    return asked.flatMap((sql) => {
      const names = [...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]);
      const values: unknown = Object.fromEntries(names);
      const plan = db.prepare(`explain query plan ${sql}`).all(values) as { detail: string }[];
      return plan.map(({ detail }) => detail);
    });
  }

  it('of a page of keys or groups walk an index: nothing is sorted, no table is read through', () => {
    const group = keystore.addGroup().id;
    const key = { groupId: group, version: 1 };
    const name = { name: 'a', id: 'b' };
    const folderId = keystore.folders.add('Bank', null).id;
    const groups = (query: object) =>
      keystore.groups.list({ find: '', limit: 100, after: null, ...query });
    const questions = [
      () => list(),
      () => list({ after: key }),
      () => list({ groupId: group }),
      () => list({ groupId: group, after: key }),
      () => groups({}),
      () => groups({ after: name }),
      () => groups({ folderId }),
      () => groups({ folderId, after: name }),
    ];
    for (const question of questions) {
      const plan = plansOf(question);
      expect(plan.filter((detail) => detail.includes('TEMP B-TREE'))).toEqual([]);
      const through = plan.filter((detail) => /^SCAN \w+$/.test(detail));
      expect(through).toEqual([]);
    }
  });

  it('of a search that very many groups answer are not sorted either', () => {
    keystore.temporary.store.change(() => {
      for (let n = 0; n < 201; n++) keystore.addGroup({ name: `prod-${n}` });
    });
    const plan = plansOf(() => list({ find: 'prod' }));
    expect(plan.filter((detail) => detail.includes('TEMP B-TREE FOR'))).toEqual([]);
  });

  it('of a search read only the rows that the index names', () => {
    keystore.addRemote(keystore.addKey(keystore.addGroup().id).id, { alias: 'alias/xyz' });
    const plan = plansOf(() => list({ find: 'alias/x' }));
    expect(plan.filter((detail) => /^SCAN [kr]\b/.test(detail))).toEqual([]);
  });
});
