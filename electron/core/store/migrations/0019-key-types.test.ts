import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { keyTypes } from './0019-key-types.ts';
import { migrations } from './index.ts';

it('knows what was there before as AES-256, and which copies AWS has taken', () => {
  const db = new Database(':memory:');
  for (const { up } of migrations.slice(0, keyTypes.id - 1)) db.exec(up);
  db.pragma('foreign_keys = off');
  const add = (table: string, known: Readonly<Record<string, string | number | null>>): void => {
    const columns = db.pragma(`table_info("${table}")`) as { name: string; type: string }[];
    const filler = columns.map(({ name, type }) => [name, type === 'INTEGER' ? 0 : 'group']);
    const names = columns.map(({ name }) => name);
    db.prepare(
      `insert into "${table}" (${names.join(', ')}) values (${names.map((name) => `@${name}`).join(', ')})`,
    ).run({ ...Object.fromEntries(filler), ...known });
  };
  add('key_group', {
    id: 'g',
    key_type: 'AES',
    key_length: 256,
    key_usage: 'encrypt-decrypt',
    storage: 'hsm',
  });
  const keys = [
    { id: 'named', lifecycle: 'pre-activation', proved_at: null, material_id: 'm' },
    { id: 'active', lifecycle: 'active', proved_at: null, material_id: null },
    { id: 'proved', lifecycle: 'pre-activation', proved_at: 1, material_id: null },
    { id: 'fresh', lifecycle: 'pre-activation', proved_at: null, material_id: null },
  ];
  for (const [n, { material_id, ...key }] of keys.entries()) {
    add('key', { ...key, n, version: n });
    add('remote_key', { key_id: key.id, arn: key.id, material_id, valid_to: null, alias: null });
  }
  db.exec(keyTypes.up);
  expect(db.prepare('select key_spec, key_usage from key_group').get()).toEqual({
    key_spec: 'SYMMETRIC_DEFAULT',
    key_usage: 'ENCRYPT_DECRYPT',
  });
  expect(db.prepare('select distinct spec, usage, public_key from "key"').all()).toEqual([
    { spec: 'SYMMETRIC_DEFAULT', usage: 'ENCRYPT_DECRYPT', public_key: null },
  ]);
  const taken = db.prepare('select key_id from remote_key where taken = 1 order by key_id').pluck();
  expect(taken.all()).toEqual(['active', 'named', 'proved']);
  db.close();
});
