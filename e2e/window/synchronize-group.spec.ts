import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editedPolicy, policyTemplate } from '../support/policies.ts';
import { windowHere } from '../support/window-stage.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { chosenCommand } from './reload-story.ts';
import { TreePage } from './tree-page.ts';

const start = 'Synchronize 2 keys of payments-prod (practice)';

describe.skipIf(!windowHere)('Synchronize all', () => {
  let stage: JobStage;
  let form: GroupFormPage;
  let tree: TreePage;
  let kmsKeys: readonly string[];

  beforeAll(async () => {
    stage = await JobStage.open();
    const group = await stage.addGroup('payments-prod', { policy: policyTemplate });
    await stage.addGroup('unused');
    for (let n = 0; n < 3; n += 1) await stage.rotated(group);
    const { keys } = await stage.call('key.list', { group });
    kmsKeys = keys.map(({ remote }) => remote?.keyId ?? '');
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.row(/payments-prod, key group/).waitFor();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const jobs = async () =>
    (await stage.call('job.list', {})).jobs.filter(({ kind }) => kind === 'key.synchronize');
  const openByMenu = async () => {
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10');
    await tree.menuItem(/Synchronize all…/).click();
    await form.heading('Synchronize all keys of “payments-prod”?').waitFor();
  };
  const row = (version: number) =>
    form.top.getByRole('row', { name: new RegExp(`^Version ${version} `) });

  it('is greyed, with its reason, for a group that has no keys', async () => {
    await tree.row(/unused, key group/).click();
    await tree.press('Shift+F10');
    const item = tree.menuItem(/Synchronize all…/);
    await expect.poll(() => item.getAttribute('aria-disabled')).toBe('true');
    await expect.poll(() => item.innerText()).toContain('It holds no keys yet.');
    await tree.press('Escape');
  });

  it('says of a group in step that it is, and has no button to press', async () => {
    await openByMenu();
    await form.top.getByText('Every key is in step with AWS.').waitFor();
    await form.button('Close').waitFor();
    expect(await form.top.getByRole('button', { name: /^Synchronize/ }).count()).toBe(0);
    expect(await form.top.getByRole('alert').count()).toBe(0);
    await expect.poll(() => form.focusedName()).toBe('Close');
    expect(await faultsOf(stage.page, 'in step')).toEqual([]);
    await tree.press('Enter');
    await stage.page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('shows each version, what AWS has of it and what is done, and looks well everywhere', async () => {
    await stage.aws.deleteMaterial(kmsKeys[0] ?? '');
    await stage.aws.putPolicy(kmsKeys[1] ?? '', editedPolicy);
    await openByMenu();
    await form.button(start).waitFor();
    await expect.poll(() => row(3).innerText()).toMatch(/Enabled, material there.*in step/s);
    await expect.poll(() => row(2).innerText()).toMatch(/policy differs.*put the policy back/s);
    await expect
      .poll(() => row(1).innerText())
      .toMatch(/material gone.*import the material again/s);
    await form.top.getByText(/Delete Key Material is not offered for a whole group/).waitFor();
    await expect.poll(() => form.focusedName()).toBe(start);
    expect(await faultsOf(stage.page, 'plan')).toEqual([]);
  });

  it('follows its boxes', async () => {
    await form.box('Import Key Material').uncheck();
    await form.button('Synchronize 1 key of payments-prod (practice)').waitFor();
    await expect.poll(() => row(1).innerText()).toContain('importing it is not asked for');
    await form.box('Update Policy').uncheck();
    await form.top.getByText('Choose at least one.').waitFor();
    await form.box('Update Policy').check();
    await form.box('Import Key Material').check();
    await form.button(start).waitFor();
  });

  it('runs nothing where a version changed meanwhile, and marks what did', async () => {
    await stage.aws.deleteMaterial(kmsKeys[2] ?? '');
    await form.button(start).click();
    await form.top.getByText(/Things changed since you looked, so nothing was run/).waitFor();
    await form.button('Synchronize 3 keys of payments-prod (practice)').waitFor();
    await expect.poll(() => row(3).innerText()).toContain('changed since you looked');
    expect(await jobs()).toEqual([]);
  });

  it('starts one job for each version by Enter, and shows them in Jobs', async () => {
    await form.button('Synchronize 3 keys of payments-prod (practice)').focus();
    await tree.press('Enter');
    await stage.page.getByRole('dialog').waitFor({ state: 'hidden' });
    for (const version of [3, 2, 1]) {
      await stage.page
        .getByText(`Synchronize software protected key: payments-prod/${version}`)
        .first()
        .waitFor();
    }
    const begun = await jobs();
    expect(begun).toHaveLength(3);
    for (const { id } of begun) await stage.reach(id, 'done');
  });

  it('is in the palette, and in the pane of its group', async () => {
    await stage.page.keyboard.press('Alt+1');
    await tree.row(/payments-prod, key group/).click();
    await tree.details.getByRole('button', { name: 'Synchronize all…' }).waitFor();
    await tree.press('Control+k');
    await stage.page.getByRole('combobox', { name: 'Command' }).fill('synchronize all');
    await chosenCommand(stage.page).waitFor();
    await tree.press('Enter');
    await form.heading('Synchronize all keys of “payments-prod”?').waitFor();
    await form.top.getByText('Every key is in step with AWS.').waitFor();
  });
});
