import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { aliasElsewhere } from './0025-alias-elsewhere.ts';
import { migrations } from './index.ts';

it('claims of no alias that was lost before where it is', () => {
  const db = new Database(':memory:');
  for (const { up } of migrations.slice(0, aliasElsewhere.id - 1)) db.exec(up);
  db.pragma('foreign_keys = off');
  db.exec(`insert into "key" (id, group_id, version, lifecycle, lifecycle_times, kcv_method, kcv, storage,
    assurance, mechanism, master_id, made_at, planned_end)
    values ('k', 'g', 1, 'active', '{}', 'CMAC', 'AB', 'hsm', 'hardware', 'm', 'id', 0, 1)`);
  db.exec(aliasElsewhere.up);
  expect(db.prepare('select * from alias_elsewhere').all()).toEqual([]);
  db.exec("insert into alias_elsewhere values ('g', 'eu-west-1', 'alias/pay', null, null, 1)");
  expect(() =>
    db.exec("insert into alias_elsewhere values ('g', 'eu-west-1', 'alias/x', 'theirs', null, 2)"),
  ).toThrow(/UNIQUE/);
  db.close();
});
