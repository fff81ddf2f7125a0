import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InTestDesktop, passphrase } from '../../electron/hosts/desktop/desktop.fixture.ts';
import { softHsm } from '../../electron/core/hsm/token.fixture.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { asDesktopPage } from '../support/desktop-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
/** The bundles as a package has them: beside them only native modules are found. */
let app: string;
const built = (name: string): string => join(app, 'dist', name);
beforeAll(async () => {
  app = mkdtempSync(join(tmpdir(), 'keyreeve-built-'));
  mkdirSync(join(app, 'node_modules', '@node-rs'), { recursive: true });
  for (const name of ['better-sqlite3', 'pkcs11js', '@node-rs/argon2']) {
    symlinkSync(join(root, 'node_modules', name), join(app, 'node_modules', name));
  }
  const quiet = { root, logLevel: 'error' } as const;
  await build({ ...quiet, configFile: 'vite.node.config.ts', build: { outDir: built('node') } });
  await build({
    ...quiet,
    configFile: 'vite.preload.config.ts',
    build: { outDir: built('preload') },
  });
  await build({
    ...quiet,
    root: join(root, 'renderer'),
    configFile: join(root, 'vite.config.ts'),
    build: { outDir: built('renderer') },
  });
});
afterAll(() => rmSync(app, { recursive: true, force: true }));

const programs = () => ({
  core: built('node/core.js'),
  'hsm-bridge': built('node/hsm-bridge.js'),
  'practice-kms': built('node/practice-kms.js'),
});

describe('the built programs', () => {
  it('have a preload script in one file that requires nothing but Electron', () => {
    const text = readFileSync(built('preload/preload.cjs'), 'utf8');
    const required = [...text.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, name]) => name);
    expect(required).toEqual(['electron']);
    expect(text).not.toMatch(/\bimport\b[^*]*from/);
  });

  it('have a main process that starts the core and shows the window', async () => {
    const state = join(app, 'state');
    const hook = join(root, 'electron/hosts/desktop/stand-in/electron-hook.fixture.ts');
    const { stdout } = await run(process.execPath, ['--import', hook, built('node/main.js')], {
      env: { ...process.env, NODE_OPTIONS: '', KEYREEVE_STATE: state, STAND_IN_APP: app },
    });
    expect(JSON.parse(stdout)).toEqual({
      places: { userData: join(state, 'desktop', 'profile') },
      message: { ready: true },
      preload: built('preload/preload.cjs'),
      page: 200,
      program: built('node/core.js'),
    });
  });

  it('report on themselves, and leave nothing behind', async () => {
    const desktop = await new InTestDesktop().start(['--self-test'], { programs: programs() });
    try {
      expect(desktop.reports.map((line) => JSON.parse(line) as unknown)).toMatchObject([
        {
          product: '1.2.3',
          versions: { node: process.versions.node },
          boringssl: false,
          archive: 'no archive',
          offline: false,
          tried: {
            'PKCS#11': 'ok',
            keystore: 'ok',
            'practice KMS': 'ok',
            audit: 'ok',
            lock: 'ok',
            end: 'ok',
            page: 'ok',
            network: 'ok',
            // The stand-in's page is this very process, which nothing keeps in.
            sandbox: 'system calls are not filtered (Seccomp 0)',
          },
          passed: false,
        },
      ]);
      expect(desktop.electron.exits).toEqual([1]);
      expect(desktop.electron.windows.map(({ deeds }) => deeds)).toEqual([['destroy']]);
      expect(existsSync(join(desktop.folder, 'state'))).toBe(false);
    } finally {
      await desktop.stop();
    }
  });

  it.skipIf(softHsm.missing !== null)(
    'carry a rehearsal with a token and the practice KMS',
    async () => {
      const desktop = await new InTestDesktop().start([], { programs: programs() });
      try {
        await desktop.create();
        const set = await desktop.output('practice.setUp', { keysIn: 'softhsm' });
        expect(set['url']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        await desktop.output('keystore.lock');
        // As the window does: a core that gives way begins no unlock, and the next one is asked.
        const unlock = () => desktop.call('keystore.unlock', { passphrase: passphrase() });
        await expect.poll(unlock).toMatchObject({ ok: true, output: { realm: 'practice' } });
      } finally {
        await desktop.stop();
      }
    },
  );

  it.skipIf(chromiumPath === null)('show the window, which needs the bridge alone', async () => {
    const desktop = await new InTestDesktop().start([], {
      programs: programs(),
      windowFolder: built('renderer'),
    });
    const browser = await launchChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 820 } });
      const problems = await asDesktopPage(page, desktop);
      await desktop.create();
      await page.getByText('PRACTICE').first().waitFor();
      desktop.choose('Lock now');
      const field = page.getByLabel('Passphrase', { exact: false }).first();
      await field.waitFor();
      // no dialog was open, so nothing would be lost
      await expect.poll(() => desktop.window.deeds).toContain('crash');
      await field.fill(new TextDecoder().decode(passphrase()));
      await field.press('Enter');
      await page.getByText('PRACTICE').first().waitFor();
      await expect
        .poll(async () => (await desktop.output('keystore.status'))['state'])
        .toBe('verified');
      if (process.env['KEYREEVE_SHOTS']) {
        await page.screenshot({ path: join(process.env['KEYREEVE_SHOTS'], 'desktop.png') });
      }
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await desktop.stop();
    }
  });
});
