import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { AdministrationPage } from './administration-page.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { TreePage } from './tree-page.ts';

const marias = 'the very own words of Maria';
const jons = 'the very own words of Jon';

describe.skipIf(!windowHere)('a second person', () => {
  let stage: JobStage;
  let on: AdministrationPage;
  let form: GroupFormPage;
  let tree: TreePage;
  beforeAll(async () => {
    stage = await JobStage.open();
    await stage.call('credential.test', { credential: 'ledger-kms' });
    await stage.call('keystore.addSlot', {
      kind: 'passphrase',
      label: 'safe',
      passphrase: Uint8Array.from(Buffer.from('words that lie in a safe')),
    });
    await stage.addGroup('payments-prod');
    await stage.rotated('payments-prod');
    on = new AdministrationPage(stage.stage);
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.row(/^payments-prod, key group/).waitFor();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const focused = (name: RegExp) => expect.poll(nameOfFocus).toMatch(name);
  const nameOfFocus = (): Promise<string> =>
    stage.page.evaluate(() => {
      const at = document.activeElement as HTMLInputElement | null;
      if (at?.matches('div:not([role=tab])') === true) return '';
      return (
        at?.getAttribute('aria-label') ?? at?.labels?.[0]?.textContent ?? at?.textContent ?? ''
      );
    });
  /** Tab until what has the focus is called so. */
  const tabTo = (name: RegExp): Promise<void> =>
    expect
      .poll(
        async () => {
          const here = await nameOfFocus();
          if (!name.test(here)) await tree.press('Tab');
          return here;
        },
        { message: `no way to ${name.source} by Tab`, interval: 1 },
      )
      .toMatch(name);
  const type = (text: string): Promise<void> => stage.page.keyboard.type(text);
  const asked = () => form.heading('A second person').waitFor();
  const noDialog = () => expect.poll(() => stage.page.locator('[role=dialog]').count()).toBe(0);
  const jobsOf = async (kind: string) =>
    (await stage.call('job.list', {})).jobs.filter((job) => job.kind === kind);
  const requests = async () => (await stage.call('approval.list', {})).requests;

  /** With the keys alone: who approves, and their passphrase. */
  const approveByKeys = async (passphrase = marias): Promise<void> => {
    await asked();
    await form.top.getByText('What would be done', { exact: true }).waitFor();
    await focused(/^(Maria|Jon)$/);
    if (!/^Maria$/.test(await nameOfFocus())) await tree.press('ArrowDown');
    else await tree.press('Space');
    await expect.poll(() => form.top.getByRole('radio', { name: 'Maria' }).isChecked()).toBe(true);
    await tabTo(/^Passphrase of/);
    await type(passphrase);
    await tree.press('Enter');
  };
  /** From the menu of the group to its plan, whose button has the focus. */
  const planRotation = async (): Promise<void> => {
    await tree.press('Alt+1');
    await tree.row(/^payments-prod, key group/).waitFor();
    await tree.enter();
    await expect.poll(() => tree.focused()).toMatch(/^payments-prod, key group/);
    await tree.press('Shift+F10');
    await tree.menuItem('Cloud: Force Rotate…').click();
    await focused(/^Rotate payments-prod \(practice\)$/);
  };
  const rotationsDone = async () =>
    (await jobsOf('group.force-rotate')).filter(({ state }) => state === 'done').length;

  it('is added by the keys alone, and another by the mouse', async () => {
    await tree.press('Alt+A');
    await on.section('Who approves').getByText('Nobody approves yet.', { exact: false }).waitFor();
    await tabTo(/^Add Approver…$/);
    await tree.press('Enter');
    await focused(/^Name/);
    await type('Maria');
    await tabTo(/^Their passphrase$/);
    await type(marias);
    await tabTo(/^Their passphrase again$/);
    await type(marias);
    await tree.press('Enter');
    await noDialog();
    await on.section('Who approves').getByRole('cell', { name: 'Maria', exact: true }).waitFor();

    await on.button('Add Approver…').click();
    await form.field('Name').fill('Jon');
    await form.field('Their passphrase').fill(jons);
    await form.field('Their passphrase again').fill(jons);
    await form.button('Add approver').click();
    await noDialog();
    await on.section('Who approves').getByRole('cell', { name: 'Jon', exact: true }).waitFor();
  });

  it('is needed from when the rule says so', async () => {
    await on.section('What needs a second person').getByRole('button').click();
    await form.top.getByRole('radio', { name: /^Every deed on keys/ }).check();
    await form.button('Use this rule').click();
    await noDialog();
    expect(await stage.call('approval.list', {})).toMatchObject({ rule: 'every-deed' });
  });

  it('lets a rotation through by their passphrase, and by no other', async () => {
    const before = await rotationsDone();
    await planRotation();
    await tree.press('Enter');
    await approveByKeys('no words of Maria');
    await form.top.getByText('That is not the passphrase of “Maria”.').waitFor();
    await focused(/^Passphrase of/);
    expect(await form.top.locator('input[type=password]').inputValue()).toBe('');
    expect(await requests()).toMatchObject([{ state: 'open' }]);
    await type(marias);
    await tree.press('Enter');
    await form.top.getByText(/payments-prod rotated\.$/).waitFor();
    await tree.press('Escape');
    await noDialog();
    expect(await rotationsDone()).toBe(before + 1);
    expect(await requests()).toMatchObject([{ state: 'used', decidedBy: 'Maria' }]);
  });

  it('may come later: what waits is found under Approvals, and is pressed again', async () => {
    const before = await rotationsDone();
    await planRotation();
    await tree.press('Enter');
    await asked();
    await tree.press('Escape');
    await form.top.getByText(/It waits as request 2\./).waitFor();
    await tree.press('Escape');
    await noDialog();
    expect(await rotationsDone()).toBe(before);

    await stage.page.getByRole('button', { name: /^Approvals\W*1\W*needs you$/ }).waitFor();
    await tree.press('Alt+A');
    await on.section('What waits').waitFor();
    await tabTo(/^Approve request 2$/);
    await tree.press('Enter');
    await approveByKeys();
    await noDialog();
    await on.section('What waits').getByText('Approved, not used yet').waitFor();

    await planRotation();
    await tree.press('Enter');
    await form.top.getByText(/payments-prod rotated\.$/).waitFor();
    await tree.press('Escape');
    await noDialog();
    expect(await rotationsDone()).toBe(before + 1);
  });

  it('may refuse', async () => {
    const before = (await jobsOf('group.force-rotate')).length;
    await planRotation();
    await tree.press('Enter');
    await asked();
    await tabTo(/^Refuse$/);
    await tree.press('Enter');
    await form.top.getByText('Request 3 was refused.').waitFor();
    await tree.press('Escape');
    await noDialog();
    expect((await jobsOf('group.force-rotate')).length).toBe(before);
    expect((await requests())[0]).toMatchObject({ number: 3, state: 'refused' });
  });

  it('approves another rule, too', async () => {
    await tree.press('Alt+A');
    await on.section('What needs a second person').waitFor();
    await tabTo(/^Change…$/);
    await tree.press('Enter');
    await focused(/^Every deed on keys/);
    await tree.press('ArrowUp');
    await expect
      .poll(() => form.top.getByRole('radio', { name: /^What takes something/ }).isChecked())
      .toBe(true);
    await tree.press('Enter');
    await approveByKeys();
    await noDialog();
    expect(await stage.call('approval.list', {})).toMatchObject({ rule: 'destructive' });
  });

  it('is needed to delete key material, over its plan', async () => {
    await tree.press('Alt+1');
    await tree.enter();
    await tree.press('ArrowRight');
    await tree.row(/payments-prod version 1, key/).click();
    await tree.press('Shift+F10');
    await tree.menuItem('Cloud: Synchronize…').click();
    await form.box('Delete Key Material').check();
    await focusOn(/^Delete material/);
    await tree.press('Enter');
    await approveByKeys();
    // The plan has given way to its job.
    await form.box('Delete Key Material').waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await jobsOf('key.synchronize')).map(({ state }) => state))
      .toEqual(['done']);
    await tree.press('Escape');
    await noDialog();
    expect((await requests())[0]).toMatchObject({ state: 'used', decidedBy: 'Maria' });
  });

  it('is needed to take a way into the keystore away', async () => {
    await on.go('Security and backup');
    await on.button('Remove safe').focus();
    await tree.press('Enter');
    await tabTo(/^Remove safe/);
    await tree.press('Enter');
    await approveByKeys();
    await noDialog();
    const { slots } = await stage.call('keystore.status', {});
    expect(slots.map(({ label }) => label)).not.toContain('safe');
  });

  /** A button that can be pressed, reached by Tab. */
  const focusOn = async (name: RegExp): Promise<void> => {
    await form.top
      .getByRole('button', { name })
      .and(stage.page.locator(':enabled:not([aria-disabled])'))
      .waitFor();
    await tabTo(name);
  };
});
