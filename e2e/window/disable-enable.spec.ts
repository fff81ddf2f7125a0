import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { axeFindings } from './accessible.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { TreePage } from './tree-page.ts';

describe.skipIf(!windowHere)('Disable in AWS, at the window', () => {
  let stage: JobStage;
  let form: GroupFormPage;
  let tree: TreePage;
  let group: string;

  beforeAll(async () => {
    stage = await JobStage.open();
    group = await stage.addGroup('payments-prod');
    for (let n = 0; n < 2; n += 1) await stage.reach(await stage.begin(group), 'done');
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.row(/payments-prod, key group/).click();
    await tree.press('ArrowRight');
    await tree.row(/payments-prod version 2, key/).waitFor();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const stateOf = async (version: number) => {
    const { keys } = await stage.call('key.list', { group });
    return keys.find((key) => key.version === version)?.state;
  };
  const closeAll = async () => {
    await tree.press('Escape');
    await stage.page.getByRole('dialog').waitFor({ state: 'hidden' });
  };
  const menuOf = async (version: number) => {
    await tree.row(new RegExp(`payments-prod version ${version}, key`)).click();
    await tree.press('Shift+F10');
  };

  it('stands in the menu of a key, greyed with the reason where it cannot be used', async () => {
    await menuOf(2);
    await tree.menuItem(/Disable in AWS…/).waitFor();
    const enable = tree.menuItem(/Enable in AWS…/);
    await expect.poll(() => enable.getAttribute('aria-disabled')).toBe('true');
    await expect.poll(() => enable.innerText()).toContain('AWS said Enabled at the last reading.');
    await tree.press('Escape');
  });

  it('asks for the name of the group where the key is in use, and Enter alone starts nothing', async () => {
    await menuOf(2);
    await tree.menuItem(/Disable in AWS…/).click();
    await form.top
      .getByText('Everything under version 2 stops decrypting in AWS from then on')
      .waitFor();
    await form.top
      .getByText(/Nothing can be encrypted through alias\/payments-prod any more/)
      .waitFor();
    const press = form.button('Disable version 2 in AWS (practice)');
    await press.waitFor();
    await expect.poll(() => press.getAttribute('aria-disabled')).toBe('true');
    expect(await axeFindings(stage.page)).toEqual([]);
    await form.top.getByLabel(/^Type payments-prod/).fill('payments-prod');
    await expect.poll(() => press.getAttribute('aria-disabled')).not.toBe('true');
    await tree.press('Enter');
    expect((await stage.call('job.list', { group, find: 'Disable' })).jobs).toEqual([]);
    await press.click();
    await form.top.getByText(/^Job \d+$/).waitFor();
    await form.top
      .getByText(/is disabled in AWS: nothing under it decrypts/)
      .first()
      .waitFor();
    await expect.poll(() => stateOf(2)).toBe('Off, alias');
    expect(await axeFindings(stage.page)).toEqual([]);
    await closeAll();
  });

  it('goes back on from where the group says that it needs somebody', async () => {
    await tree.row(/^Off, alias: payments-prod version 2/).waitFor();
    await tree.row(/^Active key off: payments-prod, key group/).click();
    const needs = stage.page.getByRole('region', { name: 'Needs you' });
    await needs.getByRole('button', { name: 'Enable version 2 in AWS…' }).click();
    await expect.poll(() => form.focusedName()).toBe('Enable version 2 in AWS (practice)');
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('Enter');
    await form.top
      .getByText(/is enabled in AWS: everything under it decrypts again/)
      .first()
      .waitFor();
    await expect.poll(() => stateOf(2)).toBe('Active, alias');
    await closeAll();
    await tree.row(/^payments-prod, key group/).waitFor();
  });

  it('is the way out where Make Active meets a key that is off', async () => {
    // somebody else turns it off after it was last read
    const { remote } = await stage.call('key.show', { key: 'payments-prod/1' });
    await stage.aws.kms().send(new DisableKeyCommand({ KeyId: remote?.keyId }));
    await menuOf(1);
    await tree.menuItem(/Make Active…/).click();
    await form.top
      .getByText(/Disabled/)
      .first()
      .waitFor();
    await form.button('Enable in AWS…').click();
    await form.button('Enable version 1 in AWS (practice)').click();
    await form.top
      .getByText(/is enabled in AWS/)
      .first()
      .waitFor();
    await expect.poll(() => stateOf(1)).toBe('Decrypts only');
    // over the plan of Make Active, which may be started now
    await tree.press('Escape');
    await form.button('Make version 1 active (practice)').waitFor();
    await closeAll();
  });

  it('is a button beside the key, for what can be done with it now', async () => {
    const { number } = await stage.call('key.planDisable', { key: 'payments-prod/1' });
    const { jobId } = await stage.call('key.disable', { key: 'payments-prod/1', plan: number });
    await tree.row(/payments-prod version 1, key/).click();
    await stage.reach(jobId, 'done');
    await tree.row(/payments-prod version 1, key, Off/).waitFor();
    const beside = (name: string) => stage.page.getByRole('button', { name, exact: true });
    await beside('Enable in AWS…').click();
    await form.button('Enable version 1 in AWS (practice)').click();
    await form.top
      .getByText(/is enabled in AWS/)
      .first()
      .waitFor();
    await closeAll();
    await beside('Disable in AWS…').click();
    await form.button('Disable version 1 in AWS (practice)').waitFor();
    await closeAll();
    await expect.poll(() => beside('Enable in AWS…').count()).toBe(0);
    // and the palette says of both what the menu says
    await tree.press('Control+k');
    await stage.page.getByRole('combobox', { name: 'Command' }).fill('Enable payments-prod');
    const option = stage.page.getByRole('option', { name: /^Enable payments-prod/ });
    await expect.poll(() => option.innerText()).toContain('AWS said Enabled at the last reading.');
    await closeAll();
  });

  it.each(['light', 'dark'] as const)(
    'loses nothing in a small window, %s',
    async (colorScheme) => {
      await stage.page.emulateMedia({ colorScheme });
      await menuOf(2);
      await tree.menuItem(/Disable in AWS…/).click();
      await form.button('Disable version 2 in AWS (practice)').waitFor();
      expect(await faultsOf(stage.page, `the plan, ${colorScheme}`)).toEqual([]);
      await closeAll();
    },
  );
});
