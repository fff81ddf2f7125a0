import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** How long a dialog may wait for an answer before it lets itself be left (ms): a loaded computer takes its time. */
const patience = 60_000;

/** Leaves every dialog that is open, with what was typed in it. Fails where one does not go. */
export async function leaveDialogs(page: Page): Promise<void> {
  const dialogs = page.getByRole('dialog');
  const discard = page.getByRole('button', { name: 'Discard what I typed' });
  for (let open = await dialogs.count(); open > 0; open = await dialogs.count()) {
    const before = open;
    const left = async (): Promise<number> => {
      // Esc again would go on editing.
      if (await discard.isVisible()) await discard.click();
      else await page.keyboard.press('Escape');
      return dialogs.count();
    };
    await expect.poll(left, { timeout: patience }).toBeLessThan(before);
  }
}
