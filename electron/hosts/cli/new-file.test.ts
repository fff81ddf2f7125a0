import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requireNewFile } from './new-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-new-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** In a process of its own: the umask is of the whole process. */
function written(umask: string, file: string): { readonly mode: number; readonly said: string } {
  const script = `process.umask(${umask});
    const { writeNewFile } = await import('${import.meta.resolve('./new-file.ts')}');
    try { writeNewFile(process.argv[1], 'public'); } catch (error) {
      console.log(error.code, error.details.problem);
    }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script, file], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { mode: statSync(file).mode & 0o777, said: stdout.trim() };
}

it.skipIf(process.platform === 'win32')('lets nobody else change what it wrote', () => {
  const file = join(folder, 'request.csr');
  expect(written('0o000', file)).toEqual({ mode: 0o644, said: '' });
  expect(readFileSync(file, 'utf8')).toBe('public');
  expect(written('0o000', file).said).toBe(
    `BAD_INPUT there is something already, and it is not written over: ${file}`,
  );
  expect(written('0o077', join(folder, 'other')).mode).toBe(0o600);
});

it('says before anything is made which file cannot be written, and why', () => {
  const problem = (file: string): unknown => {
    try {
      return requireNewFile(file);
    } catch (error) {
      return (error as { details?: object }).details;
    }
  };
  const taken = join(folder, 'taken.pem');
  writeFileSync(taken, 'mine');
  expect(problem(taken)).toEqual({
    problem: `there is something already, and it is not written over: ${taken}`,
  });
  const nowhere = join(folder, 'nowhere', 'transport.pem');
  expect(problem(nowhere)).toEqual({ problem: `there is no such file or folder: ${nowhere}` });
  expect(problem(join(folder, 'new.pem'))).toBeUndefined();
  expect(readdirSync(folder)).toEqual(['taken.pem']);
});
