import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type WindowStage, openWindow, windowHere } from '../support/window-stage.ts';
import { leaveDialogs } from '../support/leave-dialogs.ts';
import { axeFindings } from './accessible.ts';
import { chosenCommand } from './reload-story.ts';

let on: WindowStage;

beforeAll(async () => {
  on = await openWindow({ keystore: 'practice' });
  await on.page.getByRole('navigation', { name: 'Places' }).waitFor();
});
afterAll(async () => {
  await on?.stop();
});

// What one test left open is not in the way of its second try, nor of the next.
afterEach(async () => {
  await leaveDialogs(on.page);
});

const field = () => on.page.getByRole('combobox', { name: 'Command' });
const place = () => on.page.locator('nav [aria-current="page"]').innerText();
async function command(text: string): Promise<void> {
  await on.page.keyboard.press('Control+k');
  await field().fill(text);
  await chosenCommand(on.page).waitFor();
  await on.page.keyboard.press('Enter');
  await field().waitFor({ state: 'detached' });
}

describe.skipIf(!windowHere)('commands and keys', () => {
  it('goes everywhere by Ctrl+K and a few letters', async () => {
    for (const [typed, title] of [
      ['aud', 'Audit'],
      ['go hsm', 'HSM'],
      ['security', 'Security and backup'],
      ['go jobs', 'Jobs'],
    ] as const) {
      await command(typed);
      await expect.poll(place).toBe(title);
    }
  });

  it('goes everywhere by Alt and a number, in the order of the list, and to the last two by their letters', async () => {
    const titles = await on.page.locator('nav button > span:first-child').allInnerTexts();
    const keys = [...[1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map(String), 'A', 'P'];
    expect(titles).toHaveLength(keys.length);
    for (const [at, title] of titles.entries()) {
      await on.page.keyboard.press(`Alt+${keys[at]}`);
      await expect.poll(() => place()).toBe(title);
    }
  });

  it('says why a command cannot be run, and what the keys are', async () => {
    await on.page.keyboard.press('Control+k');
    await field().fill('pin');
    const option = on.page.getByRole('option', { name: /Enter PIN of the HSM/ });
    await expect.poll(() => option.getAttribute('aria-disabled')).toBe('true');
    await expect.poll(() => option.innerText()).toContain('The HSM asks for no PIN now.');
    expect(await axeFindings(on.page)).toEqual([]);
    await on.page.keyboard.press('Escape');
    await on.page.keyboard.press('?');
    await on.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await axeFindings(on.page)).toEqual([]);
    await on.page.keyboard.press('Escape');
  });

  it('changes the look, and leaves keys alone that are typed', async () => {
    await command('look dark');
    await on.page.locator('html[data-scheme="dark"]').waitFor();
    await command('look as this computer');
    await on.page.locator('html[data-scheme="light"]').waitFor();
    await on.page.keyboard.press('Control+k');
    await field().pressSequentially('?');
    await expect.poll(() => field().inputValue()).toBe('?');
    await on.page.keyboard.press('Escape');
  });

  it('finds by Ctrl+F from any place', async () => {
    await on.page.keyboard.press('Alt+6');
    await expect.poll(() => place()).toBe('Audit');
    await on.page.keyboard.press('Control+f');
    await expect.poll(() => place()).toBe('Key Groups');
    await on.page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
  });

  it('locks now', async () => {
    await command('lock');
    await on.page.getByRole('heading', { name: /^Unlock/ }).waitFor();
  });
});
