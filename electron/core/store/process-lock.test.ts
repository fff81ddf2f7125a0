import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeProcessLock } from './process-lock.ts';

let folder: string;
let path: string;
let child: ChildProcess | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-lock-'));
  path = join(folder, 'k');
  child = null;
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const inUse = expect.objectContaining({
  code: 'KEYSTORE_IN_USE',
  details: { path: expect.any(String) },
});
/** Another process that takes the lock, says so, and holds it until it is killed. */
const holder = async (): Promise<ChildProcess> => {
  const module = fileURLToPath(new URL('./process-lock.ts', import.meta.url));
  const script = `import { takeProcessLock } from ${JSON.stringify(module)};
    const lock = takeProcessLock(${JSON.stringify(path)});
    process.stdout.write('held');
    setInterval(() => lock, 1000);`;
  const env = { ...process.env, NODE_OPTIONS: '' };
  const started = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(started.stdout, 'data');
  return started;
};

it('is held by one process, until that process dies however it dies', async () => {
  child = await holder();
  expect(() => takeProcessLock(path)).toThrow(inUse);
  child.kill('SIGKILL');
  await once(child, 'exit');
  takeProcessLock(path).release();
});

it('is held once in this process too, and given back by release', () => {
  const lock = takeProcessLock(path);
  expect(() => takeProcessLock(path)).toThrow(inUse);
  lock.release();
  lock.release();
  takeProcessLock(path).release();
});

it('leaves no file where nothing came into being, and keeps one that was there', () => {
  const file = `${path}.lock`;
  const first = takeProcessLock(path);
  expect(existsSync(file)).toBe(true);
  first.abandon();
  expect(existsSync(file)).toBe(false);
  takeProcessLock(path).release();
  takeProcessLock(path).abandon();
  expect(existsSync(file)).toBe(true);
});

it('is not had on a file that its holder took away', () => {
  const lock = takeProcessLock(path);
  unlinkSync(`${path}.lock`);
  const other = takeProcessLock(path);
  lock.abandon();
  expect(existsSync(`${path}.lock`)).toBe(true);
  expect(() => takeProcessLock(path)).toThrow(inUse);
  other.release();
});

it('is not taken where something else stands in its place', () => {
  mkdirSync(`${path}.lock`);
  expect(() => takeProcessLock(path)).toThrow(
    expect.objectContaining({ code: 'KEYSTORE_NOT_A_FILE' }),
  );
});
