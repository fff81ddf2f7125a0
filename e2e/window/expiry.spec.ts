import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passphrase } from '../support/console.ts';
import { rewrite } from '../support/tamper.ts';
import { windowHere } from '../support/window-stage.ts';
import { axeFindings } from './accessible.ts';
import { faultsOf } from './every-look.ts';
import { LaterStage } from './later-stage.ts';

const day = 86_400_000;
const byHand = { rotate: false } as const;

describe.skipIf(!windowHere)('Key Management > Expiry', () => {
  let later: LaterStage;
  beforeAll(async () => {
    later = await LaterStage.open(async (desk) => {
      await desk.addGroup('life-over', { ...byHand, keepValidFor: { amount: 1, unit: 'days' } });
      await desk.addGroup('renewed', { ...byHand, awsDeletesMaterialAfterDays: 60 });
      await desk.addGroup('chosen', { ...byHand });
      await desk.addGroup('rotated', {
        rotate: true,
        rotateEvery: { amount: 10, unit: 'days' },
        keepValidFor: { amount: 40, unit: 'days' },
      });
      const ids: Record<string, string> = {};
      for (const name of ['life-over', 'renewed', 'chosen', 'rotated'])
        ids[name] = (await desk.rotated(name)).id;
      await rewrite(desk, ({ keys }, { db }) => {
        keys.noteRemote(ids['chosen'] ?? '', { validTo: Date.now() + 12 * day + 60_000 });
        for (const [table, key] of [
          ['key', 'id'],
          ['remote_key', 'key_id'],
        ])
          db.prepare(`update "${table}" set planned_end = ? where ${key} = ?`).run(
            Date.now() - 3 * day - 60_000,
            ids['life-over'],
          );
      });
    }, true);
    await later.page
      .getByLabel(/^Passphrase/)
      .first()
      .fill(passphrase);
    await later.page.keyboard.press('Enter');
    await later.page.getByRole('navigation', { name: 'Places' }).waitFor();
  });
  afterAll(() => later?.[Symbol.asyncDispose]());

  const grid = () => later.page.getByRole('grid', { name: 'Expiry' });
  /** When and which, from top to bottom. */
  const rows = () =>
    grid().evaluate((table) =>
      [...table.querySelectorAll('[role="rowgroup"] > [role="row"]')]
        .toSorted((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
        .map((row) => [...row.querySelectorAll('[role="gridcell"]')])
        .map((cells) => `${cells[0]?.textContent}: ${cells[2]?.textContent}`),
    );
  const choose = (days: string) => later.page.getByRole('button', { name: days, exact: true });
  const count = () =>
    later.page
      .getByRole('navigation', { name: 'Places' })
      .getByRole('button', { name: /^Expiry/ })
      .innerText();

  it('says what ends without a click: what is over first, and who sees to it', async () => {
    await later.page.keyboard.press('Alt+3');
    await grid().waitFor();
    await expect
      .poll(rows)
      .toEqual([
        '! Over, 3 days ago: life-over/1',
        '! In 12 days: chosen/1',
        '· In 39 days: rotated/1',
        '· In 59 days: renewed/1',
      ]);
    await expect.poll(count).toMatch(/!\s2\sneed you/);
    const row = (name: string) => grid().getByRole('row').filter({ hasText: name });
    await row('life-over').getByText('Goes on working: Force Rotate is due').waitFor();
    await row('chosen').getByText('Stops decrypting in AWS until Synchronize').waitFor();
    await row('rotated')
      .getByText(/^Rotated by schedule on /)
      .waitFor();
    await row('renewed')
      .getByText(/^Renewed by Keyreeve on /)
      .waitFor();
  });

  it('is whole for every eye, light and dark, down to 320 px', async () => {
    expect(await faultsOf(later.page, 'expiry')).toEqual([]);
    for (const colorScheme of ['dark', 'light'] as const) {
      await later.page.emulateMedia({ colorScheme });
      expect(await axeFindings(later.page)).toEqual([]);
    }
  });

  it('looks as far ahead as is chosen, also after a lock', async () => {
    await choose('30 days').click();
    await expect.poll(async () => (await rows()).length).toBe(2);
    await later.page.keyboard.press('Alt+L');
    await later.page
      .getByLabel(/^Passphrase/)
      .first()
      .fill(passphrase);
    await later.page.keyboard.press('Enter');
    await grid().waitFor();
    await expect.poll(() => choose('30 days').getAttribute('aria-pressed')).toBe('true');
    await expect.poll(async () => (await rows()).length).toBe(2);
    await choose('90 days').click();
    await expect.poll(async () => (await rows()).length).toBe(4);
  });

  it('leads by keyboard to the one deed, and is told at once that it is done', async () => {
    const { page } = later;
    await grid().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: /Force Rotate/ }).waitFor();
    await page.keyboard.press('Enter');
    const rotate = page.getByRole('button', { name: 'Rotate life-over (practice)' });
    await rotate.waitFor();
    await rotate.click();
    await page
      .getByRole('dialog')
      .getByText(/life-over rotated\.$/)
      .waitFor();
    await page.keyboard.press('Escape');
    // its next version lives for a day only
    await expect.poll(async () => (await rows())[0]).toBe('! In 23 hours: life-over/2');
  });
});
