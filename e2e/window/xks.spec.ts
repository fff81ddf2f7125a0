import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { region } from '../support/outside-aws.ts';
import { awsRefuses } from '../xks/keystore-stage.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { picture } from './pictures/camera.ts';
import type { PictureName } from './pictures/shown.ts';
import { chosenCommand } from './reload-story.ts';
import { proxyHost, XksStage } from './xks-stage.ts';

const account = '123456789012';

describe.skipIf(!windowHere)('Key management > External Key Stores', () => {
  let stage: XksStage;
  let form: GroupFormPage;
  let ciphertext: Uint8Array;
  const faults: string[] = [];
  beforeAll(async () => {
    stage = await XksStage.open();
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
  const look = async (name: PictureName): Promise<void> => {
    // What the pointer rests on says why it is blocked, beside every landmark.
    await stage.page.mouse.move(2, 2);
    await expect.poll(() => stage.page.getByRole('tooltip').count()).toBe(0);
    await picture(stage.page, name);
    faults.push(...(await faultsOf(stage.page, name)));
  };
  const tree = () => stage.page.getByRole('treegrid', { name: 'External key stores' });
  const row = (name: RegExp) => tree().getByRole('row', { name });
  const details = () => stage.page.locator('main section[aria-label^="External key"]');
  const button = (name: string | RegExp) =>
    details().getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  const tab = (name: string) => details().getByRole('tab', { name, exact: true });
  const bottom = () => stage.page.getByRole('contentinfo');
  const closed = () => expect.poll(() => stage.page.locator('[role=dialog]').count()).toBe(0);
  /** The button of a plan, once it can be pressed. */
  const planned = (name: RegExp) =>
    form.button(name).and(stage.page.locator(':enabled:not([aria-disabled])'));
  /** Runs the plan that is open, to the end of its job. */
  const run = async (name: RegExp): Promise<void> => {
    const before = await newestJob();
    await planned(name).click();
    await expect.poll(newestJob).not.toBe(before);
    await stage.done();
    // The answer may be on its way still: a dialog that waits for one cannot be left.
    await form.top.getByText(`Job ${await newestJob()}`, { exact: true }).waitFor();
    await press('Escape');
    await closed();
  };
  /** What was lifted or enabled reaches the proxies within a second: AWS is asked until then. */
  const decrypts = (): Promise<void> =>
    expect.poll(() => stage.decrypt(ciphertext)).toBe('a secret');
  const newestJob = async () => (await stage.call('job.list', { limit: 1 })).jobs[0]?.number ?? 0;
  const awsNames = async () => (await stage.aws.journal(0)).map(({ operation }) => operation);
  const menu = async (entry: RegExp): Promise<void> => {
    await tree().focus();
    await press('Shift+F10');
    await stage.page.getByRole('menuitem', { name: entry }).click();
  };

  it('says what external key stores are while there is none', async () => {
    await press('Alt+4');
    await stage.page.getByRole('heading', { level: 1, name: 'External Key Stores' }).waitFor();
    await tree().getByText('No external key stores yet.').waitFor();
    await look('xks--empty');
  });

  it('adds a store by keyboard, with its owner, its place and a credential of its own', async () => {
    await stage.page.getByRole('button', { name: 'Add external key store…' }).focus();
    await press('Enter');
    await form.field('Name').fill('ledger');
    await form.field('Owner accounts').fill('1234');
    await form.button('Add ledger').click();
    await form.top.getByText('! An account id has 12 digits.').waitFor();
    await form.field('Owner accounts').fill(account);
    await form.field('Credential for AWS').selectOption('ledger-kms');
    await form.field('Region').fill(region);
    await form.field('Proxy URI endpoint').fill(`https://${proxyHost}`);
    await look('xks-add-store');
    await form.field('Proxy URI endpoint').focus();
    await press('Enter');
    await closed();
    await row(/^ledger, external key store, in AWS Not in AWS/).waitFor();
    await expect.poll(() => tree().evaluate((at) => at === document.activeElement)).toBe(true);
    await tab('Proxy').click();
    await stage.page.emulateMedia({ forcedColors: 'active' });
    // Without grounds and shadows the chosen part must be seen all the same.
    const edge = (name: string) => tab(name).evaluate((at) => getComputedStyle(at).outlineStyle);
    await expect.poll(() => edge('Proxy')).not.toBe('none');
    expect(await edge('Keys')).toBe('none');
    await stage.page.emulateMedia({ forcedColors: 'none' });
    await details()
      .getByText(/No proxy has been started/)
      .waitFor();
    await tab('General configuration').click();
  });

  it('creates and connects it in AWS, each by its plan and its number', async () => {
    await stage.startProxy();
    await button('Create in AWS…').click();
    await planned(/^Create ledger/).waitFor();
    await form.top.getByText(/^Plan/).waitFor();
    await look('xks-store-deed');
    await run(/^Create ledger/);
    await row(/^ledger, .* in AWS Disconnected/).waitFor();
    expect(await awsNames()).toContain('CreateCustomKeyStore');
    await button('Connect…').click();
    await run(/^Connect ledger/);
    await row(/^ledger, .* in AWS Connected/).waitFor();
  });

  it('makes external key and KMS key in one action, and serves it', async () => {
    await button('Create KMS key…').click();
    await form.field('Name').fill('payments');
    await form.field('Alias').fill('ledger-payments');
    await form.top.getByRole('radio', { name: /^In this HSM only/ }).check();
    await form.top.getByText(/I know that this key exists in this HSM only/).waitFor();
    await expect
      .poll(() => form.button(/^Make external key/).getAttribute('aria-disabled'))
      .toBe('true');
    await look('xks-add-key');
    await form.top.getByRole('radio', { name: /^Kept and backed up/ }).check();
    await press('Enter');
    await planned(/^Create KMS key for payments/).waitFor();
    await look('xks-key-deed');
    await run(/^Create KMS key for payments/);
    await row(/^payments, external key, in AWS Enabled, here Enabled/).click();
    ciphertext = await stage.encrypt('alias/ledger-payments', 'a secret');
    await decrypts();
  });

  it('S2-028, S2-030: shows the connection state at the store and at the key', async () => {
    await tab('Cryptographic configuration').click();
    const section = details().getByRole('region', { name: 'Custom key store' });
    await section.getByText('CONNECTED', { exact: true }).waitFor();
    await section.getByText('External key ID').waitFor();
    await look('xks--key');
    await row(/^ledger/).click();
    await details().getByText('The last connect worked', { exact: false }).waitFor();
    await look('xks');
    await tab('Proxy').click();
    await details()
      .getByRole('row', { name: /^one (Active|Degraded)/ })
      .waitFor();
    await details().getByRole('table', { name: 'The last minute' }).waitFor();
    await look('xks--proxy');
    await tab('General configuration').click();
    await tree().focus();
    await press('Shift+F10');
    await stage.page.getByRole('menu').waitFor();
    await look('menu--xks-store');
    await press('Escape');
  });

  it('matches calls with CloudTrail, and asks for the certificate of the proxies', async () => {
    await row(/^ledger/).click();
    await tab('Proxy').click();
    await button('Match with CloudTrail…').click();
    await form.top.getByRole('button', { name: 'Match the calls' }).waitFor();
    await form.field('Records of CloudTrail').fill(await stage.trail());
    await press('Enter');
    await form.top.getByText(/^✓ Both sides tell the same of/).waitFor();
    await look('xks-reconcile');
    await press('Escape');
    await closed();
    await button('Request a certificate…').click();
    await expect.poll(() => form.field('Name').inputValue()).toBe(proxyHost);
    await press('Enter');
    await form.top.getByLabel(`Request for ${proxyHost}`).waitFor();
    await look('xks-request-certificate');
    await press('Escape');
    await closed();
    await details().getByText(`▸ Asked for ${proxyHost}`, { exact: false }).waitFor();
    await button('Import a certificate…').click();
    await form.field('Certificate and chain').fill(stage.certificate());
    await form.button('Import the certificate').click();
    await form.top.getByText(/does not belong to the key of the request/).waitFor();
    await look('xks-import-certificate');
    await press('Escape');
    await closed();
    await tab('General configuration').click();
  });

  it('finds a key by its external key id, and goes there', async () => {
    const { xksKeyId } = await stage.call('xksKey.show', { key: 'ledger/payments' });
    await press('Control+f');
    await stage.page.getByRole('combobox', { name: /^Find/ }).fill(xksKeyId);
    await stage.page.getByRole('option', { name: /payments/ }).waitFor();
    await press('Enter');
    await details().getByRole('heading', { name: 'payments' }).waitFor();
  });

  it('rotates the key by the menu; AWS sees nothing of it', async () => {
    await row(/^payments/).click();
    const mark = await stage.aws.mark();
    await menu(/Rotate…$/);
    await form.button('Rotate payments').waitFor();
    await look('xks-rotate-key');
    await press('Enter');
    await closed();
    await bottom()
      .getByText(/Version 2 encrypts now/)
      .waitFor();
    expect(await stage.aws.calls(mark)).toEqual([]);
    await decrypts();
    await tab('Versions').click();
    await details()
      .getByRole('row', { name: /^2 encrypts and decrypts/ })
      .waitFor();
  });

  it('blocks at once and says what follows; the block is lifted', async () => {
    for (const [thing, label] of [
      [/^payments/, 'Block payments'],
      [/^ledger/, 'Block ledger'],
    ] as const) {
      await row(thing).click();
      await button('Block at once…').click();
      await form.top.getByText(/caches? data keys|cached data keys/).waitFor();
      await look('xks-stop');
      await form.button(label).click();
      await closed();
      await row(/^payments, .* here Blocked/).waitFor();
      expect(await awsRefuses(stage.decrypt(ciphertext))).toContain('KMSInvalidStateException');
      await button('Lift the block').click();
      await row(/^payments, .* here Enabled/).waitFor();
      await decrypts();
    }
  });

  it('rehearses a block of one key in a scope, which ends by itself or at once', async () => {
    await row(/^payments/).click();
    await menu(/Rehearse a block…$/);
    await form.field('Caller').fill('arn:aws:iam::*:root');
    await look('xks-rehearse');
    await form.button('Block payments for 5 minutes').click();
    await closed();
    await row(/^payments, .* here Block rehearsed/).waitFor();
    expect(await awsRefuses(stage.decrypt(ciphertext))).toContain('KMSInvalidStateException');
    await button('Lift the block').click();
    await row(/^payments, .* here Enabled/).waitFor();
    await decrypts();
    await row(/^ledger/).click();
  });

  it('adds a rule, and says what it would refuse', async () => {
    await tab('Owners and rules').click();
    await button('Add rule…').click();
    await form.field('Name').fill('no reports');
    await form.field('Caller').fill('arn:aws:iam::*:role/reports');
    await look('xks-add-rule');
    await form.button('Add rule no reports').click();
    await closed();
    await details()
      .getByRole('row', { name: /^no reports/ })
      .waitFor();
    await look('xks--rules');
    await button('Try rules out only').click();
    await details().getByText('! tried out only:').waitFor();
    await button('Try a request…').click();
    await form.field('Caller').fill(`arn:aws:iam::${account}:role/reports`);
    await form.field('KMS key').fill(`arn:aws:kms:${region}:${account}:key/1`);
    await form.button('Try this request').click();
    await form.top.getByText('! Let in today; refused once its rules refuse').waitFor();
    await form.top.getByText('Decided by no reports.').waitFor();
    await look('xks-try-rules');
    await press('Escape');
    await closed();
    await button('Remove rule no reports').click();
    await details()
      .getByText(/^No rules/)
      .waitFor();
  });

  it('exchanges the credential as one job, with two accepted meanwhile', async () => {
    await tab('Credentials').click();
    await button('Write the newest pair to a file…').click();
    await form.field('File').fill('/tmp/credential.json');
    await look('xks-write-credential');
    await press('Escape');
    await closed();
    await button('Make a second pair').click();
    await expect.poll(() => button(/^Retire /).count()).toBe(2);
    await look('xks--credentials');
    await button(/^Retire /)
      .first()
      .click();
    await form.top.getByRole('checkbox').check();
    await look('xks-remove');
    await press('Escape');
    await closed();
    await button('Rotate proxy credential…').click();
    await run(/^Rotate credential of ledger/);
    await expect
      .poll(() =>
        details()
          .getByText(/^– Retired$/)
          .count(),
      )
      .toBe(1);
    await decrypts();
    await tab('General configuration').click();
  });

  it('allows a second KMS key by a clear yes only, and edits what AWS is told later', async () => {
    const other = `arn:aws:kms:${region}:${account}:key/0b7a1c2d-1111-4222-8333-444455556691`;
    await row(/^payments/).click();
    await tab('KMS keys').click();
    const answer = await stage.askAs(other, 'ledger', 'payments');
    expect(answer.body).toMatchObject({ errorName: 'AccessDeniedException' });
    const refused = details().getByRole('table', { name: 'Refused KMS keys' });
    await refused.getByRole('row', { name: /ledger\/payments/ }).waitFor();
    await look('xks--refused');
    await menu(/Allow another KMS key…$/);
    await form.field('ARN of the KMS key').fill(other);
    await expect
      .poll(() => form.button('Allow this KMS key').getAttribute('aria-disabled'))
      .toBe('true');
    await form.top.getByRole('checkbox').check();
    await look('xks-allow-kms-key');
    await form.button('Allow this KMS key').click();
    await closed();
    await tab('KMS keys').click();
    await details().getByText('allowed by a person').waitFor();
    await row(/^ledger/).click();
    await button('Edit…').click();
    await form.field('Requests a second, at most').fill('900');
    await look('xks-edit-store');
    await press('Enter');
    await closed();
    await details().getByText('900', { exact: true }).waitFor();
  });

  it('disconnects only once its name was typed, and says what follows', async () => {
    await press('Control+k');
    await stage.page.getByRole('combobox', { name: /command/i }).fill('Disconnect ledger');
    await stage.page.getByRole('option', { name: 'Disconnect ledger…' }).waitFor();
    await chosenCommand(stage.page).waitFor();
    await press('Enter');
    await form.top.getByText(/Services that cached data keys go on/).waitFor();
    await form.top.getByLabel('Type ledger to go on').fill('ledger');
    await run(/^Disconnect ledger/);
    await row(/^ledger, .* in AWS Disconnected/).waitFor();
    expect(await awsRefuses(stage.decrypt(ciphertext))).toContain('KMSInvalidStateException');
  });
});
