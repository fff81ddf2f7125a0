import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sharedChromium } from '../support/chromium.ts';
import { chromiumPath, ConsoleStage, passphrase } from '../support/console.ts';

describe.skipIf(chromiumPath === null)('a second browser', () => {
  let stage: ConsoleStage;
  let browser: Browser;
  // What a console calls a browser is one profile: each context here is one of its own.
  beforeAll(async () => {
    browser = await sharedChromium();
  });
  beforeEach(async () => {
    stage = await ConsoleStage.open({ keystore: 'practice' });
    await stage.page.getByRole('button', { name: 'Lock now' }).waitFor();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await stage.stop();
  });

  const second = async (): Promise<Page> => {
    const page = await browser.newPage();
    stage.listenTo(page);
    await page.goto(await stage.host.link());
    await page.getByRole('heading', { name: 'Another browser works with this keystore' }).waitFor();
    return page;
  };
  const works = (page: Page) => page.getByRole('button', { name: 'Lock now' }).waitFor();
  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor();

  /** What the audit log says of who came and who left, the newest first. */
  async function doors(): Promise<string[]> {
    const { records } = await stage.call('audit.list', {});
    return records
      .filter(({ action, outcome }) => action.startsWith('session.') && outcome === 'OK')
      .map(({ action, channel, details: { at: _at, ...rest } }) =>
        [action, channel, ...Object.values(rest).map(String)].join(' '),
      );
  }

  it('takes over when the person at the first hands over', async () => {
    const page = await second();
    await heading(stage.page, 'Another browser asks to take over');
    await stage.page.getByRole('button', { name: 'Hand over to the other browser' }).click();
    await works(page);
    await heading(stage.page, 'Another browser has taken over');
    await stage.page.reload();
    await heading(stage.page, 'This page did not come by a link of Keyreeve');
  });

  it('is told when the person at the first keeps working', async () => {
    const page = await second();
    await stage.page.getByRole('button', { name: 'Keep working here' }).click();
    await heading(page, 'The other browser keeps working with this keystore');
    await works(stage.page);
  });

  it('takes over with the passphrase, while nothing is open in the first', async () => {
    await stage.page.goto('about:blank');
    const page = await second();
    await page.getByText('It has no window open just now').waitFor();
    await page.getByLabel('Passphrase').fill('not the passphrase at all');
    await page.getByRole('button', { name: 'Take over this keystore' }).click();
    await page.getByText('4 tries are left').waitFor();
    await page.getByLabel('Passphrase').fill(passphrase);
    await page.getByRole('button', { name: 'Take over this keystore' }).click();
    await works(page);
    await expect
      .poll(async () => (await doors()).slice(0, 2))
      .toEqual(['session.takeover console passphrase', 'session.end console taken-over']);
  });

  it('needs another link after five wrong passphrases', async () => {
    const page = await second();
    for (let left = 4; left >= 0; left -= 1) {
      await page.getByLabel('Passphrase').fill(`wrong number ${left} of all`);
      await page.getByRole('button', { name: 'Take over this keystore' }).click();
      if (left > 0)
        await page.getByText(left === 1 ? 'One try is left' : `${left} tries are`).waitFor();
    }
    await heading(page, 'This session has ended');
    await works(stage.page);
    // newest first: it came, tried five times, and was turned away
    await expect
      .poll(doors)
      .toEqual([
        'session.end console ended',
        'session.begin console waiting Chromium or Chrome',
        'session.begin console at work Chromium or Chrome',
      ]);
    const { records } = await stage.call('audit.list', {});
    const refused = records.filter(({ outcome }) => outcome === 'CALLER_NOT_TRUSTED');
    expect(refused.length).toBeGreaterThanOrEqual(5);
  });

  it('withdraws its question when it goes', async () => {
    const page = await second();
    await heading(stage.page, 'Another browser asks to take over');
    await page.close();
    const question = stage.page.getByRole('heading', { name: 'Another browser asks to take over' });
    await question.waitFor({ state: 'detached' });
  });

  it('may come in at once where the keystore is locked and no window is open', async () => {
    await stage.page.goto('about:blank');
    await stage.call('keystore.lock', {});
    stage.host.disconnect();
    // Another process takes the keystore over.
    await expect.poll(async () => (await stage.call('keystore.status', {})).state).toBe('locked');
    // The one that locked may have said so, and go before it is asked for a link.
    let link = '';
    await expect
      .poll(async () => {
        stage.host.disconnect();
        link = await stage.host.link();
        return link;
      })
      .toMatch(/^http:/);
    const page = await browser.newPage();
    await page.goto(link);
    await page.getByRole('heading', { name: 'Unlock desk.keystore' }).waitFor();
  });
});
