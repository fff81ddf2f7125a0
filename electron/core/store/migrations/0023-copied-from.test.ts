import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { copiedFrom } from './0023-copied-from.ts';
import { migrations } from './index.ts';

it('knows what was there before as no copy', () => {
  const db = new Database(':memory:');
  for (const { up } of migrations.slice(0, copiedFrom.id - 1)) db.exec(up);
  db.pragma('foreign_keys = off');
  db.exec(`insert into "key" (id, group_id, version, lifecycle, lifecycle_times, kcv_method, kcv, storage,
    assurance, mechanism, master_id, made_at, planned_end)
    values ('k', 'g', 1, 'active', '{}', 'CMAC', 'AB', 'hsm', 'hardware', 'm', 'id', 0, 1)`);
  db.exec(copiedFrom.up);
  expect(db.prepare('select copied_key, copied_group, copied_version from "key"').all()).toEqual([
    { copied_key: null, copied_group: null, copied_version: null },
  ]);
  db.close();
});
