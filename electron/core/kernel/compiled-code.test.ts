import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const here = new URL('./compiled-code.ts', import.meta.url).href;
const clock = new URL('./node-clock.ts', import.meta.url).href;
let folder = '';
let child: ChildProcess | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-compiled-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const start = (program: string, environment: Record<string, string>): ChildProcess => {
  const given = ['--input-type=module', '--eval', program];
  child = spawn(process.execPath, given, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return child;
};

/** What a process says of what it hands on. */
async function told(environment: Record<string, string>): Promise<unknown> {
  const program = `const { sharedCompiledCode } = await import('${here}');
    process.stdout.write(JSON.stringify(sharedCompiledCode()));`;
  const process_ = start(program, environment);
  const pieces: Buffer[] = [];
  process_.stdout?.on('data', (piece: Buffer) => pieces.push(piece));
  await once(process_, 'close');
  return JSON.parse(Buffer.concat(pieces).toString());
}

it('hands the folder of compiled code on, and only where there is one', async () => {
  expect(await told({ NODE_COMPILE_CACHE: folder })).toEqual({ NODE_COMPILE_CACHE: folder });
  expect(await told({})).toEqual({});
});

it('keeps the code of a process that does not end by itself', async () => {
  const program = `const { keepCompiledCode } = await import('${here}');
    const { nodeClock } = await import('${clock}');
    keepCompiledCode(nodeClock);
    setInterval(() => undefined, 1000);`;
  start(program, { NODE_COMPILE_CACHE: folder });
  await expect
    .poll(() => readdirSync(folder, { recursive: true }).length, { timeout: 20_000 })
    .toBeGreaterThan(2);
});
