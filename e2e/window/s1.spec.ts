import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { practiceRoot } from '../support/outside-aws.ts';
import { editedPolicy, policyTemplate } from '../support/policies.ts';
import { tokenLabel } from '../support/soft-hsm.ts';
import { GroupFormPage } from './group-form-page.ts';
import { HsmStage } from './hsm-stage.ts';
import type { JobStage } from './job-story.ts';
import { JobsPage } from './jobs-page.ts';
import { TreePage } from './tree-page.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const alias = 'alias/payments-prod';

/** The acceptance lines of HSM protected key groups, in the order in which a person meets them. */
describe.skipIf(!windowHere)('an HSM Protected key group in the window', () => {
  let hsm: HsmStage;
  let on: JobStage;
  let tree: TreePage;
  let form: GroupFormPage;
  let jobs: JobsPage;
  beforeAll(async () => {
    hsm = await HsmStage.open();
    on = hsm.jobs;
    tree = new TreePage(on.page);
    form = new GroupFormPage(on.page);
    jobs = new JobsPage(on.page);
  });
  afterAll(() => hsm?.[Symbol.asyncDispose]());

  const place = (name: string) =>
    on.page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name }).click();
  const closeAll = async () => {
    await on.page.keyboard.press('Escape');
    await on.page.getByRole('dialog').waitFor({ state: 'hidden' });
  };
  const keyIdOf = async (version: number): Promise<string> => {
    const { keys } = await on.call('key.list', { group: 'payments-prod' });
    return keys.find((key) => key.version === version)?.remote?.keyId ?? '';
  };
  /** Cloud > Force Rotate by right-click, its plan, and the job to its end. */
  const rotateByMouse = async (version: number): Promise<void> => {
    await tree.row(/payments-prod, key group/).click({ button: 'right' });
    await tree.menuItem('Cloud: Force Rotate…').click();
    await form.button('Rotate payments-prod (practice)').click();
    await jobs.dialog.getByText(/payments-prod rotated\.$/).waitFor();
    await jobs.dialog.getByText(new RegExp(`Version ${version} .* now holds ${alias}`)).waitFor();
  };
  /** Cloud > Synchronize of one key by right-click. */
  const synchronizeByMouse = async (version: number): Promise<void> => {
    await tree.row(new RegExp(`payments-prod version ${version}, key`)).click({ button: 'right' });
    await tree.menuItem('Cloud: Synchronize…').click();
    await form.heading(`Synchronize “payments-prod”, version ${version}?`).waitFor();
  };

  it('S1-011: a credential comes from the CSV file that AWS gave', async () => {
    await place('Credentials');
    await on.page.getByRole('button', { name: 'Import credential…' }).click();
    const { accessKeyId, secretAccessKey } = practiceRoot;
    await form.top.locator('input[type=file]').setInputFiles({
      name: 'payments-kms_accessKeys.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        `Access key ID,Secret access key\r\n${accessKeyId},${secretAccessKey}\r\n`,
      ),
    });
    await form.field('Name in this keystore').fill('payments-kms');
    await form.field('Address of the practice KMS').fill(on.aws.url);
    await form.button('Import payments-kms').click();
    await form.button('Test connection').click();
    await form.top.getByText(/^✓ Connected$/).waitFor();
    await closeAll();
    const row = on.page.getByRole('grid', { name: 'Credentials' }).getByRole('row');
    await row.filter({ hasText: 'payments-kms' }).getByText('Connected').waitFor();
  });

  it('S1-004 to S1-006: right-click, Add > Key Group, Symmetric and HSM Protected', async () => {
    await place('Key Groups');
    await tree.grid.click({ button: 'right', position: { x: 200, y: 300 } });
    await tree.menuItem('Add: Key Group…').click();
    const choice = (group: string, name: RegExp) =>
      form.top.getByRole('group', { name: group }).getByRole('radio', { name });
    await expect.poll(() => choice('Key Type', /^Symmetric/).isChecked()).toBe(true);
    await choice('Storage Location', /^Software Protected/).check();
    await choice('Storage Location', /^HSM Protected/).check();
    await form.top.getByText(`Made in HSM “${tokenLabel}”`).waitFor();
    await form.button('Continue').click();
    await form.top.getByText('HSM Protected · Symmetric').waitFor();
  });

  it('S1-007 to S1-017: the tab Group, each field', async () => {
    await expect.poll(() => form.tab('Group').getAttribute('aria-selected')).toBe('true');
    await form.field('Name').fill('payments-prod');
    const chosen = (label: string) => form.field(label).locator('option:checked').innerText();
    await expect.poll(() => chosen('Service')).toBe('Amazon Web Services');
    await expect.poll(() => chosen('Key Type')).toBe('AES');
    await expect.poll(() => chosen('Key Length')).toBe('AES-256');
    await expect.poll(() => chosen('Key Usage')).toBe('Encrypt + Decrypt');
    await expect.poll(() => form.button(/^Select credential/).innerText()).toBe('Select');
    await form.selectCredential('payments-kms');
    await expect.poll(() => form.box('Rotate Key').isChecked()).toBe(true);
    await form.field('Rotate Every').fill('6');
    await form.field('Keep key valid for').fill('18');
    const sentence = form.top.getByRole('region', { name: 'What new keys will be and do' });
    const told = /AES-256 keys are made in HSM “BYOK-A” and rotated every 6 months\. .*18 months/;
    await expect.poll(() => sentence.innerText()).toMatch(told);
  });

  it('S1-018 to S1-025: the tab AWS Properties, each field', async () => {
    await form.tab('AWS Properties').click();
    await expect.poll(() => form.field('Alias').inputValue()).toBe('payments-prod');
    await form.field('Description').fill('Cards of the shop');
    await form.chooseRegion('ireland');
    await expect.poll(() => form.field('Active Key ID').inputValue()).toBe('');
    await form.top.locator('input[type=file]').setInputFiles({
      name: 'payments-policy.json',
      mimeType: 'application/json',
      buffer: Buffer.from(policyTemplate),
    });
    await form.top.getByText('payments-policy.json, 1 statement').waitFor();
    await form.button('Read the policy').click();
    await form.top.getByText(/Allows account 123456789012/).waitFor();
    await on.page.keyboard.press('Escape');
    await expect.poll(() => form.box('Disable key after rotating').isChecked()).toBe(false);
    await form.box('Disable key after rotating').check();
    await form.field('Days to wait before disabling').fill('7');
    await form.button('Add Group').click();
    await tree.row(/^payments-prod, key group/).waitFor();
    const { group, policy } = await on.call('group.show', { group: 'payments-prod' });
    expect(group).toMatchObject({
      storage: 'hsm',
      credentialName: 'payments-kms',
      keyType: 'AES',
      keyLength: 256,
      keyUsage: 'encrypt-decrypt',
      rotate: true,
      rotateEvery: { amount: 6, unit: 'months' },
      keepValidFor: { amount: 18, unit: 'months' },
      alias: 'payments-prod',
      description: 'Cards of the shop',
      region: 'eu-west-1',
      disableAfterRotating: true,
      disableWaitDays: 7,
    });
    expect(JSON.parse(policy ?? '')).toEqual(JSON.parse(policyTemplate));
  });

  it('S1-026, S1-032 to S1-034, S1-040: Cloud > Force Rotate makes the first key, and sends it', async () => {
    await rotateByMouse(1);
    await jobs.dialog
      .getByText(/Rotate HSM protected keys: payments-prod/)
      .first()
      .waitFor();
    await closeAll();
    const keyId = await keyIdOf(1);
    expect(keyId).toMatch(uuid);
    expect(await on.aws.holder(alias)).toBe(keyId);
    const held = await on.aws.key(keyId);
    expect(held.metadata).toMatchObject({ KeyState: 'Enabled', Description: /Cards of the shop/ });
    expect(JSON.parse(held.policy)).toEqual(JSON.parse(policyTemplate));
  });

  it('S1-022: Active Key ID is the KMS key that holds the alias', async () => {
    await tree.row(/^payments-prod, key group/).click();
    await tree.press('Alt+Enter');
    await form.tab('AWS Properties').click();
    await expect.poll(() => form.field('Active Key ID').inputValue()).toBe(await keyIdOf(1));
    await closeAll();
  });

  it('S1-035 to S1-038: Logging and Reporting > Jobs lists it; a double click shows its steps', async () => {
    await jobs.open();
    await jobs.grid.getByText('Rotate HSM protected keys: payments-prod').waitFor();
    const [job] = (await on.call('job.list', {})).jobs;
    await jobs.openJob(job?.number ?? 0);
    await jobs.dialog.getByText(/payments-prod rotated\.$/).waitFor();
    await jobs.dialog.getByRole('button', { name: /Generate .*, done/ }).waitFor();
    await closeAll();
  });

  it('S1-039: Key Management > Keys shows the key under its group', async () => {
    await place('Keys');
    const keys = on.page.getByRole('grid', { name: 'Keys' });
    await keys.getByRole('row', { name: /payments-prod\/1/ }).waitFor();
    await place('Key Groups');
    await tree.row(/^payments-prod, key group/).click();
    await tree.press('ArrowRight');
    await tree.row(/^payments-prod version 1, key, Active, alias/).waitFor();
  });

  it('S1-027, S1-041, S1-042: a second Force Rotate lists its key next to the first; the alias moves', async () => {
    const first = await keyIdOf(1);
    await rotateByMouse(2);
    await closeAll();
    await tree.row(/^payments-prod version 2, key, Active, alias/).waitFor();
    await tree.row(/^payments-prod version 1, key, Decrypts only/).waitFor();
    const second = await keyIdOf(2);
    expect(second).not.toBe(first);
    expect(await on.aws.holder(alias)).toBe(second);
    const { aliases } = await on.aws.held();
    expect(aliases.filter(({ target }) => target === first)).toEqual([]);
  });

  it('S1-044 to S1-046: Synchronize offers Delete Key Material off, the other two on', async () => {
    await on.aws.putPolicy(await keyIdOf(1), editedPolicy);
    await synchronizeByMouse(1);
    await expect.poll(() => form.box('Delete Key Material').isChecked()).toBe(false);
    await expect.poll(() => form.box('Update Policy').isChecked()).toBe(true);
    await expect.poll(() => form.box('Import Key Material').isChecked()).toBe(true);
  });

  it('S1-028, S1-047: it brings the KMS key of an earlier version in line, as a job with progress', async () => {
    const first = await keyIdOf(1);
    await form.button('Import material and update policy (practice)').click();
    await jobs.dialog.getByText(/version 1: policy put back, material imported again\.$/).waitFor();
    await jobs.dialog.getByText('Synchronize HSM protected key: payments-prod/1').first().waitFor();
    await closeAll();
    expect(JSON.parse((await on.aws.key(first)).policy)).toEqual(JSON.parse(policyTemplate));
    expect(await on.aws.holder(alias)).toBe(await keyIdOf(2));
    await jobs.open();
    await jobs.grid.getByText('Synchronize HSM protected key: payments-prod/1').first().waitFor();
    await place('Key Groups');
  });

  it('S1-030, S1-043: it deletes the material of a formerly active key in AWS', async () => {
    const first = await keyIdOf(1);
    await synchronizeByMouse(1);
    await form.box('Delete Key Material').check();
    await form.button('Delete material from AWS (practice)').click();
    await jobs.dialog.getByText(/version 1: material deleted from AWS/).waitFor();
    await expect
      .poll(async () => (await on.aws.key(first)).metadata.KeyState)
      .toBe('PendingImport');
    await closeAll();
    await tree.row(/^Material gone: payments-prod version 1/).waitFor();
  });

  it('S1-029: and puts it back from the saved copy', async () => {
    const first = await keyIdOf(1);
    await synchronizeByMouse(1);
    await form.top.getByText('Nothing to delete: AWS has no material now.').waitFor();
    await form.button('Import material and update policy (practice)').click();
    await jobs.dialog.getByText(/version 1: .*material imported/).waitFor();
    await closeAll();
    expect((await on.aws.key(first)).metadata.KeyState).toBe('Enabled');
    await tree.row(/^payments-prod version 1, key, Decrypts only/).waitFor();
  });

  it('S1-031: Administration > Configuration says that this device is the designated one', async () => {
    await place('Configuration');
    const options = on.page.getByRole('region', { name: 'HSM Protected Key Options' });
    await options.getByText('this one', { exact: true }).waitFor();
  });
});
