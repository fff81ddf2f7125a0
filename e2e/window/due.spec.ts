import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passphrase } from '../support/console.ts';
import { windowHere } from '../support/window-stage.ts';
import { rewrite } from '../support/tamper.ts';
import { axeFindings } from './accessible.ts';
import { LaterStage } from './later-stage.ts';

const day = 86_400_000;

describe.skipIf(!windowHere)('rotations that came due while locked', () => {
  let later: LaterStage;
  beforeAll(async () => {
    later = await LaterStage.open(async (desk) => {
      for (const name of ['payments-10', 'payments-2']) {
        await desk.addGroup(name, { rotate: true, rotateEvery: { amount: 1, unit: 'days' } });
        await desk.rotated(name);
      }
      await rewrite(desk, ({ groups }) => {
        for (const { id } of groups.list({ find: '', limit: 10, after: null }).groups)
          groups.edit(id, { nextRotationAt: Date.now() - day });
      });
    }, true);
  });
  afterAll(() => later[Symbol.asyncDispose]());

  const work = async () => (await later.page.locator('#work').boundingBox())?.y;

  it('are told of in a line that moves nothing, and wait for one choice', async () => {
    const { page } = later;
    await page
      .getByLabel(/^Passphrase/)
      .first()
      .fill(passphrase);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').waitFor();
    const before = await work();
    const look = page.getByRole('button', { name: 'Look and choose…' });
    const others = page.getByRole('button', { name: /^\d more$/ });
    await look.or(others).first().waitFor();
    expect(await work()).toBe(before);
    if (await others.isVisible()) await others.click();
    await look.click();
    const dialog = page.getByRole('dialog', { name: 'Rotations that came due' });
    await dialog.getByText('payments-10').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFindings(page)).toEqual([]);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await work()).toBe(before);
  });
});
