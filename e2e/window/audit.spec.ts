import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WindowStage, openWindow, windowHere } from '../support/window-stage.ts';
import { axeFindings } from './accessible.ts';

let on: WindowStage;

beforeAll(async () => {
  on = await openWindow({ keystore: 'practice' });
  await on.page.getByRole('navigation', { name: 'Places' }).waitFor();
  for (const name of ['Cards', 'Payments', 'Ledger']) await on.call('folder.add', { name });
});
afterAll(async () => {
  await on?.stop();
});

const grid = () => on.page.getByRole('grid', { name: 'Audit records' });
const pane = () => on.page.getByRole('region', { name: 'The chosen record' });
const dialog = () => on.page.getByRole('dialog').last();
const file = (): string => join(on.host.folder, 'audit-export.jsonl');
const press = (name: string) => on.page.getByRole('button', { name, exact: true }).click();

/** Asks for a check of the export in the dialog that is open, and waits for what it comes to. */
async function verify(fingerprint: string, verdict: RegExp): Promise<void> {
  await dialog().getByLabel('File', { exact: true }).fill(file());
  await dialog()
    .getByRole('textbox', { name: /Fingerprint/ })
    .fill(fingerprint);
  await on.page.keyboard.press('Enter');
  await expect.poll(() => dialog().locator('section').innerText()).toMatch(verdict);
}

describe.skipIf(!windowHere)('Logging and Reporting > Audit', () => {
  it('lists what was done, newest first, and one record whole', async () => {
    await on.page.keyboard.press('Alt+6');
    await grid().getByText('folder.add').first().waitFor();
    const numbers = await grid().getByRole('row').locator(':nth-match(div, 1)').count();
    expect(numbers).toBeGreaterThan(0);
    await grid().getByText('folder.add').first().click();
    const { records } = await on.call('audit.list', { action: 'folder.add', limit: 1 });
    const [newest] = records;
    await pane()
      .getByRole('heading', { name: `Record ${newest?.seq}` })
      .waitFor();
    await pane().getByText('Ledger').waitFor();
    await expect.poll(() => pane().locator(`code[aria-label="${newest?.hash}"]`).count()).toBe(1);
    expect(await axeFindings(on.page)).toEqual([]);
  });

  it('needs no scrolling sideways in the smallest window', async () => {
    await on.page.setViewportSize({ width: 900, height: 600 });
    // Room for a classic scroll bar is left too.
    const room = () => grid().evaluate((at) => at.clientWidth - at.scrollWidth);
    await expect.poll(room).toBe(0);
    const least = () =>
      grid().evaluate((at) => parseFloat(getComputedStyle(at.firstElementChild ?? at).minWidth));
    expect(await least()).toBeLessThanOrEqual(900 - 188 - 208 - 15);
    await on.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('reads the log by one action', async () => {
    await on.page.getByRole('combobox', { name: 'Action' }).selectOption('keystore.create');
    await grid().getByText('keystore.create').waitFor();
    await expect.poll(() => grid().getByText('folder.add').count()).toBe(0);
    await on.page.getByRole('combobox', { name: 'Action' }).selectOption('');
    await grid().getByText('folder.add').first().waitFor();
  });

  it('exports the log, signed, to a path of this computer', async () => {
    await press('Export…');
    expect(await axeFindings(on.page)).toEqual([]);
    await dialog().getByLabel('File', { exact: true }).fill('relative.jsonl');
    await on.page.keyboard.press('Enter');
    await dialog().getByText('Give the whole path, from / or the drive letter on.').waitFor();
    await dialog().getByLabel('File', { exact: true }).fill(file());
    await on.page.keyboard.press('Enter');
    await dialog().getByRole('heading', { name: 'The audit log was exported' }).waitFor();
    expect(readFileSync(file(), 'utf8').split('\n').length).toBeGreaterThan(4);
    await press('Close');
  });

  it('proves an export by the fingerprint, and says where a changed one breaks', async () => {
    const { signer } = await on.call('audit.list', { limit: 1 });
    const fingerprint = signer?.fingerprint ?? '';
    await press('Verify an export…');
    await verify(
      fingerprint.replaceAll(/(..)/g, '$1:').toUpperCase(),
      /Proved: all \d+ records are as they were written\./,
    );
    expect(await axeFindings(on.page)).toEqual([]);
    await verify('ab'.repeat(32), /Nothing in this file was signed by that key\./);
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('Payments', 'Paymants'));
    await verify(fingerprint, /Record \d+ is the first that does not fit\./);
    await press('Close');
  });
});
