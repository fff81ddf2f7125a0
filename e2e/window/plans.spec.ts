import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aesWorks } from '../../shared/text/key-works.ts';
import { synchronizeWords } from '../../shared/text/synchronize.ts';
import { inElectron, windowHere } from '../support/window-stage.ts';
import { policyTemplate } from '../support/policies.ts';
import { axeFindings } from './accessible.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { TreePage } from './tree-page.ts';

const rotate = 'Rotate payments-prod (practice)';

describe.skipIf(!windowHere)('plans', () => {
  let stage: JobStage;
  let form: GroupFormPage;
  let tree: TreePage;
  let group: string;
  beforeAll(async () => {
    stage = await JobStage.open();
    group = await stage.addGroup('payments-prod', { policy: policyTemplate });
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.row(/^payments-prod/).waitFor();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const keyOf = async (version: number) => {
    const { keys } = await stage.call('key.list', { group });
    const key = keys.find((one) => one.version === version);
    if (!key) throw new Error(`no version ${version}`);
    return key;
  };
  const jobs = async () => (await stage.call('job.list', {})).jobs;
  /** The job that a press just began: its dialog has taken the place of the plan, and it is done. */
  const lastJobDone = async () => {
    await form.top.getByText(/^Job \d+$/).waitFor();
    const shown = Number(/\d+/.exec(await form.top.getByText(/^Job \d+$/).innerText())?.[0]);
    const job = (await jobs()).find(({ number }) => number === shown);
    await stage.reach(job?.id ?? '', 'done');
  };
  const closeAll = async () => {
    await tree.press('Escape');
    await stage.page.getByRole('dialog').waitFor({ state: 'hidden' });
  };
  /** Onto a key of the group, by keyboard. */
  const ontoKey = async (version: number) => {
    await tree.row(/^payments-prod, key group|payments-prod, key group/).click();
    await tree.press('ArrowRight');
    await tree.row(new RegExp(`payments-prod version ${version}, key`)).click();
  };

  it('rotates from a focused group with three inputs, and shows its plan first', async () => {
    await tree.row(/^payments-prod/).click();
    await tree.press('Shift+F10');
    await tree.menuItem(/Force Rotate…/).waitFor();
    await tree.press('Enter');
    await form.heading('Rotate “payments-prod”?').waitFor();
    await form.button(rotate).waitFor();
    for (const line of ['First key of this group', 'Nothing: no application uses this alias yet']) {
      await form.top.getByText(line).waitFor();
    }
    await expect.poll(() => form.focusedName()).toBe(rotate);
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('Enter');
    await form.top
      .getByText(/Rotate software protected keys: payments-prod/)
      .first()
      .waitFor();
    await lastJobDone();
    await closeAll();
    expect(await jobs()).toHaveLength(1);
  });

  it.skipIf(inElectron)('asks AWS nothing further once its dialog is closed', async () => {
    const answers: unknown[] = [];
    const lines: Promise<void>[] = [];
    stage.page.on('websocket', (line) => {
      const opened = Promise.withResolvers<void>();
      lines.push(opened.promise);
      line.on('framereceived', ({ payload }) => {
        opened.resolve();
        answers.push(JSON.parse(String(payload)));
      });
    });
    await stage.page.reload();
    await expect.poll(() => lines.length).toBe(1);
    await lines[0];
    const unanswered = await stage.aws.hold('DescribeKey');
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10', 'Enter');
    await form.heading('Rotate “payments-prod”?').waitFor();
    await expect.poll(unanswered).toBe(0);
    await closeAll();
    // Of what AWS holds its answer for a minute and more.
    await expect
      .poll(() => answers)
      .toContainEqual(
        expect.objectContaining({
          reply: { ok: false, failure: expect.objectContaining({ code: 'CANCELLED_BY_PERSON' }) },
        }),
      );
    await stage.aws.misbehave();
  });

  it('shows changed lines where somebody else was faster, and runs nothing until pressed again', async () => {
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10', 'Enter');
    await form.button(rotate).waitFor();
    await form.top.getByText('alias/payments-prod: version 1 → version 2').waitFor();
    await stage.rotated(group);
    await form.button(rotate).click();
    await form.top.getByText(/Things changed since you looked, so nothing was run/).waitFor();
    const line = form.top.getByRole('listitem').filter({ hasText: 'version 2 → version 3' });
    await line.getByText('changed since you looked').waitFor();
    await form.top.getByText('no longer so').first().waitFor();
    expect(await jobs()).toHaveLength(2);
    expect(await axeFindings(stage.page)).toEqual([]);
    await form.button(rotate).dblclick();
    await form.top
      .getByText(/Rotate software protected keys: payments-prod/)
      .first()
      .waitFor();
    await lastJobDone();
    expect(await jobs()).toHaveLength(3);
    await closeAll();
  });

  it('says what is in the way with its one deed, and goes on once it is gone', async () => {
    await stage.aws.deny(['kms:ListAliases', 'kms:DescribeKey']);
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10', 'Enter');
    await form.top.getByText('AWS did not allow this.').waitFor();
    const again = form.top.getByRole('alert').getByRole('button');
    await expect.poll(() => again.innerText()).toBe('Check again');
    await expect.poll(() => form.focusedName()).toBe('Check again');
    expect(await axeFindings(stage.page)).toEqual([]);
    await stage.aws.allow();
    await tree.press('Enter');
    await form.button(rotate).waitFor();
    await stage.page.waitForFunction(
      (name) => document.activeElement?.textContent === name,
      rotate,
    );
    await closeAll();
  });

  it('leads to the job where one is at it already', async () => {
    await stage.aws.deny(['kms:UpdateAlias']);
    const job = await stage.begin(group);
    await stage.reach(job, 'needs-you');
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10', 'Enter');
    await form.top.getByText(/Already rotating since .* \(job \d+\)/).waitFor();
    await form.button('Show job').click();
    await form.top.getByText('Needs you').first().waitFor();
    await stage.aws.allow();
    await stage.call('job.continue', { job });
    await stage.reach(job, 'done');
    await closeAll();
  });

  it('synchronizes with its defaults by four inputs', async () => {
    await ontoKey(1);
    await tree.press('Shift+F10');
    await tree.menuItem(/Synchronize…/).waitFor();
    await tree.press('Enter');
    await form.heading('Synchronize “payments-prod”, version 1?').waitFor();
    await form.button('Import material and update policy (practice)').waitFor();
    for (const title of ['HERE', 'AWS NOW', 'AFTER']) {
      await form.top.getByRole('columnheader', { name: title, exact: true }).waitFor();
    }
    await expect.poll(() => form.box('Delete Key Material').isChecked()).toBe(false);
    await expect.poll(() => form.box('Update Policy').isChecked()).toBe(true);
    await expect.poll(() => form.box('Import Key Material').isChecked()).toBe(true);
    expect(await axeFindings(stage.page)).toEqual([]);
    await expect
      .poll(() => form.focusedName())
      .toBe('Import material and update policy (practice)');
    await tree.press('Enter');
    await form.top
      .getByText(/version 1/)
      .first()
      .waitFor();
    await lastJobDone();
    await closeAll();
  });

  it('says the deed of every combination of boxes', async () => {
    await ontoKey(1);
    await tree.press('Shift+F10', 'Enter');
    await form.button(/^Import material and update policy/).waitFor();
    await form.box('Delete Key Material').check();
    await form.top.getByText(/were switched off/).waitFor();
    for (let n = 0; n < 8; n += 1) {
      const boxes = {
        deleteMaterial: (n & 4) > 0,
        updatePolicy: (n & 2) > 0,
        importMaterial: (n & 1) > 0,
      };
      await form.box('Delete Key Material').setChecked(boxes.deleteMaterial);
      await form.box('Update Policy').setChecked(boxes.updatePolicy);
      await form.box('Import Key Material').setChecked(boxes.importMaterial);
      const words = synchronizeWords(boxes, 1, aesWorks);
      const deed = n === 0 ? words.button : `${words.button} (practice)`;
      await form.button(deed).waitFor();
      await form.top.getByText(words.sentence, { exact: true }).first().waitFor();
    }
    await closeAll();
  });

  it('deletes material only after its name was typed, and brings it back', async () => {
    const version = (await stage.call('group.show', { group })).group.activeVersion ?? 0;
    const before = (await jobs()).length;
    await ontoKey(version);
    await tree.press('Shift+F10', 'Enter');
    await form.button(/^Import material and update policy/).waitFor();
    await form.box('Delete Key Material').check();
    const deed = form.button('Delete material from AWS (practice)');
    await deed.waitFor();
    await expect.poll(() => deed.getAttribute('aria-disabled')).toBe('true');
    await form.field('Type payments-prod to go on').fill('payments-prod');
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('Enter');
    expect(await jobs()).toHaveLength(before);
    await deed.click();
    await stage.page.waitForFunction(() => !document.querySelector('input[type=checkbox]'));
    await lastJobDone();
    expect((await keyOf(version)).state).toBe('Material gone');
    await closeAll();
    await ontoKey(version);
    await tree.press('Shift+F10', 'Enter');
    await form.top.getByText('Nothing to delete: AWS has no material now.').waitFor();
    await form.button('Import material and update policy (practice)').click();
    await stage.page.waitForFunction(() => !document.querySelector('input[type=checkbox]'));
    await lastJobDone();
    expect((await keyOf(version)).state).toBe('Active, alias');
    await closeAll();
  });

  it('makes an earlier version active again', async () => {
    await ontoKey(1);
    await tree.press('Shift+F10');
    await tree.menuItem(/Make Active…/).click();
    await expect.poll(() => form.focusedName()).toBe('Make version 1 active (practice)');
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('Enter');
    await form.top.getByText(/Make/).first().waitFor();
    await lastJobDone();
    expect((await stage.call('group.show', { group })).group.activeVersion).toBe(1);
    await closeAll();
  });

  it('says what is open in one line at every width, and in full when asked by keyboard', async () => {
    const header = stage.page.locator('header').first();
    for (const width of [1280, 1024, 900]) {
      await stage.page.setViewportSize({ width, height: 700 });
      await expect.poll(async () => (await header.boundingBox())?.height ?? 0).toBeLessThan(48);
      await expect.poll(() => header.evaluate((at) => at.scrollWidth - at.clientWidth)).toBe(0);
    }
    const asks = stage.page.getByRole('button', { name: 'What is open here, in full' });
    await asks.focus();
    await tree.press('Enter');
    const full = stage.page.getByRole('dialog', { name: 'What is open here, in full' });
    await full.getByText(/^AWS \d of 1 connected/).waitFor();
    await full.getByText('This device rotates on schedule').waitFor();
    await full.getByText(stage.stage.host.keystore).waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('Escape');
    await full.waitFor({ state: 'hidden' });
    await expect.poll(() => asks.evaluate((at) => at === document.activeElement)).toBe(true);
  });

  it('loses nothing at 900 × 600', async () => {
    await stage.page.setViewportSize({ width: 900, height: 600 });
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10', 'Enter');
    await form.button(rotate).waitFor();
    const lowest = async (): Promise<number> => {
      const box = await form.button(rotate).boundingBox();
      return box ? box.y + box.height : Infinity;
    };
    await expect.poll(lowest).toBeLessThanOrEqual(600);
    const sideways = () =>
      form.top.evaluate((top) =>
        [...top.querySelectorAll('*')].some((at) => {
          const { overflowX } = getComputedStyle(at);
          const lost = at.scrollWidth > at.clientWidth + 1 && at.clientWidth > 1;
          return lost && overflowX === 'hidden';
        }),
      );
    await expect.poll(sideways).toBe(false);
    await closeAll();
  });
});
