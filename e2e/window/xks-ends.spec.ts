import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { region } from '../support/outside-aws.ts';
import { windowHere } from '../support/window-stage.ts';
import { awsRefuses } from '../xks/keystore-stage.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { proxyHost, XksStage } from './xks-stage.ts';

const account = '123456789012';

/** What xks.spec.ts leaves out: software storage, what goes wrong, and how everything ends. */
describe.skipIf(!windowHere)('External Key Stores, to their end', () => {
  let stage: XksStage;
  let form: GroupFormPage;
  let ciphertext: Uint8Array;
  const faults: string[] = [];
  beforeAll(async () => {
    stage = await XksStage.open('software');
    form = new GroupFormPage(stage.page);
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());
  // What a failed test left open is not the next one's.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') {
      expect(faults.splice(0)).toEqual([]);
      return;
    }
    await stage.page.reload();
    await stage.page.getByRole('navigation', { name: 'Places' }).waitFor();
  });

  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await stage.page.keyboard.press(key);
  };
  /** For every eye, in a small window and at a zoom of 200 %. */
  const look = async (name: string): Promise<void> => {
    await stage.page.mouse.move(2, 2);
    await expect.poll(() => stage.page.getByRole('tooltip').count()).toBe(0);
    faults.push(...(await faultsOf(stage.page, name)));
  };
  const tree = () => stage.page.getByRole('treegrid', { name: 'External key stores' });
  const row = (name: RegExp) => tree().getByRole('row', { name });
  const details = () => stage.page.locator('main section[aria-label^="External key"]');
  const button = (name: string | RegExp) =>
    details().getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  const closed = () => expect.poll(() => stage.page.locator('[role=dialog]').count()).toBe(0);
  /** What was lifted or enabled reaches the proxies within a second: AWS is asked until then. */
  const decrypts = (): Promise<void> =>
    expect.poll(() => stage.decrypt(ciphertext)).toBe('a secret');
  const newestJob = async () => (await stage.call('job.list', { limit: 1 })).jobs[0]?.number ?? 0;
  /** Presses the button of the plan that is open, once it can be pressed, and waits for its job. */
  const start = async (name: RegExp): Promise<void> => {
    const before = await newestJob();
    await form.button(name).and(stage.page.locator(':enabled:not([aria-disabled])')).click();
    await expect.poll(newestJob).not.toBe(before);
  };
  const run = async (name: RegExp): Promise<void> => {
    await start(name);
    await stage.done();
    // The answer may be on its way still: a dialog that waits for one cannot be left.
    await form.top.getByText(`Job ${await newestJob()}`, { exact: true }).waitFor();
    await press('Escape');
    await closed();
    await focusIsSomewhere();
  };
  const menu = async (entry: RegExp): Promise<void> => {
    await tree().focus();
    await press('Shift+F10');
    await stage.page.getByRole('menuitem', { name: entry }).click();
  };
  const focusIsSomewhere = (): Promise<void> =>
    expect
      .poll(() => stage.page.evaluate(() => document.activeElement !== document.body))
      .toBe(true);
  const calls = async () => (await stage.aws.journal(0)).map(({ operation }) => operation);
  const typeName = (name: string) => form.top.getByLabel(`Type ${name} to go on`).fill(name);

  it('keeps external keys by software, and says what that is worth', async () => {
    await press('Alt+3');
    await stage.page.getByRole('button', { name: 'Add external key store…' }).click();
    await form.field('Name').fill('ledger');
    await form.field('Owner accounts').fill(account);
    await form.top.getByRole('radio', { name: /^By software on this computer/ }).check();
    await form.field('Credential for AWS').selectOption('ledger-kms');
    await form.field('Region').fill(region);
    await form.field('Proxy URI endpoint').fill(`https://${proxyHost}`);
    await press('Enter');
    await closed();
    await row(/^ledger, external key store, in AWS Not in AWS/).waitFor();
    expect((await stage.call('xks.status', {})).storage).toBe('software');
    await stage.startProxy();
    await button('Create in AWS…').click();
    await run(/^Create ledger/);
    await button('Connect…').click();
    await run(/^Connect ledger/);
    await row(/^ledger, .* in AWS Connected/).waitFor();
    await button('Create KMS key…').click();
    await form.field('Name').fill('payments');
    await form.field('Alias').fill('ledger-payments');
    await form.top.getByText('! Software protected.').waitFor();
    expect(await form.top.getByRole('radio').count()).toBe(0);
    await look('xks-add-key, software');
    await form.field('Alias').focus();
    await press('Enter');
    await run(/^Create KMS key for payments/);
    await row(/^payments, external key, in AWS Enabled, here Enabled/).click();
    await details()
      .getByText(/served on this computer only unless signed off/)
      .waitFor();
    ciphertext = await stage.encrypt('alias/ledger-payments', 'a secret');
  });

  it('disables an external key here, and enables it again', async () => {
    await button('Disable…').click();
    await form.top.getByText(/AWS goes on showing the KMS key as Enabled/).waitFor();
    await look('xks-stop, disable');
    await form.button('Disable payments').click();
    await closed();
    await row(/^payments, .* here Disabled/).waitFor();
    await focusIsSomewhere();
    expect(await awsRefuses(stage.decrypt(ciphertext))).toContain('KMSInvalidStateException');
    await button('Enable').focus();
    await press('Enter');
    await row(/^payments, .* here Enabled/).waitFor();
    await focusIsSomewhere();
    await decrypts();
  });

  it('disables the KMS key in AWS by its plan, and enables it again', async () => {
    await menu(/Disable KMS key…$/);
    await form.button(/^Disable/).waitFor();
    await look('xks-key-deed, disable');
    await run(/^Disable/);
    await row(/^payments, external key, in AWS Disabled/).waitFor();
    expect(await awsRefuses(stage.decrypt(ciphertext))).toContain('DisabledException');
    await menu(/Enable KMS key…$/);
    await run(/^Enable/);
    await row(/^payments, external key, in AWS Enabled/).waitFor();
    await decrypts();
  });

  it('schedules the deletion of the KMS key once its name was typed, and cancels it', async () => {
    await menu(/Schedule deletion of KMS key…$/);
    await form.field('AWS waits, in days').fill('3');
    await form.top.getByText('! 7 to 30; planned with 30').waitFor();
    await form.field('AWS waits, in days').fill('7');
    await typeName('payments');
    await look('xks-key-deed, schedule-deletion');
    await run(/^Schedule/);
    await row(/^payments, external key, in AWS Pending deletion/).waitFor();
    const [scheduled] = (await stage.aws.journal(0)).filter(
      ({ operation }) => operation === 'ScheduleKeyDeletion',
    );
    expect(JSON.stringify(scheduled)).toContain('"PendingWindowInDays":7');
    await menu(/Cancel deletion of KMS key…$/);
    await run(/^Cancel the deletion|^Cancel deletion/);
    await row(/^payments, external key, in AWS Disabled/).waitFor();
  });

  it('tells AWS of what was edited here, by a plan of its own', async () => {
    await row(/^ledger/).click();
    await button('Edit…').click();
    await form.field('Name').fill('ledger-one');
    await press('Enter');
    await closed();
    await row(/^ledger-one/).waitFor();
    expect(await calls()).not.toContain('UpdateCustomKeyStore');
    await button('Update in AWS…').click();
    await form.button(/^Update/).waitFor();
    await look('xks-store-deed, update');
    await run(/^Update/);
    expect(await calls()).toContain('UpdateCustomKeyStore');
  });

  it('says why AWS could not connect, and what to do, and connects once that is mended', async () => {
    await button('Disconnect…').click();
    await typeName('ledger-one');
    await run(/^Disconnect/);
    await stage.stopProxy();
    await button('Connect…').click();
    await start(/^Connect ledger-one/);
    await form.top.getByText('WHAT TO DO', { exact: false }).first().waitFor();
    await look('job, connect failed');
    await press('Escape');
    await closed();
    await row(/^ledger-one, .* in AWS Failed/).waitFor();
    await details()
      .getByText(/^! Not connected: /)
      .waitFor();
    await details().getByText('XKS_PROXY_NOT_REACHABLE').waitFor();
    await look('xks--failed');
    await stage.startProxy();
    await stage.page.getByRole('button', { name: 'Show job', exact: true }).click();
    await form.button(/^Continue/).click();
    await stage.done();
    await press('Escape');
    await closed();
    await row(/^ledger-one, .* in AWS Connected/).waitFor();
  });

  it('deletes a store in AWS, then here, and the focus stays at the tree', async () => {
    const place = { credential: 'ledger-kms', region, endpoint: `https://${proxyHost}` };
    await stage.call('xksStore.add', { name: 'spare', accounts: [account], ...place });
    await row(/^spare/).click();
    await button('Create in AWS…').click();
    await run(/^Create spare/);
    await button('Delete in AWS…').click();
    await form.button(/^Delete/).waitFor();
    await typeName('spare');
    await look('xks-store-deed, delete');
    await run(/^Delete/);
    await row(/^spare, .* in AWS Not in AWS/).waitFor();
    expect(await calls()).toContain('DeleteCustomKeyStore');
    await menu(/Remove…$/);
    await form.top.getByRole('checkbox').check();
    await form.button('Remove spare').click();
    await closed();
    await expect.poll(() => row(/^spare/).count()).toBe(0);
    await expect
      .poll(() => stage.page.evaluate(() => document.activeElement?.getAttribute('role')))
      .toBe('treegrid');
  });
});
