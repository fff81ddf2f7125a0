import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DesktopProcess, electronPath, electronReason } from './support/desktop-process.ts';

/** What only a real Electron shows. Starts by itself wherever there is one. */
describe.skipIf(electronPath === null)(`the desktop in Electron (${electronReason})`, () => {
  let desktop: DesktopProcess;
  let page: Page;

  beforeAll(async () => {
    desktop = await DesktopProcess.start();
    page = await desktop.app.firstWindow();
  });
  afterAll(() => desktop?.stop());

  it('shows a sandboxed page that has the bridge and nothing of Node or Electron', async () => {
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
    const reached = await page.evaluate(() =>
      fetch('https://example.org/').then(
        () => true,
        () => false,
      ),
    );
    expect(reached).toBe(false);
  });

  it('reaches the core', async () => {
    const answer = await page.evaluate(() => {
      const { keyreeve } = globalThis as unknown as {
        keyreeve: { call(name: string, input: unknown): Promise<unknown> };
      };
      return keyreeve.call('keystore.status', {});
    });
    expect(answer).toMatchObject({ ok: true, output: { state: 'absent' } });
  });
});
