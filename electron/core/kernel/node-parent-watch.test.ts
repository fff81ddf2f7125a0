import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';

const watch = import.meta.resolve('./node-parent-watch.ts');

/** Blocks its main thread for good, as a native call that never returns does. */
const blocked = `
  import { watchParent } from '${watch}';
  watchParent();
  process.stdout.write(String(process.pid));
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 200);`;

const host = `
  import { spawn } from 'node:child_process';
  spawn(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(blocked)}], { stdio: 'inherit' });
  setInterval(() => undefined, 1000);`;

/** The kernel's letter for what a process does; null when it is gone or waits to be reaped. */
function stateOf(pid: number): string | null {
  try {
    const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? null;
    return state === 'Z' ? null : state;
  } catch {
    // no such process
    return null;
  }
}

it('ends a process whose main thread is blocked, when its parent is gone', async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', host], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(printed.toString());
  onTestFinished(() => {
    if (stateOf(pid) !== null) process.kill(pid, 'SIGKILL');
  });
  expect(stateOf(pid)).not.toBeNull();
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await expect.poll(() => stateOf(pid)).toBeNull();
});
