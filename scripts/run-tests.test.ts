import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

// What npm test says is believed for what it says here, of a project whose ends are known.
const ours = join(import.meta.dirname, '..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-run-tests-'));
  for (const script of ['run-tests.mjs', 'errors-beside-tests.mjs']) {
    mkdirSync(join(folder, 'scripts'), { recursive: true });
    cpSync(join(ours, 'scripts', script), join(folder, 'scripts', script));
  }
  symlinkSync(join(ours, 'node_modules'), join(folder, 'node_modules'));
  const project = (name: string, more = ''): string =>
    `{ test: { name: '${name}', include: ['${name}/**/*.spec.ts'] ${more} } }`;
  put(
    'vitest.config.ts',
    `import { defineConfig } from 'vitest/config';
     const projects = [${project('unit')}, ${project('e2e', ', retry: 1')}, ${project('window', ', retry: 1')}];
     export default defineConfig({ test: { projects } });`,
  );
  put(
    'tries.ts',
    `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
     /** Throws until it was asked more often than this, in whatever process. */
     export function failsFirst(name: string, times: number): void {
       const tried = existsSync(name) ? Number(readFileSync(name, 'utf8')) : 0;
       writeFileSync(name, String(tried + 1));
       if (tried < times) throw new Error(name + ' is not there yet');
     }`,
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** A file of tests: each its name, and what it does. */
function specs(path: string, tests: Readonly<Record<string, string>>, head = ''): void {
  const each = Object.entries(tests).map(
    ([name, body]) => `it(${JSON.stringify(name)}, () => { ${body} });`,
  );
  put(
    path,
    `import { writeFileSync } from 'node:fs';
     import { expect, it } from 'vitest';
     import { failsFirst } from '../tries.ts';
     ${head}\n${each.join('\n')}\nvoid writeFileSync, expect, failsFirst;`,
  );
}

/** What a run with these arguments says, and how it ends. */
function runTests(...args: readonly string[]) {
  const { PATH = '', HOME = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'scripts/run-tests.mjs'), ...args],
    { cwd: folder, env: { PATH, HOME, NO_COLOR: '1' }, encoding: 'utf8' },
  );
  const lines = stdout.trimEnd().split('\n');
  const again = lines.filter((line) => line.startsWith('needed a second try: '));
  return { status, last: lines.at(-1), again, out: stdout + stderr };
}

const words = `writeFileSync(process.env.KEYREEVE_LAST_WORDS + '/' + n + '.txt', '=== said ' + n);`;

it('names what passed at a second try, in its place or on new ground, and ends well', () => {
  specs('unit/plain.spec.ts', {
    passes: 'expect(process.env.KEYREEVE_SHIM).toBe("boringssl")',
  });
  put('unit/left-out.spec.ts', `import { it } from 'vitest';\nit.skip('is left out', () => {});`);
  specs('e2e/once.spec.ts', { 'fails once': 'failsFirst("once", 1)', passes: '' });
  specs('window/twice.spec.ts', { 'fails twice': 'failsFirst("twice", 2)', passes: '' });
  specs('window/sound.spec.ts', { passes: '' });
  const { status, last, again, out } = runTests('unit:boringssl', 'e2e,window');
  expect(last, out).toBe('6 passed, 0 failed, 1 skipped');
  expect(status).toBe(0);
  expect(again).toEqual([
    'needed a second try: window/twice.spec.ts > fails twice: Error: twice is not there yet',
    'needed a second try: e2e/once.spec.ts > fails once: Error: once is not there yet',
  ]);
  expect(out).toContain('e2e,window: 1 failed, and run again on new ground');
  expect(out).toContain('  skipped: is left out');
  // the file as a whole, and none beside it
  expect(readFileSync(join(folder, 'twice'), 'utf8')).toBe('3');
  expect(out).toContain('e2e,window: 5 passed');
});

it('fails with what failed again, with a file that cannot be loaded, and with checks before', () => {
  specs('unit/no-module.spec.ts', { passes: '' }, `import './is-not-there.ts';`);
  specs('unit/fails.spec.ts', { 'fails once': 'failsFirst("untold", 1)' });
  specs('e2e/always.spec.ts', {
    'fails always': `for (const n of [1, 2, 3]) ${words} failsFirst("always", 99)`,
    'fails thrice': 'failsFirst("thrice", 2)',
  });
  const { status, last, again, out } = runTests('--broken=1', 'unit', 'e2e');
  // the check, the file, the test of unit, which is not tried again, and that of e2e
  expect(last, out).toBe('1 passed, 4 failed, 0 skipped');
  expect(status).toBe(1);
  expect(again).toEqual([
    'needed a second try: e2e/always.spec.ts > fails thrice: Error: thrice is not there yet',
  ]);
  expect(out).toContain('unit: 0 passed');
  expect(out.match(/=== said \d/g)).toEqual(['=== said 1', '=== said 2']);
  expect(readFileSync(join(folder, 'untold'), 'utf8')).toBe('1');
  expect(readFileSync(join(folder, 'always'), 'utf8')).toBe('4');
});

it('fails with an error beside the tests, which no second try makes good', () => {
  specs('e2e/beside.spec.ts', {
    'passes, and leaves an error behind': 'void Promise.reject(new Error("left behind"))',
    'fails twice': 'failsFirst("never", 2)',
  });
  const { status, last, again, out } = runTests('e2e');
  expect(last, out).toBe('1 passed, 1 failed, 0 skipped');
  expect(status).toBe(1);
  expect(again).toEqual([]);
  expect(out).not.toContain('on new ground');
});

it('fails with an error beside the tests also where every test passed, and without any report', () => {
  specs('unit/beside.spec.ts', {
    'passes, and leaves an error behind': 'void Promise.reject(new Error("left behind"))',
  });
  const beside = runTests('unit');
  expect(beside.last, beside.out).toBe('1 passed, 1 failed, 0 skipped');
  expect(beside.status).toBe(1);
  put('vitest.config.ts', 'throw new Error("spoilt");');
  const none = runTests('unit');
  expect(none.last, none.out).toBe('0 passed, 1 failed, 0 skipped');
  expect(none.status).toBe(1);
  expect(none.out).toContain('unit: no report');
});
