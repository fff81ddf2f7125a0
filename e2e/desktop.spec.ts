import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRenderer } from '../scripts/build-renderer.mjs';
import { findElectron } from '../scripts/electron-binary.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Only a binary that is there: tests fetch nothing.
const electron = await findElectron({ root, offline: true });
const reason = electron.path === null ? electron.reason : 'there is a binary';
// Where Electron was asked for, nothing may be left out in silence.
if (process.env['KEYREEVE_E2E_HOST'] === 'electron' && electron.path === null) {
  throw new Error(`KEYREEVE_E2E_HOST asks for Electron: ${reason}`);
}

/** The same window in a real Electron. Starts by itself wherever there is one. */
describe.skipIf(electron.path === null)(`the desktop in Electron (${reason})`, () => {
  let folder: string;
  let app: ElectronApplication;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyreeve-electron-'));
    const quiet = { root, logLevel: 'error' } as const;
    await build({ ...quiet, configFile: 'vite.node.config.ts' });
    await build({ ...quiet, configFile: 'vite.preload.config.ts' });
    expect(buildRenderer()).toBeNull();
    app = await _electron.launch({
      executablePath: electron.path ?? '',
      args: [root],
      // Playwright takes the sandbox away on Linux unless it is told not to; root has none.
      chromiumSandbox: process.getuid?.() !== 0,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        DISPLAY: process.env['DISPLAY'] ?? '',
        // A display of its own, as xvfb-run makes one, lets in only who has this.
        XAUTHORITY: process.env['XAUTHORITY'] ?? '',
        KEYREEVE_STATE: join(folder, 'state'),
        KEYREEVE_KEYSTORE: join(folder, 'a.keystore'),
      },
    });
  });
  afterAll(async () => {
    await app?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows a sandboxed page that has the bridge and nothing of Node or Electron', async () => {
    const page = await app.firstWindow();
    expect(page.url()).toBe('app://console/');
    const seen = await page.evaluate(() => {
      const here = globalThis as Record<string, unknown>;
      const names = ['process', 'require', 'module', 'Buffer', 'electron'];
      return {
        bridge: Object.keys(here['keyreeve'] as object),
        node: names.filter((name) => name in here),
      };
    });
    expect(seen).toEqual({ bridge: ['call', 'ask', 'onChange', 'onHost'], node: [] });
  });

  it('reaches nothing outside', async () => {
    const page = await app.firstWindow();
    const reached = await page.evaluate(() =>
      fetch('https://example.org/').then(
        () => true,
        () => false,
      ),
    );
    expect(reached).toBe(false);
  });

  it('reaches the core', async () => {
    const page = await app.firstWindow();
    const answer = await page.evaluate(() => {
      const { keyreeve } = globalThis as unknown as {
        keyreeve: { call(name: string, input: unknown): Promise<unknown> };
      };
      return keyreeve.call('keystore.status', {});
    });
    expect(answer).toMatchObject({ ok: true, output: { state: 'absent' } });
  });
});
