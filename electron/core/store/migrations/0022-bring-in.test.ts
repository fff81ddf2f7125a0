import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { bringIn } from './0022-bring-in.ts';
import { migrations } from './index.ts';

it('knows what was there before as made here, and lets a group have one transport key', () => {
  const db = new Database(':memory:');
  for (const { up } of migrations.slice(0, bringIn.id - 1)) db.exec(up);
  db.pragma('foreign_keys = off');
  db.exec(`insert into "key" (id, group_id, version, lifecycle, lifecycle_times, kcv_method, kcv, storage,
    assurance, mechanism, master_id, made_at, planned_end)
    values ('k', 'g', 1, 'active', '{}', 'CMAC', 'AB', 'hsm', 'hardware', 'm', 'id', 0, 1)`);
  db.exec(bringIn.up);
  expect(db.prepare('select brought_in from "key"').pluck().all()).toEqual([0]);
  const add = (id: string): void => {
    db.exec(
      `insert into transport_key values ('${id}', 'g', 'RSA_4096', 'a', 'hsm', null, 'm', 'id', x'00', 0, 1)`,
    );
  };
  add('one');
  expect(() => add('two')).toThrow(/UNIQUE/);
  db.close();
});
