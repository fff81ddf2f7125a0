import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { nameOrder as orderOf } from '../../../../shared/model/name-order.ts';
import { migrations } from './index.ts';
import { nameOrder } from './0009-name-order.ts';

const names = [
  'payments-10',
  'payments-2',
  'payments',
  '007',
  '0',
  'a0b00c000',
  'Ends with 42',
  'v1.10.3-rc12',
  '\u{1F511} 12 keys',
  'ä9 漢10',
  '1'.repeat(255),
  ' 9 ',
];

it('gives names that were there before the order that new ones get', () => {
  const db = new Database(':memory:');
  for (const { up } of migrations.slice(0, nameOrder.id - 1)) db.exec(up);
  db.pragma('foreign_keys = off');
  const columns = db.pragma('table_info(key_group)') as { name: string; type: string }[];
  const fold = (name: string): string => name.normalize('NFKC').toLowerCase();
  const add = db.prepare(
    `insert into key_group (${columns.map(({ name }) => name).join(', ')})
     values (${columns.map(({ name }) => `@${name}`).join(', ')})`,
  );
  for (const name of names) {
    const filler = columns.map((column) => [column.name, column.type === 'INTEGER' ? 0 : 'x']);
    const known = { id: name, name, name_folded: fold(name), alias: name, storage: 'hsm' };
    add.run({ ...Object.fromEntries(filler), folder_id: null, ...known });
  }
  db.exec(nameOrder.up);
  const made = db.prepare('select name, name_order from key_group').raw().all() as string[][];
  expect(new Map(made.map(([name, order]) => [name, order]))).toEqual(
    new Map(names.map((name) => [name, orderOf(name)])),
  );
  db.close();
});
