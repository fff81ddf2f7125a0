import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { currentMaterial } from './0014-current-material.ts';
import { migrations } from './index.ts';

type Row = Readonly<Record<string, string | number | null>>;

/** Adds a row of which only some columns matter. */
function adderTo(db: Database.Database) {
  return (table: string, known: Row): void => {
    const columns = db.pragma(`table_info("${table}")`) as { name: string; type: string }[];
    const names = columns.map(({ name }) => name);
    const fillers = columns.map(({ name, type }) => [name, type === 'INTEGER' ? 0 : 'x']);
    db.prepare(
      `insert into "${table}" (${names.join(', ')}) values (${names.map((n) => `@${n}`).join(', ')})`,
    ).run({ ...Object.fromEntries(fillers), ...known });
  };
}

it('keeps as ours only what AWS named in answer to an import of ours', () => {
  const db = new Database(':memory:');
  for (const { up } of migrations.slice(0, currentMaterial.id - 1)) db.exec(up);
  db.pragma('foreign_keys = off');
  db.pragma('ignore_check_constraints = on');
  const add = adderTo(db);
  const remote = (key: string, material: string | null) =>
    add('remote_key', { key_id: key, kms_key_id: key, arn: key, material_id: material });
  const job = (number: number, payload: Row, steps: Readonly<Record<string, Row | null>>) => {
    const own = { number, id: `job ${number}`, deed_key: `deed ${number}`, ended_at: 1 };
    add('job', { ...own, payload: JSON.stringify(payload), blocked_by: null, position: null });
    for (const [n, [name, output]] of Object.entries(steps).entries()) {
      const told = output === null ? null : JSON.stringify(output);
      add('job_step', { job: number, n, run: 1, name, output: told });
    }
  };
  job(1001, { groupId: 'g' }, { generate: { keyId: 'a' }, import: { materialId: 'ours a' } });
  job(1002, { groupId: 'g' }, { generate: { keyId: 'b' }, import: { materialId: 'ours b' } });
  job(1003, { keyId: 'c' }, { import: { materialId: 'ours c' } });
  job(1004, { groupId: 'g' }, { generate: { keyId: 'd' }, import: { materialId: null } });
  job(1005, { groupId: 'g' }, { generate: { keyId: 'e' }, import: null });
  remote('a', 'ours a');
  remote('b', 'of somebody else');
  remote('c', 'of somebody else, too');
  remote('d', 'never named');
  remote('e', null);
  db.exec(currentMaterial.up);
  const rows = db.prepare('select key_id, material_id, current_material from remote_key');
  expect(rows.raw().all()).toEqual([
    ['a', 'ours a', null],
    ['b', 'ours b', 'of somebody else'],
    ['c', 'ours c', 'of somebody else, too'],
    ['d', null, 'never named'],
    ['e', null, null],
  ]);
  db.close();
});
