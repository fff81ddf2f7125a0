import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dialog } from 'playwright-core';
import { type WindowStage, openWindow, windowHere } from '../support/window-stage.ts';

let stage: WindowStage;
beforeAll(async () => {
  if (!windowHere) return;
  stage = await openWindow({ keystore: 'practice' });
  await place('Jobs').waitFor();
});
afterAll(async () => {
  await stage?.stop();
});

const place = (name: string) =>
  stage.page.getByRole('navigation').getByRole('button', { name, exact: true });
const heading = (name: string) => stage.page.getByRole('heading', { name, level: 1 });
/** As the button of the browser and Alt+Left do; the page has heard of it when this resolves. */
const back = () =>
  stage.page.evaluate(
    () =>
      new Promise<void>((heard) => {
        addEventListener('popstate', () => heard(), { once: true });
        history.back();
      }),
  );
const says = (text: string) => stage.page.getByRole('status').getByText(text).waitFor();

/** Loads the page again, or tries to, and says what the browser asked. */
async function reload(answer: 'leave' | 'stay'): Promise<string | null> {
  let asked: string | null = null;
  const onDialog = async (dialog: Dialog): Promise<void> => {
    asked = dialog.type();
    await (answer === 'leave' ? dialog.accept() : dialog.dismiss());
  };
  stage.page.on('dialog', onDialog);
  if (answer === 'leave') await stage.page.reload();
  else {
    await stage.page.evaluate(() => void setTimeout(() => location.reload(), 0));
    await expect.poll(() => asked).not.toBeNull();
  }
  stage.page.off('dialog', onDialog);
  return asked;
}

describe.skipIf(!windowHere)('Back', () => {
  it('goes to the former places, and never off the page', async () => {
    await place('Jobs').click();
    await heading('Jobs').waitFor();
    await place('Audit').click();
    await heading('Audit').waitFor();
    await back();
    await heading('Jobs').waitFor();
    await back();
    await heading('Key Groups').waitFor();
    await back();
    await says('There is no place to go back to.');
    for (let n = 0; n < 5; n += 1) await back();
    expect(stage.page.url()).toBe(`${stage.host.origin}/`);
    await heading('Key Groups').waitFor();
  });

  it('closes what is on top first, and the place stays', async () => {
    const { page } = stage;
    await place('Jobs').click();
    await heading('Jobs').waitFor();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await back();
    await dialog.waitFor({ state: 'detached' });
    await heading('Jobs').waitFor();
    await back();
    await heading('Key Groups').waitFor();
  });

  it('asks before a page with typed text is loaded again, and only then', async () => {
    const { page } = stage;
    await place('Audit').click();
    await page.getByLabel('Only what did not go well').check();
    expect(await reload('leave')).toBeNull();
    await place('Key Groups').click();
    await page.getByRole('button', { name: /^Add/ }).first().click();
    await page.getByRole('menuitem', { name: /Folder/ }).click();
    await page.getByRole('dialog').getByLabel('Name').pressSequentially('not yet saved');
    expect(await reload('stay')).toBe('beforeunload');
    await expect
      .poll(() => page.getByRole('dialog').getByLabel('Name').inputValue())
      .toBe('not yet saved');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await reload('leave')).toBeNull();
    await place('Jobs').waitFor();
  });
});
