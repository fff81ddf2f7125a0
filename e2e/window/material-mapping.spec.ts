import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { TreePage } from './tree-page.ts';

describe.skipIf(!windowHere)('a group whose versions are in one KMS key, at the window', () => {
  let stage: JobStage;
  let form: GroupFormPage;
  let tree: TreePage;

  beforeAll(async () => {
    stage = await JobStage.open();
    const group = await stage.addGroup('cards', {
      mapping: 'material',
      rotateEvery: { amount: 9, unit: 'months' },
    });
    for (let n = 0; n < 3; n += 1) await stage.rotated(group);
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.row(/cards, key group/).click();
    await tree.press('ArrowRight');
    await tree.row(/cards version 3, key, Active, alias/).waitFor();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const closeAll = async () => {
    await tree.press('Escape');
    await stage.page.getByRole('dialog').waitFor({ state: 'hidden' });
  };
  const lookBoth = async (name: string) => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await stage.page.emulateMedia({ colorScheme });
      expect(await faultsOf(stage.page, `${name}, ${colorScheme}`)).toEqual([]);
    }
  };

  it('says beside the group which rotation is next, and in its plan what stays', async () => {
    await tree.row(/cards, key group/).click();
    await tree.details
      .getByText(/^Next is rotation 3 of 25; at this pace the last is in/)
      .waitFor();
    await lookBoth('the pane of the group');
    await tree.press('Shift+F10', 'Enter');
    await form.button('Rotate cards (practice)').waitFor();
    await form.top.getByText(/^Key ID and ARN of KMS key/).waitFor();
    await form.top.getByText(/it refuses the whole KMS key, new encryption included/).waitFor();
    await lookBoth('the plan of Force Rotate');
    await closeAll();
  });

  it('says before a delete that all versions stop, and asks for the name', async () => {
    await tree.row(/cards version 2, key/).click();
    await tree.press('Shift+F10');
    await tree.menuItem(/Synchronize…/).click();
    await form.button(/^Import material.*\(practice\)$/).waitFor();
    await form.box('Delete Key Material').check();
    await form.button(/^Delete material from AWS/).waitFor();
    await form.top.getByText(/one missing material stops the whole KMS key\.$/).waitFor();
    await form.top.getByLabel('Type cards to go on').waitFor();
    await lookBoth('the plan of Synchronize');
    await closeAll();
  });

  it('shows what stopped, and leads to the version that is gone', async () => {
    const choices = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
    const plan = await stage.call('key.planSynchronize', { key: 'cards/1', ...choices });
    const { jobId } = await stage.call('key.synchronize', {
      key: 'cards/1',
      ...choices,
      plan: plan.number,
      confirm: 'cards',
    });
    await stage.reach(jobId, 'done');
    await tree.row(/^Stopped: cards version 3, key/).click();
    await tree.details.getByText(/lacks material of another version/).waitFor();
    await lookBoth('the pane of a version that stopped');
    await tree.row(/cards, key group/).click();
    await stage.page.getByRole('button', { name: 'Synchronize version 1…' }).waitFor();
    await lookBoth('the pane of a group that stopped');
  });
});
