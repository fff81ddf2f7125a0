import { mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type NewLock, takeProcessLock } from './process-lock.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-lock-'));
  path = join(folder, 'k');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const inUse = expect.objectContaining({ code: 'KEYSTORE_IN_USE' });

/** Does this once the next who wants the lock has opened its file, and has not locked it yet. */
function onceOpened(work: () => void): () => boolean {
  let came = false;
  const spy = vi.spyOn(Database.prototype, 'pragma');
  spy.mockImplementationOnce(function (this: Database.Database, ...given) {
    came = true;
    work();
    spy.mockRestore();
    return this.pragma(...given);
  });
  return () => came;
}

it('is not had on a file that its holder gave up with it, between opening and locking', () => {
  const holder = takeProcessLock(path);
  const came = onceOpened(() => holder.abandon());
  expect(() => takeProcessLock(path)).toThrow(inUse);
  expect([came(), readdirSync(folder)]).toEqual([true, []]);
  takeProcessLock(path).release();
});

it('nor where a third process holds a new file of that name by then', () => {
  const holder = takeProcessLock(path);
  const third: NewLock[] = [];
  const came = onceOpened(() => {
    holder.abandon();
    third.push(takeProcessLock(path));
  });
  expect(() => takeProcessLock(path)).toThrow(inUse);
  // and the one who is refused leaves that file alone
  expect([came(), readdirSync(folder)]).toEqual([true, ['k.lock']]);
  expect(() => takeProcessLock(path)).toThrow(inUse);
  third[0]?.release();
  takeProcessLock(path).release();
});

it('nor does who held it first take away the file of another with it', () => {
  const holder = takeProcessLock(path);
  unlinkSync(`${path}.lock`);
  writeFileSync(`${path}.lock`, '');
  holder.abandon();
  expect(readdirSync(folder)).toEqual(['k.lock']);
});
