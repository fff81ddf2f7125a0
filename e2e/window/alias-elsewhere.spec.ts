import { DeleteAliasCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { axeFindings } from './accessible.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { TreePage } from './tree-page.ts';

describe.skipIf(!windowHere)('An alias that somebody moved in AWS, at the window', () => {
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
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const idOf = async (version: number) => {
    const { remote } = await stage.call('key.show', { key: `payments-prod/${version}` });
    return remote?.keyId ?? '';
  };
  const needs = () => stage.page.getByRole('region', { name: 'Needs you' });
  const checkAgain = () => needs().getByRole('button', { name: 'Check against AWS' }).click();
  const inStep = () => tree.row(/^payments-prod, key group, .*2 keys, in step/).waitFor();

  it('is told in the tree and on the page of its group, until it is back', async () => {
    await inStep();
    const foreign = await stage.aws.makeKey();
    await stage.aws.pointAlias('alias/payments-prod', foreign);
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10');
    await tree.menuItem(/Check against AWS/).click();
    await tree.row(/^Alias elsewhere: payments-prod, key group/).waitFor();
    const short = `${foreign.slice(0, 4)}…${foreign.slice(-4)}`;
    await needs()
      .getByText(`alias/payments-prod names KMS key ${short}, which is none of this group.`)
      .waitFor();
    await needs()
      .getByText(/new data is encrypted under it, and no copy of it is kept here/)
      .waitFor();
    await needs()
      .getByText(/adopt that key in the plan of Force Rotate/)
      .waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);

    await stage.aws.pointAlias('alias/payments-prod', await idOf(2));
    await checkAgain();
    await inStep();
    await needs().waitFor({ state: 'detached' });
  });

  it('that was deleted is made again from there', async () => {
    await stage.aws.kms().send(new DeleteAliasCommand({ AliasName: 'alias/payments-prod' }));
    await stage.call('key.check', { key: 'payments-prod/2' });
    await tree.row(/^Alias missing: payments-prod, key group/).click();
    await needs().getByText('alias/payments-prod does not exist in AWS.').waitFor();
    await needs()
      .getByText('Nothing can be encrypted through alias/payments-prod any more.')
      .waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await needs().getByRole('button', { name: 'Make version 2 active…' }).click();
    await expect.poll(() => form.focusedName()).toBe('Make version 2 active (practice)');
    await tree.press('Enter');
    await form.top.getByText(/^Job \d+$/).waitFor();
    await expect
      .poll(async () => (await stage.call('group.show', { group })).group.state)
      .toBe('In step');
    expect(await stage.aws.holder('alias/payments-prod')).toBe(await idOf(2));
    await tree.press('Escape');
    await stage.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await inStep();
  });
});
