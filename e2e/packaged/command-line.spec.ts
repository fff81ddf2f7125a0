import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembleCli } from '../../scripts/packaging/cli/assemble.mjs';
import { TranscriptRun } from '../support/run-transcript.ts';
import { needs } from '../support/transcript.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder that a package has beside its desktop, far from the checkout. */
let resources: string;
let cli: string;
const part = (...names: string[]): string => join(cli, ...names);
beforeAll(async () => {
  resources = mkdtempSync(join(tmpdir(), 'keyreeve-packaged-'));
  cli = join(resources, 'cli');
  const window = join(resources, 'window');
  mkdirSync(window);
  cpSync(join(root, 'renderer/index.html'), join(window, 'index.html'));
  await assembleCli({ root, out: cli, window });
});
afterAll(() => rmSync(resources, { recursive: true, force: true }));

const run = (...words: string[]) =>
  spawnSync(part('bin/keyreeve'), words, {
    cwd: resources,
    encoding: 'utf8',
    env: { HOME: resources, PATH: '/usr/bin:/bin', NODE_OPTIONS: '--require /no/such/file' },
  });

describe('the packaged command line', () => {
  it('says its version from anywhere, under a link, whatever Node was told', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(run('--version')).toMatchObject({ stdout: `${version}\n`, stderr: '', status: 0 });
    symlinkSync(part('bin/keyreeve'), join(resources, 'linked'));
    expect(execFileSync(join(resources, 'linked'), ['--version'], { encoding: 'utf8' })).toBe(
      `${version}\n`,
    );
  });

  it('has no sources, no maps, no native code for another system', () => {
    const names = execFileSync('find', ['.', '-type', 'f'], { cwd: cli, encoding: 'utf8' })
      .split('\n')
      .filter((name) => name !== '' && !name.startsWith('./app/renderer/'));
    expect(names.filter((name) => /\.(ts|tsx|map|md)$|test|fixture/.test(name))).toEqual([]);
    expect(names.filter((name) => name.endsWith('.node'))).toHaveLength(3);
    expect(names).toContain('./runtime/node');
    expect(readFileSync(part('runtime/LICENSE'), 'utf8')).toContain('Node.js is licensed');
  });

  it('has native code that is not bound to one version of V8', () => {
    for (const name of filesWithNative()) {
      const symbols = execFileSync('strings', ['-a', part(name)], {
        encoding: 'latin1',
        maxBuffer: 1 << 28,
      });
      expect(symbols, name).toMatch(/napi_/);
      expect(symbols, name).not.toMatch(/_ZN2v8|node_module_register/);
    }
  });

  const filesWithNative = (): string[] =>
    execFileSync('find', ['.', '-name', '*.node'], { cwd: cli, encoding: 'utf8' })
      .trim()
      .split('\n');

  const story = readFileSync(new URL('first-rotation.txt', import.meta.url), 'utf8');
  it.skipIf(needs(story).some((path) => !existsSync(path)))(
    'carries a first rotation with a token, and the window in a browser',
    async () => {
      await using transcript = new TranscriptRun(part('bin'));
      await transcript.play('e2e/packaged/first-rotation.txt', story);
    },
  );
});

describe('a changed file', () => {
  /** A change, and how it is taken back; a new file in its place, for the other may be a link. */
  const changing = (name: string, check: (said: ReturnType<typeof run>) => void): void => {
    const kept = `${part(name)}.kept`;
    linkSync(part(name), kept);
    const fresh = `${part(name)}.fresh`;
    cpSync(part(name), fresh);
    appendFileSync(fresh, '\n');
    renameSync(fresh, part(name));
    try {
      check(run('--version'));
    } finally {
      renameSync(kept, part(name));
    }
  };

  it.each([
    ['Node', 'runtime/node'],
    ['the entry point', 'app/start.mjs'],
    ['native code', 'app/node_modules/pkcs11js/build/Release/pkcs11.node'],
    ['the keystore engine', 'app/node_modules/better-sqlite3/prebuilds/linux-x64.node'],
    ['the bundle', 'app/hsm-bridge.js'],
    ['the window', 'app/renderer/index.html'],
  ])('is refused before anything runs: %s', (_what, name) => {
    changing(name, ({ status, stdout, stderr }) => {
      expect({ status, stdout }).toEqual({ status: 70, stdout: '' });
      expect(stderr).toContain(`${name} is not the file that was packaged`);
      expect(stderr).toContain('Install the package again.');
    });
    expect(run('--version').status).toBe(0);
  });

  it('is refused when it is gone', () => {
    renameSync(part('app/hsm-bridge.js'), part('away'));
    try {
      expect(run('--version')).toMatchObject({ status: 70, stdout: '' });
    } finally {
      renameSync(part('away'), part('app/hsm-bridge.js'));
    }
  });
});
