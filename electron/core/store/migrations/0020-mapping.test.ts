import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createRenewals } from '../../keystore/renewals.ts';
import type { Domain } from '../../keystore/rows.ts';
import { migrations } from './index.ts';
import { mapping } from './0020-mapping.ts';

const day = 86_400_000;

it('leaves every key there was in a KMS key of its own, and lets others share one', () => {
  const db = new Database(':memory:');
  for (const { up } of migrations.slice(0, mapping.id - 1)) db.exec(up);
  db.pragma('foreign_keys = off');
  const add = (table: string, known: Readonly<Record<string, string | number | null>>): void => {
    const columns = db.pragma(`table_info("${table}")`) as { name: string; type: string }[];
    const names = columns.map(({ name }) => name);
    const filler = columns.map(({ name, type }) => [
      name,
      type === 'INTEGER' ? 0 : type === 'BLOB' ? null : 'group',
    ]);
    db.prepare(
      `insert into "${table}" (${names.join(', ')}) values (${names.map((name) => `@${name}`).join(', ')})`,
    ).run({ ...Object.fromEntries(filler), ...known });
  };
  const addRemote = (id: string, more: Readonly<Record<string, string | number | null>>): void => {
    const version = db.prepare('select count(*) from "key"').pluck().get() as number;
    add('key', { n: version, id, group_id: 'g', version, planned_end: 900 * day });
    add('remote_key', { key_id: id, valid_to: 60 * day, alias: null, ...more });
  };
  add('key_group', { id: 'g', storage: 'hsm', material_days: 60 });
  addRemote('own', { arn: 'one', material_id: 'a', state: 'Enabled' });
  addRemote('gone', { arn: 'two', material_id: 'b', state: 'PendingImport' });
  db.exec(mapping.up);
  expect(db.prepare('select mapping from key_group').pluck().all()).toEqual(['container']);
  expect(db.prepare('select distinct material_state, import_state from remote_key').all()).toEqual([
    { material_state: null, import_state: null },
  ]);
  const own = { material_state: null, import_state: null, state: 'Enabled' };
  expect(() => addRemote('twice', { ...own, arn: 'one', material_id: 'c' })).toThrow(/UNIQUE/);
  const shared = { arn: 'three', state: 'PendingImport', material_state: 'NON_CURRENT' };
  addRemote('there', { ...shared, import_state: 'IMPORTED', material_id: 'd' });
  addRemote('lost', { ...shared, import_state: 'PENDING_IMPORT', material_id: 'e' });
  expect(() =>
    addRemote('again', { ...shared, import_state: 'IMPORTED', material_id: 'd' }),
  ).toThrow(/UNIQUE/);
  const renewals = createRenewals({ store: { db } } as unknown as Domain);
  expect(renewals.due(30 * day).map(({ id }) => id)).toEqual(['own', 'there']);
  db.close();
});
