import { appendFileSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KeyRecord } from '../model/records.ts';
import { createBacklog } from './backlog.ts';
import { callLogOf } from './call-log.ts';
import type { JournalEntry } from './journal.ts';
import { openState, type State } from './state.ts';

let folder: string;
let file: string;
let state: State;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backlog-'));
  file = join(folder, 'data');
  state = openState(file);
});
afterEach(() => {
  state.close();
  rmSync(folder, { recursive: true });
});

const key = { account: '123456789012', region: 'eu-central-1', keyId: 'one' } as KeyRecord;
const entry = (requestId: string) => ({ requestId, operation: 'Encrypt' }) as JournalEntry;
const useOf = (requestId: string) => ({ operation: 'Encrypt', at: 7, requestId });

/** A call that changes nothing but when its key was used last. */
const call = (requestId: string): Promise<void> =>
  state.share(() => {
    state.keys.recordUse(key, useOf(requestId));
    state.journal.append(entry(requestId));
  });

/** Works with what a process that was killed now would leave behind. */
function afterKill<T>(
  look: (left: State) => T,
  spoil: (copy: string) => void = () => undefined,
): T {
  const copy = join(folder, 'left');
  for (const suffix of ['', '-wal', '-calls']) {
    if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
  }
  spoil(copy);
  const left = openState(copy);
  try {
    return look(left);
  } finally {
    left.close();
    rmSync(copy);
  }
}

const said = ({ journal }: State) =>
  journal.since(0, 100).map(({ seq, requestId }) => `${seq} ${requestId}`);

test('an answered call survives a kill, though no transaction was made for it', async () => {
  await call('a');
  await call('b');
  const writes = () => statSync(`${file}-wal`).size;
  const before = writes();
  await call('c');
  expect(writes()).toBe(before);
  const left = afterKill((found) => ({ said: said(found), use: found.keys.lastUse(key) }));
  expect(left).toEqual({ said: ['1 a', '2 b', '3 c'], use: useOf('c') });
});

test('the same is seen before and after it goes into the tables', async () => {
  const seen = () => ({
    said: said(state),
    newest: state.journal.latest(4, 2).map(({ requestId }) => requestId),
    size: state.journal.size(),
    use: state.keys.lastUse(key),
  });
  for (const requestId of ['a', 'b', 'c', 'd']) await call(requestId);
  const before = seen();
  expect(before).toEqual({
    said: ['1 a', '2 b', '3 c', '4 d'],
    newest: ['c', 'b'],
    size: 4,
    use: useOf('d'),
  });
  state.transaction(() => state.writeText('something', 'else'));
  expect(seen()).toEqual(before);
  await call('e');
  expect(said(state)).toEqual(['1 a', '2 b', '3 c', '4 d', '5 e']);
  expect(state.journal.since(3, 1).map(({ requestId }) => requestId)).toEqual(['d']);
  expect(state.journal.latest(6, 3).map(({ requestId }) => requestId)).toEqual(['e', 'd', 'c']);
});

test('numbers go on after a kill, and nothing comes twice', async () => {
  await call('a');
  state.transaction(() => state.writeText('something', 'else'));
  await call('b');
  const twice = afterKill((left) => {
    const once = said(left);
    left.transaction(() => left.journal.append(entry('c')));
    return [once, said(left)];
  });
  expect(twice).toEqual([
    ['1 a', '2 b'],
    ['1 a', '2 b', '3 c'],
  ]);
});

test('a kill between the commit and the emptying of the log brings nothing twice', async () => {
  await call('a');
  const full = join(folder, 'full');
  copyFileSync(callLogOf(file), full);
  state.transaction(() => state.writeText('something', 'else'));
  await call('b');
  state.transaction(() => state.keys.remove(key));
  const left = afterKill(
    (found) => ({ said: said(found), use: found.keys.lastUse(key) }),
    (copy) => copyFileSync(full, callLogOf(copy)),
  );
  expect(left).toEqual({ said: ['1 a', '2 b'], use: undefined });
});

test('a line whose write was cut off is no call', async () => {
  await call('a');
  const left = afterKill(said, (copy) => appendFileSync(callLogOf(copy), '2 {"requestId":"b"'));
  expect(left).toEqual(['1 a']);
});

test.each([
  ['an entry that is no JSON', '2 {not json\n'],
  ['a number that is none', 'two {}\n'],
  ['half a use', 'use 123456789012 eu-central-1\n'],
])('%s is damage, which is said before anything is taken over', async (_name, line) => {
  await call('a');
  const left = () => afterKill(said, (copy) => appendFileSync(callLogOf(copy), line));
  expect(left).toThrow('-calls beside the data file, is damaged');
});

test('lines that other data left are not taken', async () => {
  await call('a');
  const left = afterKill(said, (copy) => {
    for (const suffix of ['', '-wal']) rmSync(copy + suffix);
  });
  expect(left).toEqual([]);
});

test('a call that was refused leaves no use of its key', async () => {
  await call('a');
  await state.share(() => {
    const refused = () =>
      state.transaction(() => {
        state.keys.recordUse(key, useOf('b'));
        throw new Error('no');
      });
    expect(refused).toThrow('no');
    state.journal.append(entry('b'));
  });
  expect(state.keys.lastUse(key)).toEqual(useOf('a'));
  expect(said(state)).toEqual(['1 a', '2 b']);
});

test('a key that is removed takes its last use along', async () => {
  await call('a');
  await state.share(() => state.keys.remove(key));
  expect(state.keys.lastUse(key)).toBeUndefined();
  expect(afterKill((left) => left.keys.lastUse(key))).toBeUndefined();
});

test('an emptied journal stays empty after a kill', async () => {
  await call('a');
  state.journal.clear();
  expect(said(state)).toEqual([]);
  expect(afterKill(said)).toEqual([]);
  await call('b');
  expect(said(state)).toEqual(['2 b']);
});

test('many calls go into the tables by and by, and the log stays short', async () => {
  for (let at = 0; at < 40; at += 1) {
    await Promise.all(Array.from({ length: 50 }, (_, each) => call(`${at}-${each}`)));
  }
  expect(state.journal.size()).toBe(2000);
  expect(statSync(callLogOf(file)).size).toBeLessThan(100_000);
  expect(afterKill((left) => left.journal.size())).toBe(2000);
});

test('a closed data file is whole by itself', async () => {
  await call('a');
  state.close();
  expect(existsSync(callLogOf(file))).toBe(false);
  state = openState(file);
  expect(said(state)).toEqual(['1 a']);
});

test('what the log did not take is put into the tables instead', () => {
  const db = new Database(':memory:');
  db.exec(`
    CREATE TABLE journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL);
    CREATE TABLE key_usage (a, b, c, d, e, f);
  `);
  let isBroken = false;
  const backlog = createBacklog(db, {
    get isBroken() {
      return isBroken;
    },
    append() {
      isBroken = true;
      throw new Error('no room');
    },
    empty: () => void (isBroken = false),
    close: () => undefined,
  });
  const mark = backlog.mark();
  backlog.note('"a"');
  expect(() => backlog.write()).toThrow('no room');
  backlog.rewind(mark);
  expect(backlog.isFull()).toBe(true);
  backlog.note('"b"');
  backlog.store();
  backlog.stored();
  expect(backlog.isFull()).toBe(false);
  expect(db.prepare('SELECT * FROM journal').all()).toEqual([{ seq: 1, entry: '"b"' }]);
  db.close();
});
