import { join } from 'node:path';
import { GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { region } from '../support/outside-aws.ts';
import { windowHere } from '../support/window-stage.ts';
import { awsRefuses } from '../xks/keystore-stage.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { proxyHost, XksStage } from './xks-stage.ts';

const account = '123456789012';
const file = (name: string, text: string) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(text),
});
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'KeptHere',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});

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
    await press('Alt+4');
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
    await planned(name).click();
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
  const planned = (name: RegExp) =>
    form.button(name).and(stage.page.locator(':enabled:not([aria-disabled])'));
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

  /** What is no policy goes nowhere; what is one is read out before it does. */
  const importsPolicy = async (): Promise<void> => {
    const input = form.top.locator('input[type=file]');
    await input.setInputFiles(file('large.json', 'x'.repeat(40_000)));
    await form.top.getByText(/large.json was not imported/).waitFor();
    await input.setInputFiles(file('wrong.json', 'not JSON'));
    await form.top.getByText(/not a usable key policy/).waitFor();
    await expect
      .poll(() => form.button(/^Look at the plan/).getAttribute('aria-disabled'))
      .toBe('true');
    await input.setInputFiles(file('ledger-policy.json', policy));
    await form.top.getByText('ledger-policy.json, 1 statement').waitFor();
    await expect.poll(() => form.top.getByText(/not a usable key policy/).count()).toBe(0);
    await form.button('Read the policy').click();
    await form.top.getByText(/Allows account 123456789012/).waitFor();
    await press('Escape');
    await form.button('Read the policy').waitFor();
  };

  it('keeps external keys by software, and says what that is worth', async () => {
    await press('Alt+4');
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
    await importsPolicy();
    await look('xks-add-key, software');
    await form.field('Alias').focus();
    await press('Enter');
    await form.top.getByText(/^Key policy: the one given \(1 statement, SHA-256 /).waitFor();
    await run(/^Create KMS key for payments/);
    const { kmsKeyArn } = await stage.call('xksKey.show', { key: 'ledger/payments' });
    const asked = new GetKeyPolicyCommand({ KeyId: kmsKeyArn ?? '' });
    expect((await stage.aws.kms(region).send(asked)).Policy).toContain('"KeptHere"');
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
    await planned(/^Close/).waitFor();
    await press('Escape');
    await closed();
    await row(/^ledger-one, .* in AWS Connected/).waitFor();
  });

  it('S3-163: holds the audit of the proxy against an export of its own log', async () => {
    const to = stage.at('audit.jsonl');
    const { fingerprint } = await stage.call('audit.export', { to });
    const { folder } = await stage.call('xks.status', {});
    await press('Alt+6');
    await stage.page.getByRole('button', { name: 'Verify an export…' }).click();
    await form.field('File').fill(to);
    await form.field('Fingerprint of the signing key').fill(fingerprint);
    const segments = form.field('Audit folder of an XKS proxy (optional)');
    await segments.fill('segments');
    await expect
      .poll(() => form.button('Verify the export').getAttribute('aria-disabled'))
      .toBe('true');
    await segments.fill(join(folder, 'nodes/one/audit'));
    await press('Enter');
    await form.top.getByText(/^Proved: all \d+ records are as they were written\./).waitFor();
    await form.top.getByText(/records? as the audit log has them/).waitFor();
    await look('verify-audit, segments');
    await segments.fill('');
    await press('Enter');
    await form.top.getByText(/^Proved: all/).waitFor();
    await expect
      .poll(() => form.top.getByText(/records? as the audit log has them/).count())
      .toBe(0);
    await press('Escape');
    await closed();
    await press('Alt+4');
  });

  it('lets go of a KMS key only once AWS has none, and its name was typed', async () => {
    await row(/^payments/).click();
    await menu(/Let go of a KMS key that is gone…$/);
    await form.top
      .getByText(/reads Disabled/)
      .first()
      .waitFor();
    await expect.poll(() => planned(/^Let go of/).count()).toBe(0);
    await press('Escape');
    await closed();
    await menu(/Schedule deletion of KMS key…$/);
    await typeName('payments');
    await run(/^Schedule/);
    await stage.aws.advance(31 * 86_400);
    await menu(/Let go of a KMS key that is gone…$/);
    await form.top
      .getByText(/can ever be read again/)
      .first()
      .waitFor();
    await expect.poll(() => form.button(/^Let go/).getAttribute('aria-disabled')).toBe('true');
    await typeName('payments');
    await look('xks-key-deed, release');
    await run(/^Let go/);
    await row(/^payments, external key, in AWS No KMS key/).waitFor();
    const free = await stage.call('xksKey.show', { key: 'ledger-one/payments' });
    expect(free).toMatchObject({ kmsKeyArn: null, bindings: [] });
    // the next KMS key of a key that is there is given its policy beside the plan
    await menu(/Create KMS key…$/);
    await form.top.getByText(/^Key policy: AWS's default/).waitFor();
    await form.top.locator('input[type=file]').setInputFiles(file('ledger-policy.json', policy));
    await form.top.getByText(/^Key policy: the one given \(1 statement, SHA-256 /).waitFor();
    await look('xks-key-deed, create');
    await press('Escape');
    await closed();
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
