import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passphrase } from '../support/console.ts';
import { inElectron, windowHere } from '../support/window-stage.ts';
import { rewrite } from '../support/tamper.ts';
import { axeFindings } from './accessible.ts';
import { LaterStage } from './later-stage.ts';
import { command, heldAnswers, reloaded } from './reload-story.ts';

const day = 86_400_000;
/** What was to be pressed is not there any more. */
const onlyTooLate = (error: Error): void => {
  if (error.name !== 'TimeoutError') throw error;
};

describe.skipIf(!windowHere)('rotations and renewals that came due while locked', () => {
  let later: LaterStage;
  beforeAll(async () => {
    later = await LaterStage.open(async (desk) => {
      for (const name of ['payments-10', 'payments-2']) {
        await desk.addGroup(name, {
          rotate: true,
          rotateEvery: { amount: 1, unit: 'days' },
          awsDeletesMaterialAfterDays: name === 'payments-2' ? 30 : null,
        });
        await desk.rotated(name);
      }
      await rewrite(desk, ({ groups, keys }) => {
        for (const { id, materialDays } of groups.list({ find: '', limit: 10, after: null })
          .groups) {
          groups.edit(id, { nextRotationAt: Date.now() - day });
          if (materialDays === null) continue;
          const [dated] = keys.ofGroup(id);
          keys.noteRemote(dated?.key.id ?? '', { validTo: Date.now() + 2 * day });
        }
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
    // What is in the way comes one by one and goes again: the list of it is opened until this is in it.
    await expect
      .poll(async () => {
        if (await look.isVisible()) return 'told';
        await others.click({ timeout: 1000 }).catch(onlyTooLate);
        return 'opened';
      })
      .toBe('told');
    await look.click();
    const dialog = page.getByRole('dialog', { name: 'Rotations and renewals that came due' });
    await dialog.getByText('payments-10').waitFor();
    await dialog.getByText(/^Renew .?payments-2.?, version 1$/).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFindings(page)).toEqual([]);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await work()).toBe(before);
  });

  it.skipIf(inElectron)('ask before a choice goes with the page, and begin once', async () => {
    const { page } = later;
    const answers = await heldAnswers(page);
    const dialog = page.getByRole('dialog', { name: 'Rotations and renewals that came due' });
    const look = async (): Promise<void> => {
      await command('Look at what came due…')(page);
      await dialog.getByText('payments-10').waitFor();
    };
    await look();
    expect(await reloaded(page)).toBeNull();
    await page.getByRole('navigation').waitFor();
    await look();
    await dialog.getByLabel(/payments-10/).uncheck();
    expect(await reloaded(page)).toBe('beforeunload');
    await page.getByRole('navigation').waitFor();
    expect(await dialog.count()).toBe(0);
    const rotations = async () => (await later.call('job.list', {})).jobs.length;
    const jobs = await rotations();
    await look();
    await dialog.getByLabel(/payments-10/).uncheck();
    answers.hold();
    await dialog.getByRole('button', { name: 'Start 1 rotation and 1 renewal' }).click();
    await expect.poll(rotations).toBe(jobs + 2);
    await reloaded(page);
    await page
      .getByText(/What was asked may have been done or not/)
      .first()
      .waitFor();
    expect(await dialog.count()).toBe(0);
    expect(await rotations()).toBe(jobs + 2);
  });
});
