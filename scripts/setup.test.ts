import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

/** npm, as far as setup goes by it: it builds pkcs11js only where the headers of Node are at hand. */
const npm = `#!${process.execPath}
const { appendFileSync, mkdirSync, rmSync, writeFileSync, symlinkSync } = require('node:fs');
const nodedir = process.env.npm_config_nodedir ?? '';
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + ' ' + nodedir + '\\n');
rmSync('node_modules', { recursive: true, force: true });
mkdirSync('node_modules/.bin', { recursive: true });
symlinkSync(process.execPath, 'node_modules/.bin/node');
const headers = 'node_modules/node/node_modules/node-linux-' + process.arch;
mkdirSync(headers + '/include', { recursive: true });
if (nodedir.endsWith(headers) && process.env.KEYREEVE_TEST_BUILD !== 'fails') {
  mkdirSync('node_modules/pkcs11js/build/Release', { recursive: true });
  writeFileSync('node_modules/pkcs11js/build/Release/pkcs11.node', '');
}
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-setup-'));
  mkdirSync(join(folder, 'path'));
  mkdirSync(join(folder, 'scripts'));
  cpSync(join(import.meta.dirname, 'setup.mjs'), join(folder, 'scripts/setup.mjs'));
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  command('npm', npm);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function command(name: string, text = '#!/bin/sh\n'): void {
  writeFileSync(join(folder, 'path', name), text);
  chmodSync(join(folder, 'path', name), 0o755);
}

const compiler = (): void => {
  for (const name of ['g++', 'make', 'python3']) command(name);
};

function setUp(environment: Readonly<Record<string, string>> = {}): string {
  const script = join(folder, 'scripts/setup.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, 'demo'], {
    encoding: 'utf8',
    env: { PATH: join(folder, 'path'), ...environment },
  });
  expect(status, stderr).toBe(0);
  return stderr;
}
const installed = (): string[] =>
  readFileSync(join(folder, 'npm-calls'), 'utf8').trim().split('\n');

const linux = it.runIf(process.platform === 'linux');

linux('builds pkcs11js with the headers that came by npm, once', () => {
  compiler();
  expect(setUp()).not.toContain('pkcs11js is not built');
  expect(existsSync(join(folder, 'node_modules/pkcs11js/build/Release/pkcs11.node'))).toBe(true);
  setUp();
  expect(installed()).toHaveLength(1);
});

linux(
  'says that no HSM can be used where pkcs11js did not build, each time, and why to see',
  () => {
    compiler();
    const environment = { KEYREEVE_TEST_BUILD: 'fails' };
    for (const said of [setUp(environment), setUp(environment)]) {
      expect(said).toContain('pkcs11js is not built, so no HSM can be used');
      expect(said).toContain('npm ci --foreground-scripts');
    }
    expect(installed()).toHaveLength(1);
  },
);

linux('builds it once there is a compiler, without being told', () => {
  expect(setUp({ KEYREEVE_TEST_BUILD: 'fails' })).toContain('sudo apt-get install g++');
  compiler();
  expect(setUp({ KEYREEVE_OFFLINE: '1' })).toContain('pkcs11js is not built');
  expect(setUp()).not.toContain('pkcs11js is not built');
  expect(installed()).toHaveLength(2);
});
