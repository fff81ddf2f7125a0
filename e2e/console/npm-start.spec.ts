import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let npm: ChildProcess | null;
let pid: number | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kr-npm-'));
  npm = null;
  pid = null;
});
afterEach(() => {
  npm?.kill('SIGKILL');
  if (pid !== null && lives(pid)) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function lives(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch {
    return false;
  }
}

it('npm that is told to end takes the console with it', async () => {
  const words = ['--console', '--no-open', '--json', '--keystore', join(folder, 'keystore')];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const started = spawn('npm', ['-s', 'start', '--', ...words], {
    cwd: root,
    env: { ...env, KEYREEVE_OFFLINE: '1', KEYREEVE_STATE: join(folder, 'state') },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  npm = started;
  const [line] = (await once(createInterface({ input: started.stdout }), 'line')) as [string];
  const ready = JSON.parse(line) as { readonly ready: boolean; readonly pid: number };
  pid = ready.pid;
  expect(lives(ready.pid)).toBe(true);
  started.kill('SIGTERM');
  await expect.poll(() => lives(ready.pid)).toBe(false);
});
