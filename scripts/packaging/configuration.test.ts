import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
// electron-builder's own parts: internal paths, so its version is pinned exactly.
const builder = createRequire(require.resolve('electron-builder/package.json'));
const library = createRequire(builder.resolve('app-builder-lib/package.json'));
const { load } = library('js-yaml') as { load: (text: string) => Configuration };
const { validateConfiguration } = builder('app-builder-lib/out/util/config/config.js') as {
  validateConfiguration: (config: unknown, logger: unknown) => Promise<void>;
};
const { DebugLogger } = builder('builder-util') as { DebugLogger: new (on: boolean) => unknown };

interface Configuration {
  readonly [key: string]: unknown;
  readonly files: readonly string[];
  readonly asarUnpack: readonly string[];
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  main: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const read = (): Configuration => load(readFileSync('electron-builder.yml', 'utf8'));
const onThisSystem = (pattern: string): string =>
  pattern.replace('${platform}', process.platform).replace('${arch}', process.arch);
const valid = (config: unknown) => validateConfiguration(config, new DebugLogger(false));

describe('the packaging', () => {
  it('is what electron-builder understands', async () => {
    await valid(read());
  });

  it('would be refused with a word that electron-builder does not know', async () => {
    await expect(valid({ ...read(), asarr: true })).rejects.toThrow(/asarr/);
    await expect(valid({ ...read(), nsis: { perMachin: true } })).rejects.toThrow(/nsis/);
  });

  it('is for exactly the Electron that is installed', () => {
    expect(read()['electronVersion']).toBe(manifest.devDependencies['electron']);
  });

  it('carries no updater and publishes nothing', () => {
    expect(read()['publish']).toBeNull();
    expect(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })).not.toContain(
      'electron-updater',
    );
  });

  it('keeps the archive whole, with native code beside it', () => {
    const config = read();
    expect(config['asar']).toEqual({ smartUnpack: false });
    expect(config.asarUnpack).toEqual(['**/*.node']);
    expect(config['disableAsarIntegrity']).toBeUndefined();
    expect(config['npmRebuild']).toBe(false);
  });

  it('burns the fuses in a hook of ours that is there, and not twice', () => {
    const config = read();
    expect(existsSync(String(config['afterPack']))).toBe(true);
    expect(config['electronFuses']).toBeUndefined();
  });

  it('ships nothing that was not named', () => {
    const { files } = read();
    expect(files[0]).toBe('!**/*');
    expect(
      files.filter((pattern) => /(^|\/)(e2e|bench|docs|electron|renderer|shared)\//.test(pattern)),
    ).toEqual(['dist/renderer/**/*']);
    expect(files).toContain('!**/*.map');
  });

  it('ships every native module that the programs load', () => {
    const outside = /const outside = \[([^\]]+)\]/.exec(
      readFileSync('vite.node.config.ts', 'utf8'),
    );
    const names = [...(outside?.[1] ?? '').matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '');
    expect(names).toContain('better-sqlite3');
    const { files } = read();
    for (const name of names.filter((each) => each !== 'electron')) {
      const patterns = files.filter((pattern) => pattern.startsWith(`node_modules/${name}/`));
      expect(patterns.length, name).toBeGreaterThan(0);
      if (!existsSync(`node_modules/${name}`)) continue;
      for (const pattern of patterns) {
        expect(globSync(onThisSystem(pattern)).length, pattern).toBeGreaterThan(0);
      }
    }
  });

  it('installs the command with deb and nsis, and with nothing else', async () => {
    const command = [{ from: 'dist/cli/${platform}-${arch}', to: 'cli' }];
    expect(read()['linux']).toMatchObject({ target: ['deb'], extraResources: command });
    expect(read()['win']).toMatchObject({ target: ['nsis'], extraResources: command });
    expect(read()['mac']).not.toHaveProperty('extraResources');
    const { fpm } = read()['deb'] as { readonly fpm: readonly string[] };
    expect(fpm[0]).toBe('resources/linux/keyreeve=/usr/bin/keyreeve');
    for (const each of fpm) expect(existsSync(each.split('=')[0] ?? ''), each).toBe(true);
    expect(existsSync((read()['nsis'] as { include: string }).include)).toBe(true);
    const other = load(readFileSync('electron-builder.appimage.yml', 'utf8'));
    expect(other['linux']).toEqual({ target: ['AppImage'], extraResources: null });
    await valid(other);
  });

  it('brings what a server runs the XKS proxy by, where its files say that it lies', () => {
    const { fpm } = read()['deb'] as { readonly fpm: readonly string[] };
    const places = fpm.map((each) => each.split('=')[1] ?? '');
    expect(places).toContain('/usr/lib/systemd/system/keyreeve-xks.service');
    const named = ['keyreeve-xks.service', 'Containerfile'].flatMap(
      (name) =>
        readFileSync(`resources/xks/${name}`, 'utf8').match(/\/usr\/share\/[\w./-]+\w/g) ?? [],
    );
    expect(named.length).toBeGreaterThan(1);
    for (const path of named) expect(places).toContain(path);
  });

  it('pins the Node that is installed, for every system that gets the command', () => {
    const pinned = JSON.parse(readFileSync('scripts/packaging/cli/node-binaries.json', 'utf8')) as {
      version: string;
      sha512: Record<string, string>;
    };
    expect(pinned.version).toBe(manifest.devDependencies['node']);
    expect(Object.keys(pinned.sha512)).toEqual(['linux-x64', 'linux-arm64', 'win32-x64']);
    for (const sum of Object.values(pinned.sha512)) expect(sum).toMatch(/^[0-9a-f]{128}$/);
  });

  it('has no launcher that takes the sandbox away', () => {
    const text = readFileSync('electron-builder.yml', 'utf8').replace(/#.*$/gm, '');
    expect(text).not.toContain('sandbox');
    expect(read()['toolsets']).toEqual({ appimage: '1.0.3' });
    expect(read()['linux']).toMatchObject({ executableArgs: [] });
  });

  it('installs for everybody on Windows, hardened on macOS with the least rights', () => {
    expect(read()['nsis']).toMatchObject({ perMachine: true, oneClick: false });
    expect(read()['mac']).toMatchObject({ hardenedRuntime: true });
    const rights = readFileSync('resources/entitlements.mac.plist', 'utf8');
    expect([...rights.matchAll(/<key>([^<]+)<\/key>/g)].map(([, key]) => key)).toEqual([
      'com.apple.security.cs.allow-jit',
    ]);
  });

  it('names pictures and a program that are there', () => {
    const { icon } = read()['linux'] as { icon: string };
    expect(globSync(`${icon}/*.png`).length).toBeGreaterThan(5);
    expect(existsSync('resources/icon.png')).toBe(true);
    expect(manifest.main).toBe('dist/node/main.js');
  });
});
