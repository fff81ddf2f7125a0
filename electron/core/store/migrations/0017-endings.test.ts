import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createKeyEndings } from '../../keystore/key-endings.ts';
import { endings } from './0017-endings.ts';
import { migrations } from './index.ts';

it('lists what ends of keys that were there before', () => {
  const db = new Database(':memory:');
  for (const { up } of migrations.slice(0, endings.id - 1)) db.exec(up);
  db.pragma('foreign_keys = off');
  const add = (table: string, known: Readonly<Record<string, string | number | null>>): void => {
    const columns = db.pragma(`table_info("${table}")`) as { name: string; type: string }[];
    const names = columns.map(({ name }) => name);
    const filler = columns.map(({ name, type }) => [name, type === 'INTEGER' ? 0 : 'group']);
    db.prepare(
      `insert into "${table}" (${names.join(', ')}) values (${names.map((name) => `@${name}`).join(', ')})`,
    ).run({ ...Object.fromEntries(filler), ...known });
  };
  for (const [n, id] of ['first', 'second'].entries()) {
    add('key', { n, id, version: n, planned_end: 20 + n });
    const remote = { key_id: id, arn: id, state: 'Enabled', valid_to: n === 0 ? 10 : null };
    add('remote_key', { ...remote, alias: n === 0 ? null : 'alias/a' });
  }
  for (const { up } of migrations.slice(endings.id - 1)) db.exec(up);
  const listed = createKeyEndings(db).until({ until: 100, most: 10, after: null });
  expect(listed.endings.map(({ keyId, at, what }) => [keyId, at, what])).toEqual([
    ['first', 10, 'material'],
    ['second', 21, 'life'],
  ]);
  db.close();
});
