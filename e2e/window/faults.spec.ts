import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { killBridges } from '../support/bridges.ts';
import { day, HurriedClock } from '../support/clocks.ts';
import { passphrase } from '../support/console.ts';
import { consoleOf, inElectron, windowHere } from '../support/window-stage.ts';
import { corePid } from '../support/core-pid.ts';
import type { Desk } from '../support/desk.ts';
import type { OutsideAws } from '../support/outside-aws.ts';
import { EntryPage } from './entry-page.ts';
import { GroupFormPage } from './group-form-page.ts';
import { LaterStage } from './later-stage.ts';
import { picture } from './pictures/camera.ts';
import { TreePage } from './tree-page.ts';

/** So long was the keystore locked. */
const away = 40 * day;
const hebrew = 'תשלומים';
const emoji = '🔑 treasury 👩‍💻';
const longest = 'n'.repeat(255);
const rotate = 'Rotate payments-prod (practice)';

async function work(desk: Desk, aws: OutsideAws): Promise<void> {
  await aws.misbehave({ clockSkewSeconds: -away / 1000 });
  const monthly = { rotateEvery: { amount: 30, unit: 'days' as const } };
  for (const name of ['ledger-prod', 'cards-prod']) {
    await desk.addGroup(name, monthly);
    await desk.rotated(name);
  }
  await desk.addGroup('payments-prod', { storage: 'hsm' });
  await desk.rotated('payments-prod');
  for (const [name, alias] of [
    [hebrew, 'hebrew'],
    [emoji, 'emoji'],
    [longest, 'longest'],
  ] as const) {
    await desk.addGroup(name, { alias });
  }
  await desk.rotated(hebrew);
  await aws.misbehave();
}

describe.skipIf(!windowHere)('faults at the window', () => {
  let later: LaterStage;
  let entry: EntryPage;
  let form: GroupFormPage;
  let tree: TreePage;
  beforeAll(async () => {
    const clock = new HurriedClock(1);
    clock.wallAhead = -away;
    later = await LaterStage.open(work, true, clock);
    entry = new EntryPage(later.page);
    [form, tree] = [new GroupFormPage(later.page), new TreePage(later.page)];
    await entry.unlock(passphrase);
    await tree.row(/payments-prod, key group/).waitFor();
  });
  afterAll(() => later?.[Symbol.asyncDispose]());
  // What a failed test left open is not the next one's.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await later.page.goto(host().origin);
    await tree.press('Alt+1');
    await tree.row(/payments-prod, key group/).waitFor();
  });

  const host = () => later.stage.host;
  const jobs = async (): Promise<number> =>
    (await later.call('job.list', { limit: 500 })).jobs.length;
  /** The plan of a rotation, on this page. */
  const plan = async (on = tree): Promise<void> => {
    await on.row(/payments-prod, key group/).click();
    await on.press('Shift+F10', 'Enter');
    await on.page.getByRole('button', { name: rotate, exact: true }).waitFor();
  };
  /** Ends the process that draws this page, and nothing else. */
  const crash = async (page: Page): Promise<void> => {
    const crashed = page.waitForEvent('crash');
    await page.goto('chrome://crash').catch(() => null);
    await crashed;
  };
  /** Another window of the same browser. */
  const window = async (): Promise<Page> => {
    const page = await later.stage.context.newPage();
    later.stage.listenTo(page);
    await page.goto(host().origin);
    await page.getByRole('navigation', { name: 'Places' }).waitFor();
    return page;
  };
  const noDialog = () => later.page.getByRole('dialog').waitFor({ state: 'detached' });

  it('a clock that stood still: what came due waits for one choice, once for each group', async () => {
    await later.hsm.login(later);
    await later.page.getByText(/^! 2 rotations came due/).waitFor();
    await entry.button('Look and choose…').click();
    await form.heading('Rotations that came due').waitFor();
    await form.top.getByText('came due while the keystore was locked').first().waitFor();
    await picture(later.page, 'due');
    await form.top.getByRole('checkbox', { name: /^cards-prod/ }).uncheck();
    const before = await jobs();
    await form.button('Start 1 rotation').click();
    await noDialog();
    await expect.poll(jobs).toBe(before + 1);
    await tree.press('Alt+1');
  });

  it('names are shown as they are, and change the order of nothing beside them', async () => {
    await tree.press('Alt+2');
    const row = later.page.getByRole('grid', { name: 'Keys' }).getByRole('row', { name: hebrew });
    await row.waitFor();
    // The number of the version stands at the right of the name, as with every other key.
    const [word, version] = await row.evaluate((at) => {
      const walk = document.createTreeWalker(at, NodeFilter.SHOW_TEXT);
      const whole = at.textContent ?? '';
      const digit = whole.indexOf('1');
      const boxes: { left: number; right: number }[] = [];
      let before = 0;
      for (let node = walk.nextNode(); node && boxes.length < 2; node = walk.nextNode()) {
        const { length } = node as Text;
        for (const place of [0, digit]) {
          if (place < before || place >= before + length) continue;
          const range = document.createRange();
          range.setStart(node, place - before);
          range.setEnd(node, place - before + 1);
          const { left, right } = range.getBoundingClientRect();
          boxes.push({ left, right });
        }
        before += length;
      }
      return boxes;
    });
    expect(version?.left).toBeGreaterThanOrEqual(word?.right ?? Infinity);
    await tree.press('Alt+1');
    for (const name of [hebrew, emoji, longest]) {
      // A name that reads from the right is kept to itself by marks that nobody sees.
      const shown = `\u2068?${name}\u2069?`;
      await tree.row(new RegExp(`^${shown}, key group`)).click();
      await tree.details.getByRole('heading', { name: new RegExp(`^${shown}$`) }).waitFor();
      await tree.press('Shift+F10', 'Enter');
      await form.heading(new RegExp(`^Rotate “${shown}”\\?$`)).waitFor();
      await expect.poll(() => entry.fits(), { message: name }).toBe(true);
      await form.button(new RegExp(`^Rotate ${shown}`)).waitFor();
      await tree.press('Escape');
      await noDialog();
    }
    const refused = await later
      .call('group.add', { name: 'a\u202eb', credential: 'payments-kms', region: 'eu-west-1' })
      .then(
        () => null,
        (error: { code: string }) => error.code,
      );
    expect(refused).toBe('BAD_INPUT');
  });

  it('a reload in the middle of a plan runs nothing, and the window is where it was', async () => {
    const before = await jobs();
    await plan();
    await later.page.reload();
    await tree.row(/payments-prod, key group/).waitFor();
    await expect.poll(() => later.page.getByRole('dialog').count()).toBe(0);
    expect(await jobs()).toBe(before);
  });

  it.skipIf(inElectron)('two windows with the same plan make one rotation', async () => {
    const before = await jobs();
    const second = await window();
    const other = new TreePage(second);
    await plan();
    await plan(other);
    await form.button(rotate).click();
    await form.top.getByText(/^Job \d+$/).waitFor();
    await second.getByRole('button', { name: rotate, exact: true }).click();
    // A plan is carried out once: the other window shows the job of it, or what has changed since.
    const shown = await form.top.getByText(/^Job \d+$/).innerText();
    await second
      .getByText(shown, { exact: true })
      .or(second.getByText(/Things changed since you looked|Already rotating since/))
      .first()
      .waitFor();
    expect(await jobs()).toBe(before + 1);
    await second.close();
    await form.top.getByText(/payments-prod rotated\.$/).waitFor();
    await tree.press('Escape');
    await noDialog();
  });

  it.skipIf(inElectron)(
    'a page that crashes takes nothing with it: another one goes on',
    async () => {
      const before = await jobs();
      const second = await window();
      await plan(new TreePage(second));
      await crash(second);
      await second.close();
      const third = await window();
      await plan(new TreePage(third));
      expect(await jobs()).toBe(before);
      await third.close();
    },
  );

  it.skipIf(inElectron)(
    'a page that crashes says afterwards in its tab that typed text was not sent',
    async () => {
      const second = await window();
      // Playwright does nothing more with a page that crashed; its tab goes on all the same.
      const tab = await second.context().newCDPSession(second);
      const shown = async (): Promise<string> => {
        const expression = 'document.body.innerText';
        return String((await tab.send('Runtime.evaluate', { expression })).result.value);
      };
      await second.getByRole('button', { name: 'Add…' }).click();
      await second.getByRole('menuitem', { name: /Folder…/ }).click();
      const name = second.getByRole('dialog').getByLabel('Name');
      await name.pressSequentially('Never sent');
      await crash(second);
      await tab.send('Page.navigate', { url: host().origin });
      await expect.poll(shown).toMatch(/payments-prod[^]*Nothing of it was sent/);
      const { folders } = await later.call('folder.list', {});
      expect(folders.map((each) => each.name)).not.toContain('Never sent');
      await tab.send('Page.reload');
      await expect.poll(shown).toMatch(/payments-prod/);
      expect(await shown()).not.toMatch(/Nothing of it was sent/);
      await second.close();
    },
  );

  it('the HSM is gone when the button is pressed: nothing runs, and the plan says what is missing', async () => {
    const before = await jobs();
    await plan();
    later.hsm.pullOut();
    killBridges(host().pid);
    await form.button(rotate).click();
    await form.top.getByRole('alert').getByText(/HSM/).first().waitFor();
    await picture(later.page, 'force-rotate--refused');
    expect(await jobs()).toBe(before);
    later.hsm.putBack();
    await tree.press('Escape');
    await noDialog();
  });

  it('a clock that jumps ahead locks nobody out and loses nothing', async () => {
    await later.page.evaluate(() => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + 86_400_000;
    });
    await tree.row(/ledger-prod, key group/).click();
    await tree.details.getByRole('heading', { name: 'ledger-prod' }).waitFor();
    await later.page.reload();
    await tree.row(/ledger-prod, key group/).waitFor();
  });

  it.skipIf(inElectron)(
    'the core ends while a dialog is open: the window locks, and opens again',
    async () => {
      await later.page.getByRole('button', { name: 'Add…' }).click();
      await tree.menuItem(/Folder…/).click();
      await form.field('Name').fill('Half typed');
      host().disconnect();
      process.kill(corePid(host().pid), 'SIGKILL');
      await entry.heading('Unlock desk.keystore').waitFor();
      await expect.poll(() => later.page.getByRole('dialog').count()).toBe(0);
      later.stage.complaints.length = 0;
      await entry.unlock(passphrase);
      await expect.poll(() => form.field('Name').inputValue()).toBe('Half typed');
      await form.button(/^Add folder/).click();
      await tree.row(/^Half typed, folder/).waitFor();
    },
  );

  it.skipIf(inElectron)(
    'Keyreeve is killed: the window says that it is alone, and what may be old',
    async () => {
      const stranger = await consoleOf(later.stage).browser.newPage();
      await stranger.goto(host().origin);
      await stranger.getByRole('heading', { name: /^This page did not come by a link/ }).waitFor();
      await picture(stranger, 'session-ended');
      await stranger.close();
      process.kill(host().pid, 'SIGKILL');
      await later.page.getByText('! The window lost its connection to the keystore.').waitFor();
      await picture(later.page, 'connection-lost');
      later.stage.complaints.length = 0;
    },
  );
});
