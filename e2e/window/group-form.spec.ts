import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regions } from '../../electron/core/cloud/regions.ts';
import { regionChoices } from '../../renderer/features/group-form/regions.ts';
import { windowHere } from '../support/window-stage.ts';
import { policyTemplate, policyWithoutImport } from '../support/policies.ts';
import { axeFindings } from './accessible.ts';
import { faultsOf } from './every-look.ts';
import { EntryPage } from './entry-page.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { TreePage } from './tree-page.ts';

const json = (text: string, name: string) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(text),
});

describe('the list of Regions', () => {
  it('is the one of the core', () => {
    expect(regionChoices.map(({ code, name, note }) => [code, name, note])).toEqual(
      regions.map(({ code, name, note }) => [code, name, note ?? null]),
    );
  });
});

describe.skipIf(!windowHere)('Add Key Group and Properties', () => {
  let stage: JobStage;
  let form: GroupFormPage;
  let tree: TreePage;
  beforeAll(async () => {
    stage = await JobStage.open();
    await stage.addGroup('archive');
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.grid.waitFor();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  it('begins with Key Type and Storage Location', async () => {
    await tree.grid.click({ button: 'right', position: { x: 200, y: 300 } });
    await tree.menuItem(/Key Group…/).click();
    await form.heading('Add Key Group').waitFor();
    const type = form.top.getByRole('group', { name: 'Key Type' });
    await expect.poll(() => type.getByRole('radio', { name: /^Symmetric/ }).isChecked()).toBe(true);
    for (const other of [/^Asymmetric/, /^HMAC/]) {
      await expect.poll(() => type.getByRole('radio', { name: other }).isEnabled()).toBe(true);
    }
    const place = form.top.getByRole('group', { name: 'Storage Location' });
    await expect
      .poll(() => place.getByRole('radio', { name: /^HSM Protected/ }).isDisabled())
      .toBe(true);
    await expect.poll(() => place.getByText('No HSM is attached.').isVisible()).toBe(true);
    await expect
      .poll(() => place.getByRole('radio', { name: /^Software Protected/ }).isChecked())
      .toBe(true);
    expect(await axeFindings(stage.page)).toEqual([]);
    await stage.page.keyboard.press('Enter');
    await form.field('Name').waitFor();
  });

  it('has length, curve and usage follow the type that is chosen', async () => {
    const family = async (name: RegExp) => {
      await form.button('Back').click();
      await form.top.getByRole('radio', { name }).check();
      await form.button('Continue').click();
    };
    const sentence = form.top.getByRole('region', { name: 'What new keys will be and do' });
    await family(/^HMAC/);
    await sentence.getByText(/New HMAC-256 keys/).waitFor();
    await form.field('Key Length').selectOption('HMAC-512');
    await sentence.getByText(/New HMAC-512 keys/).waitFor();
    await family(/^Asymmetric/);
    await form.field('Key Type').selectOption('ECC');
    await form.field('Curve').selectOption('P-384');
    await form.field('Key Usage').selectOption('Key Agreement');
    await sentence.getByText(/New ECC P-384 keys/).waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await family(/^Symmetric/);
    await sentence.getByText(/New AES-256 keys/).waitFor();
  });

  it('has every field of the tab Group, with its default', async () => {
    await expect.poll(() => form.tab('Group').getAttribute('aria-selected')).toBe('true');
    await expect
      .poll(() => form.field('Service').locator('option:checked').innerText())
      .toBe('Amazon Web Services');
    await expect.poll(() => form.field('Key Type').inputValue()).toBe('AES');
    await expect
      .poll(() => form.field('Key Length').locator('option:checked').innerText())
      .toBe('AES-256');
    await expect
      .poll(() => form.field('Key Usage').locator('option:checked').innerText())
      .toBe('Encrypt + Decrypt');
    await expect.poll(() => form.box('Rotate Key').isChecked()).toBe(true);
    await expect.poll(() => form.field('Rotate Every').inputValue()).toBe('12');
    await expect.poll(() => form.field('Keep key valid for').inputValue()).toBe('24');
    await form.top.getByText(/first due/).waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
  });

  it('has every field of the tab AWS Properties, with its default', async () => {
    await form.tab('AWS Properties').click();
    for (const label of ['Alias', 'Description', 'Region', 'Active Key ID']) {
      await expect.poll(() => form.field(label).inputValue(), { message: label }).toBe('');
    }
    await form.button('Import Policy').waitFor();
    await expect.poll(() => form.top.getByRole('radio', { name: 'Never' }).isChecked()).toBe(true);
    await expect.poll(() => form.box('Disable key after rotating').isChecked()).toBe(false);
    expect(await axeFindings(stage.page)).toEqual([]);
    await form.tab('Group').click();
  });

  it('S0-060: offers exactly two mappings, with what changes and what stays', async () => {
    await form.tab('AWS Properties').click();
    const mapping = form.top.getByRole('group', { name: 'Key Material Mapping' });
    const choices = mapping.getByRole('radio');
    expect(await choices.count()).toBe(2);
    const container = mapping.getByRole('radio', { name: /^AWS key container/ });
    const material = mapping.getByRole('radio', { name: /^AWS key material/ });
    await expect.poll(() => container.isChecked()).toBe(true);
    await mapping.getByText(/makes a new KMS key and moves the alias/).waitFor();
    await mapping.getByText(/key ID, ARN and alias stay/).waitFor();
    const disable = form.box('Disable key after rotating');
    await disable.check();
    await material.check();
    await expect.poll(() => disable.isDisabled()).toBe(true);
    await expect.poll(() => disable.isChecked()).toBe(false);
    await form.top.getByText(/disabling it would stop every one of them/).waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await container.check();
    await expect.poll(() => disable.isEnabled()).toBe(true);
    await form.tab('Group').click();
  });

  it('says what is missing beside its field, on its tab, and goes there', async () => {
    await form.field('Name').focus();
    await stage.page.keyboard.press('Enter');
    await form.top.getByText('Give the group a name').waitFor();
    await expect.poll(() => form.beside('Name')).toContain('Give the group a name');
    await expect
      .poll(() => form.field('Name').evaluate((at) => at === document.activeElement))
      .toBe(true);
    // The only credential is chosen by itself.
    await expect.poll(() => form.tab('Group').innerText()).toContain('! 1');
    await expect.poll(() => form.tab('AWS Properties').innerText()).toContain('! 1');
    expect(await axeFindings(stage.page)).toEqual([]);
  });

  it('follows with its sentence, and never stands blank', async () => {
    const sentence = form.top.getByRole('region', { name: 'What new keys will be and do' });
    await form.field('Name').fill('cards-prod');
    await form.field('Rotate Every').fill('3');
    await sentence.getByText(/rotated every 3 months/).waitFor();
    await form.box('Rotate Key').uncheck();
    await sentence.getByText(/rotated by hand only/).waitFor();
    await form.box('Rotate Key').check();
    await form.field('Rotate Every').fill('12');
  });

  it('selects a stored credential, and asks AWS whether the alias is free', async () => {
    await form.selectCredential('ledger-kms');
    await form.top.getByText(/^ledger-kms · /).waitFor();
    await form.tab('AWS Properties').click();
    await form.chooseRegion('ireland');
    await expect.poll(() => form.field('Region').inputValue()).toBe('eu-west-1');
    await expect.poll(() => form.field('Alias').inputValue()).toBe('cards-prod');
    await form.button('Is it free?').click();
    await form.top.getByText('free in eu-west-1').waitFor();
  });

  it('imports a policy only when it is one, and reads it out', async () => {
    const input = form.top.locator('input[type=file]');
    await input.setInputFiles(json('x'.repeat(40_000), 'large.json'));
    await form.top.getByText(/large.json was not imported/).waitFor();
    await input.setInputFiles(json('not JSON', 'wrong.json'));
    await form.top.getByText(/not a usable key policy/).waitFor();
    await input.setInputFiles(json(policyWithoutImport, 'no-import.json'));
    await form.top.getByText('no-import.json, 2 statements').waitFor();
    await form.top.getByText('Valid JSON').waitFor();
    const named = policyTemplate.replace(/"Resource":\s*"\*"/, '"Resource":"arn:aws:kms:*"');
    await input.setInputFiles(json(named, 'remark.json'));
    await form.top.getByText(/names a resource: in a key policy/).waitFor();
    expect(await faultsOf(stage.page, 'a policy with a remark')).toEqual([]);
    await input.setInputFiles(json(policyTemplate, 'cards-policy.json'));
    await form.top.getByText('cards-policy.json, 1 statement').waitFor();
    await form.button('Read the policy').click();
    await form.heading('Who may do what').waitFor();
    await form.top.getByText(/Allows account 123456789012/).waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await stage.page.keyboard.press('Escape');
    await form.button('Import Policy').waitFor();
  });

  it('adds the group with everything that was chosen', async () => {
    await form.field('Description').fill('Cards of the shop');
    await form.box('Disable key after rotating').check();
    await form.field('Days to wait before disabling').fill('14');
    await form.button('Add Group').click();
    await tree.row(/^cards-prod/).waitFor();
    const { group, policy } = await stage.call('group.show', { group: 'cards-prod' });
    expect(group).toMatchObject({
      name: 'cards-prod',
      service: 'aws-kms',
      credentialName: 'ledger-kms',
      keyType: 'AES',
      keyLength: 256,
      keyUsage: 'encrypt-decrypt',
      storage: 'software',
      rotate: true,
      rotateEvery: { amount: 12, unit: 'months' },
      keepValidFor: { amount: 24, unit: 'months' },
      alias: 'cards-prod',
      description: 'Cards of the shop',
      region: 'eu-west-1',
      activeKeyId: null,
      awsDeletesMaterialAfterDays: null,
      disableAfterRotating: true,
      disableWaitDays: 14,
    });
    expect(JSON.parse(policy ?? '')).toEqual(JSON.parse(policyTemplate));
  });

  it('changes a group under the number of a plan, with Alt+Enter and the keyboard', async () => {
    await stage.rotated('cards-prod');
    await tree
      .row(/^cards-prod/)
      .first()
      .click();
    await tree.press('Alt+Enter');
    await form.heading('Properties of cards-prod').waitFor();
    await form.tab('AWS Properties').click();
    await expect
      .poll(() => form.field('Active Key ID').inputValue())
      .toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    await form.field('Alias').fill('cards-new');
    await stage.page.keyboard.press('Enter');
    await form.heading('Change “cards-prod”?').waitFor();
    await form.top.getByText('Alias: cards-prod → cards-new').waitFor();
    await form.top.getByText(/alias\/cards-prod stays on version 1/).waitFor();
    await form.button('Change cards-prod').waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await form.button('Change cards-prod').focus();
    await stage.page.keyboard.press('Enter');
    await form.top.waitFor({ state: 'hidden' });
    const { group } = await stage.call('group.show', { group: 'cards-prod' });
    expect(group.alias).toBe('cards-new');
  });

  it('keeps what was typed through a lock', async () => {
    await form.addByMouse();
    await form.field('Name').fill('while-locked');
    await stage.call('keystore.lock', {});
    stage.stage.host.disconnect();
    const entry = new EntryPage(stage.page);
    await entry.unlock('a passphrase of several words');
    await form.heading('Add Key Group').waitFor();
    await expect.poll(() => form.field('Name').inputValue()).toBe('while-locked');
    await stage.page.keyboard.press('Escape');
    await form.button('Discard what I typed').click();
    await form.top.waitFor({ state: 'hidden' });
  });
});
