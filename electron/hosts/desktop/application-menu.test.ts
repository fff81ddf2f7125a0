import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { applicationMenu } from './application-menu.ts';

const items = (platform: NodeJS.Platform, deeds = { lockNow: vi.fn(), about: vi.fn() }) =>
  applicationMenu(deeds, platform).flatMap(
    ({ submenu }) => submenu as MenuItemConstructorOptions[],
  );

describe.each(['linux', 'win32', 'darwin'] as const)('the menu on %s', (platform) => {
  it('can lock, quit and tell the versions', () => {
    const deeds = { lockNow: vi.fn(), about: vi.fn() };
    for (const item of items(platform, deeds)) (item.click as (() => void) | undefined)?.();
    expect(deeds.lockNow).toHaveBeenCalledOnce();
    expect(deeds.about).toHaveBeenCalled();
    expect(items(platform).filter(({ role }) => role === 'quit')).toHaveLength(1);
  });

  it('has nothing that reloads, opens DevTools, speaks to others or shares', () => {
    const roles = items(platform).map(({ role }) => role);
    for (const role of [
      'reload',
      'forceReload',
      'toggleDevTools',
      'services',
      'shareMenu',
      'help',
      'appMenu',
      'viewMenu',
      'windowMenu',
    ] as const) {
      expect(roles).not.toContain(role);
    }
  });

  it('can be walked by its letters: each menu of the bar has one, and no two the same', () => {
    const bar = applicationMenu({ lockNow: vi.fn(), about: vi.fn() }, platform)
      .map(({ label }) => label ?? '')
      .filter((label) => label !== 'Keyreeve');
    const letters = bar.map((label) => /&(\w)/.exec(label)?.[1]);
    expect(new Set(letters).size).toBe(bar.length);
    expect(letters).not.toContain(undefined);
  });

  it('names every item that is not named by the system', () => {
    const nameless = items(platform).filter(
      ({ label, role, type }) => label === undefined && role === undefined && type !== 'separator',
    );
    expect(nameless).toEqual([]);
  });
});
