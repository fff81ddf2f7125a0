import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Commits, createCommits } from './commits.ts';

let folder: string;
let db: Database.Database;
let reader: Database.Database;
let commits: Commits;
/** Stands for what is kept beside the database. */
let beside: string[];
/** What it was told to do, and whether it says that it is full. */
let logged: string[];
let full: boolean;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commits-'));
  db = new Database(join(folder, 'data'));
  db.pragma('journal_mode = WAL');
  db.exec(`
    CREATE TABLE rows (name TEXT PRIMARY KEY);
    CREATE TABLE children (name TEXT REFERENCES rows (name) DEFERRABLE INITIALLY DEFERRED);
  `);
  reader = new Database(join(folder, 'data'));
  beside = [];
  full = false;
  logged = [];
  const rolledBack = (mark: number) => void (beside.length = mark);
  commits = createCommits<number>(db, {
    mark: () => beside.length,
    rolledBack,
    abandoned: rolledBack,
    begun: (mark) => void logged.push(`begun after ${beside.slice(0, mark).join(' ')}`),
    completing: () => void logged.push('completing'),
    committed: () => void logged.push('committed'),
    outlive: () => void logged.push('outlived'),
    isFull: () => full,
  });
});
afterEach(() => {
  reader.close();
  db.close();
  rmSync(folder, { recursive: true });
});

const rows = (connection: Database.Database): unknown[] =>
  connection.prepare('SELECT name FROM rows ORDER BY name').pluck().all();
/** What somebody who opens the file after a crash would find. */
const lasting = () => rows(reader);

function put(name: string): string {
  commits.statements.prepare('INSERT INTO rows VALUES (?)').run(name);
  beside.push(name);
  return name;
}

test('work is done at once, and lasts when its promise settles, together with others', async () => {
  const both = [commits.share(() => put('a')), commits.share(() => put('b'))];
  expect(rows(db)).toEqual(['a', 'b']);
  expect(lasting()).toEqual([]);
  expect(await both[0]).toBe('a');
  expect(lasting()).toEqual(['a', 'b']);
  expect(await both[1]).toBe('b');
});

test('what throws takes back its own changes alone', async () => {
  const kept = commits.share(() => put('kept'));
  const refused = commits.share(() => {
    put('refused');
    throw new Error('no');
  });
  await expect(refused).rejects.toThrow('no');
  await kept;
  expect(lasting()).toEqual(['kept']);
  expect(beside).toEqual(['kept']);
});

test('a transaction of its own lasts when it returns, and what was shared before it, too', async () => {
  const shared = commits.share(() => put('shared'));
  commits.transaction(() => put('own'));
  expect(lasting()).toEqual(['own', 'shared']);
  await shared;
});

test('within shared work a transaction can fail alone', async () => {
  await commits.share(() => {
    put('outer');
    const inner = () =>
      commits.transaction(() => {
        put('inner');
        throw new Error('no');
      });
    expect(inner).toThrow('no');
  });
  expect(lasting()).toEqual(['outer']);
  expect(beside).toEqual(['outer']);
});

test('whoever shows what is stored has it last first', async () => {
  const shared = commits.share(() => put('a'));
  commits.settle();
  expect(lasting()).toEqual(['a']);
  await shared;
});

test('a commit that fails is told to all whose work it held, and the next one begins anew', async () => {
  db.pragma('foreign_keys = ON');
  const orphan = commits.share(() => {
    beside.push('orphan');
    commits.statements.prepare('INSERT INTO children VALUES (?)').run('nobody');
  });
  const other = commits.share(() => put('other'));
  const told = await Promise.allSettled([orphan, other]);
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(beside).toEqual([]);
  await commits.share(() => put('next'));
  expect(lasting()).toEqual(['next']);
});

test('work that changes nothing begins no transaction', async () => {
  const shared = commits.share(() => {
    beside.push('read');
    return db.inTransaction;
  });
  expect(await shared).toBe(false);
  expect(logged).toEqual(['outlived']);
});

test('the first change begins one, after what was kept beside before', async () => {
  const seen = [
    commits.share(() => void beside.push('read')),
    commits.share(() => {
      beside.push('own');
      commits.transaction(() => void put('a'));
    }),
  ];
  await Promise.all(seen);
  expect(logged).toEqual(['begun after read', 'completing', 'committed']);
  expect(lasting()).toEqual(['a']);
});

test('a transaction is made for what was kept beside when that is much', async () => {
  full = true;
  await commits.share(() => void beside.push('read'));
  expect(logged).toEqual(['completing', 'committed']);
});

test('a statement that changes something and answers begins one, too', async () => {
  const insert = commits.statements.prepare('INSERT INTO rows VALUES (?) RETURNING name').pluck();
  await commits.share(() => insert.all('a'));
  expect(logged.at(-1)).toBe('committed');
});

test('a transaction that the database ended is not taken for one that lasts', async () => {
  const shared = commits.share(() => {
    put('a');
    db.exec('ROLLBACK');
    expect(() => put('b')).toThrow('ended the transaction');
  });
  const other = commits.share(() => put('b'));
  const told = await Promise.allSettled([shared, other]);
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(lasting()).toEqual(['b']);
  expect(beside).toEqual(['b']);
});
