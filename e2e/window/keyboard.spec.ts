import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passphrase } from '../support/console.ts';
import { windowHere } from '../support/window-stage.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { JobsPage } from './jobs-page.ts';
import { TreePage } from './tree-page.ts';

/** Nothing here touches the mouse. */
describe.skipIf(!windowHere)('by keyboard alone', () => {
  let on: JobStage;
  let tree: TreePage;
  let form: GroupFormPage;
  let jobs: JobsPage;
  let inputs = 0;
  beforeAll(async () => {
    on = await JobStage.open();
    await on.call('credential.test', { credential: 'ledger-kms' });
    tree = new TreePage(on.page);
    form = new GroupFormPage(on.page);
    jobs = new JobsPage(on.page);
    await tree.grid.waitFor();
  });
  afterAll(() => on?.[Symbol.asyncDispose]());

  const press = async (...keys: readonly string[]): Promise<void> => {
    inputs += keys.length;
    for (const key of keys) await on.page.keyboard.press(key);
  };
  const type = (text: string): Promise<void> => on.page.keyboard.type(text);
  /** Tab until what has the focus is called so. */
  const tabTo = async (name: RegExp): Promise<void> => {
    await expect
      .poll(
        async () => {
          const here = await nameOfFocus();
          if (!name.test(here)) await on.page.keyboard.press('Tab');
          return here;
        },
        { message: `no way to ${name.source} by Tab`, interval: 1 },
      )
      .toMatch(name);
  };
  const focused = (name: RegExp) => expect.poll(nameOfFocus).toMatch(name);
  const nameOfFocus = (): Promise<string> =>
    on.page.evaluate(() => {
      const at = document.activeElement as HTMLInputElement | null;
      if (at?.matches('div:not([role=tab])') === true) return '';
      return (
        at?.getAttribute('aria-label') ?? at?.labels?.[0]?.textContent ?? at?.textContent ?? ''
      );
    });
  const focusIsInDialog = (): Promise<boolean> =>
    on.page.evaluate(() => document.activeElement?.closest('.MuiDialog-root') !== null);
  const noDialog = () => on.page.locator('[role=dialog]').waitFor({ state: 'detached' });
  const counted = async (work: () => Promise<void>): Promise<number> => {
    inputs = 0;
    await work();
    return inputs;
  };

  it('adds a group, and the focus comes back to the tree', async () => {
    await tree.grid.focus();
    await press('Shift+F10');
    await focused(/^Add: Key Group…/);
    await press('Enter');
    await form.button('Continue').waitFor();
    await expect.poll(focusIsInDialog).toBe(true);
    await press('Enter');
    await focused(/^Name/);
    await type('payments-prod');
    await tabTo(/^Select credential/);
    await press('Enter');
    await form.button('Select ledger-kms').waitFor();
    await focused(/ledger-kms/);
    await press('Enter');
    await form.field('Name').waitFor();
    await tabTo(/^Group/);
    await press('ArrowRight', 'Enter');
    await tabTo(/^Region/);
    await type('ireland');
    await press('Enter');
    await tabTo(/^Add Group$/);
    await press('Enter');
    await noDialog();
    await tree.row(/^payments-prod, key group/).waitFor();
    await expect.poll(() => tree.focused()).toMatch(/^payments-prod, key group/);
  });

  it('force rotates a focused group with three inputs, and opens the job', async () => {
    const used = await counted(async () => {
      await press('Shift+F10');
      await tree.menuItem('Cloud: Force Rotate…').waitFor();
      await press('Enter');
      await expect.poll(nameOfFocus).toBe('Rotate payments-prod (practice)');
      await press('Enter');
    });
    expect(used).toBeLessThanOrEqual(3);
    await form.top.getByText(/payments-prod rotated\.$/).waitFor();
    await press('Escape');
    await noDialog();
    await expect.poll(() => tree.focused()).toMatch(/^payments-prod, key group/);
  });

  it('synchronizes with its defaults by at most four inputs', async () => {
    await press('ArrowRight');
    await tree.row(/payments-prod version 1, key/).waitFor();
    await press('ArrowRight');
    const used = await counted(async () => {
      await press('Shift+F10');
      await tree.menuItem('Cloud: Synchronize…').waitFor();
      await press('Enter');
      await expect.poll(nameOfFocus).toMatch(/^(Import|Update).*\(practice\)$/);
      await press('Enter');
    });
    expect(used).toBeLessThanOrEqual(4);
    await form.top
      .getByText(/Synchronize software protected key/)
      .first()
      .waitFor();
    await press('Escape');
    await noDialog();
    await expect.poll(() => tree.focused()).toMatch(/^payments-prod version 1/);
  });

  it('lands on the history of a pasted ARN with at most three inputs', async () => {
    const { keys } = await on.call('key.list', { group: 'payments-prod' });
    const used = await counted(async () => {
      await press('Control+f');
      await expect.poll(() => tree.find.evaluate((at) => at === document.activeElement)).toBe(true);
      inputs += 1;
      await on.page.keyboard.insertText(keys[0]?.remote?.arn ?? '');
      await press('Enter');
    });
    expect(used).toBeLessThanOrEqual(3);
    const history = tree.details.getByRole('region', { name: 'History' });
    await history.getByText(/Holds alias\/payments-prod/).waitFor();
  });

  it('comes to the cause of the job that stopped last with two inputs, and cancels it', async () => {
    await on.stopped('payments-prod');
    await on.aws.allow();
    await jobs.bottom
      .getByText(/needs you/)
      .first()
      .waitFor();
    await press('Alt+5');
    await jobs.grid.getByText('Needs you').waitFor();
    await jobs.grid.focus();
    const used = await counted(async () => {
      await press('Home', 'Enter');
      await jobs.dialog.getByText('AWS did not allow the alias to move.').waitFor();
    });
    expect(used).toBeLessThanOrEqual(2);
    await tabTo(/^Cancel job…/);
    await press('Enter');
    await jobs.dialog.getByText(/^Cancel now leaves/).waitFor();
    await tabTo(/^Leave it/);
    await press('Enter');
    await jobs.dialog.getByText(/Cancelled\.$/).waitFor();
    // The job may say so before the question about it has had its answer and is gone.
    await on.page.getByText(/^Cancel now leaves/).waitFor({ state: 'detached' });
    await expect.poll(focusIsInDialog).toBe(true);
    await press('Escape');
    await noDialog();
    await expect
      .poll(() => jobs.grid.evaluate((grid) => grid === document.activeElement))
      .toBe(true);
  });

  it('shows where the focus is, at every stop', async () => {
    await press('Alt+1');
    await tree.grid.waitFor();
    const hidden: string[] = [];
    const seen = new Set<string>();
    for (let n = 0; n < 60; n += 1) {
      await on.page.keyboard.press('Tab');
      const stop = await on.page.evaluate(() => {
        const at = document.activeElement;
        if (!at || at === document.body) return null;
        const shown = (one: Element): boolean => {
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
          return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
        };
        const row = document.getElementById(at.getAttribute('aria-activedescendant') ?? '');
        const around = [at, at.parentElement, at.nextElementSibling, row];
        return {
          name: `${at.tagName} ${at.getAttribute('aria-label') ?? at.textContent?.slice(0, 40) ?? ''}`,
          shown: around.some((one) => one !== null && shown(one)),
        };
      });
      if (stop === null) continue;
      if (seen.has(stop.name)) continue;
      seen.add(stop.name);
      if (!stop.shown) hidden.push(stop.name);
    }
    expect(seen.size).toBeGreaterThan(12);
    expect(hidden).toEqual([]);
  });

  it('locks, and opens again', async () => {
    await press('Alt+l');
    await on.page.getByRole('heading', { name: 'Unlock desk.keystore' }).waitFor();
    // The field comes, with the focus in it, when the next core is there.
    await expect.poll(nameOfFocus).toMatch(/^Passphrase/);
    await type(passphrase);
    await press('Enter');
    await tree.row(/payments-prod, key group/).waitFor();
  });
});
