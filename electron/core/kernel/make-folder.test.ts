import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempDisposableSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

const module = new URL('./make-folder.ts', import.meta.url).href;

it('makes a folder with those above it, for this account alone, and leaves one that is there', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'keyreeve-'));
  const deep = join(folder.path, 'a', 'b', 'c');
  makeFolder(deep);
  makeFolder(deep);
  expect([modeOf(join(folder.path, 'a')), modeOf(deep)]).toEqual([0o700, 0o700]);
});

it('says what stands in the way', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'keyreeve-'));
  const file = join(folder.path, 'file');
  writeFileSync(file, '');
  symlinkSync(join(folder.path, 'nowhere', 'at all'), join(folder.path, 'link'));
  expect(() => makeFolder(file)).toThrow('EEXIST');
  expect(() => makeFolder(join(file, 'below'))).toThrow('ENOTDIR');
  expect(() => makeFolder(join(folder.path, 'link'))).toThrow('EEXIST');
});

it.skipIf(!existsSync('/proc/self'))('ends where no folder can be made', () => {
  const made = `(await import('${module}')).makeFolder('/proc/self/nowhere/deep')`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', made], {
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  expect([child.signal, child.status]).toEqual([null, 1]);
  expect(child.stderr).toContain('ENOENT');
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;
