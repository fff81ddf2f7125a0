import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractAll, listPackage, statFile } from '@electron/asar';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildParts } from '../../scripts/packaging/build.mjs';
import { differingFuses } from '../../scripts/packaging/fuses.mjs';
import { prepareProject, rehearse, type Rehearsal } from '../../scripts/packaging/rehearse.mjs';
import type { Sbom } from '../../scripts/packaging/sbom.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Everything that may be in the archive; the allow-list of electron-builder.yml, said again. */
const allowed = [
  /^package\.json$/,
  /^dist\/node\/((main|core|hsm-bridge|practice-kms)\.js|packaged\.json|chunks\/[\w-]+\.js)$/,
  /^dist\/preload\/preload\.cjs$/,
  /^dist\/renderer\/(index\.html|favicon\.svg|assets\/[\w.-]+\.(js|css|svg|woff2))$/,
  /^node_modules\/better-sqlite3\/(package\.json|lib\/(methods\/)?[\w-]+\.js)$/,
  /^node_modules\/@node-rs\/argon2\/(package\.json|index\.js|browser\.js)$/,
  /^node_modules\/@node-rs\/argon2-linux-\w+-gnu\/package\.json$/,
  /^node_modules\/pkcs11js\/(package|index)\.js(on)?$/,
];

let folder: string;
let deb: Rehearsal;
const inFolder = (...names: string[]): string => join(folder, ...names);
const archiveOf = ({ unpacked }: Rehearsal): string => join(unpacked, 'resources/app.asar');
const sumOf = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

/** Files of the archive, and whether each lies beside it. */
const contents = (): { name: string; beside: boolean }[] =>
  listPackage(archiveOf(deb), { isPack: false })
    .map((name) => name.split(sep).filter(Boolean).join('/'))
    .map((name) => ({ name, stat: statFile(archiveOf(deb), name) }))
    .filter(({ stat }) => !('files' in stat))
    .map(({ name, stat }) => ({ name, beside: stat.unpacked === true }));

describe.skipIf(process.platform !== 'linux')('a package, as electron-builder makes it', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyreeve-package-'));
    await prepareProject(root, inFolder());
    deb = rehearse(inFolder(), { targets: ['deb'] });
    const name = readdirSync(deb.packages).find((each) => each.endsWith('.deb')) ?? 'no deb';
    execFileSync('dpkg-deb', ['-x', join(deb.packages, name), inFolder('installed')]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has in its archive what was named, and native code beside it', () => {
    const files = contents();
    const within = files.filter(({ beside }) => !beside).map(({ name }) => name);
    expect(within.filter((name) => !allowed.some((pattern) => pattern.test(name)))).toEqual([]);
    expect(allowed.filter((pattern) => !within.some((name) => pattern.test(name)))).toEqual([]);
    const beside = files.filter((file) => file.beside).map(({ name }) => name);
    expect(beside).toHaveLength(3);
    expect(beside.every((name) => name.endsWith('.node'))).toBe(true);
    const { native } = JSON.parse(readFileSync(inFolder('dist/node/packaged.json'), 'utf8')) as {
      native: Record<string, string>;
    };
    const sums = beside.map((name) => [name, sumOf(join(`${archiveOf(deb)}.unpacked`, name))]);
    expect(Object.fromEntries(sums)).toEqual(native);
  });

  it('has every fuse as decided', async () => {
    expect(await differingFuses(join(deb.unpacked, 'keyreeve-desktop'))).toEqual([]);
  });

  it('starts its main process from what is in the archive alone', () => {
    const app = inFolder('extracted');
    extractAll(archiveOf(deb), app);
    const hook = join(root, 'electron/hosts/desktop/stand-in/electron-hook.fixture.ts');
    const said = execFileSync(
      process.execPath,
      ['--import', hook, join(app, 'dist/node/main.js')],
      {
        encoding: 'utf8',
        env: {
          PATH: '/usr/bin:/bin',
          HOME: folder,
          KEYREEVE_STATE: inFolder('state'),
          STAND_IN_APP: app,
        },
      },
    );
    expect(JSON.parse(said)).toMatchObject({ message: { ready: true }, page: 200 });
  });

  it('installs the desktop and the command, with no switch and no updater', () => {
    const at = (...names: string[]): string => inFolder('installed', ...names);
    expect(readFileSync(at('usr/bin/keyreeve'), 'utf8')).toContain(
      'exec /opt/Keyreeve/resources/cli/bin/keyreeve "$@"',
    );
    const command = at('opt/Keyreeve/resources/cli/bin/keyreeve');
    expect(execFileSync(command, ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
    const entry = readFileSync(at('usr/share/applications/keyreeve-desktop.desktop'), 'utf8');
    expect(entry).toMatch(/^Exec=\/opt\/Keyreeve\/keyreeve-desktop %U$/m);
    for (const name of ['app-update.yml', 'package-type', 'default_app.asar']) {
      expect(existsSync(at('opt/Keyreeve/resources', name)), name).toBe(false);
    }
    expect(readdirSync(at('opt/Keyreeve/locales'))).toEqual(['en-US.pak']);
  });

  it('carries a list of everything that was bundled', async () => {
    const text = readFileSync(inFolder('installed/opt/Keyreeve/resources/sbom.json'), 'utf8');
    const sbom = JSON.parse(text) as Sbom;
    expect(sbom).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'keyreeve' } },
    });
    const listed = new Set(sbom.components.map(({ name }) => name));
    const bundled = await bundledPackages();
    expect(bundled.length).toBeGreaterThan(40);
    expect(bundled.filter((name) => !listed.has(name))).toEqual([]);
    for (const name of ['electron', 'node', 'better-sqlite3', 'pkcs11js']) {
      expect([...listed]).toContain(name);
    }
    expect([...listed]).not.toContain('vitest');
    expect(sbom.components.find(({ name }) => name === 'electron')?.hashes?.[0]?.content).toMatch(
      /^[0-9a-f]{64}$/,
    );
    expect(text).not.toContain(root);
  });

  it('has the same archive when it is built again, and as an AppImage no command', async () => {
    const former = { archive: sumOf(archiveOf(deb)), sbom: sumOf(inFolder('dist/sbom.json')) };
    await buildParts(root, inFolder('dist'));
    const again = rehearse(inFolder(), { config: 'electron-builder.appimage.yml' });
    expect({ archive: sumOf(archiveOf(again)), sbom: sumOf(inFolder('dist/sbom.json')) }).toEqual(
      former,
    );
    expect(readdirSync(join(again.unpacked, 'resources')).sort()).toEqual([
      'app.asar',
      'app.asar.unpacked',
      'sbom.json',
    ]);
  });
});

/** Names of the packages whose code is in the bundles. */
async function bundledPackages(): Promise<string[]> {
  const names = new Set<string>();
  for (const [at, configuration] of [
    ['renderer', 'vite.config.ts'],
    ['', 'vite.node.config.ts'],
    ['', 'vite.cli.config.ts'],
  ] as const) {
    const made = await build({
      root: join(root, at),
      configFile: join(root, configuration),
      logLevel: 'error',
      build: { write: false },
    });
    for (const { output } of [made].flat() as { output: { moduleIds?: string[] }[] }[]) {
      for (const id of output.flatMap(({ moduleIds = [] }) => moduleIds)) {
        const path = relative(root, id.replace(/^\0/, '').split('?')[0] ?? '');
        const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1];
        if (name !== undefined) names.add(name);
      }
    }
  }
  return [...names].sort();
}
