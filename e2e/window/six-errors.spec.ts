import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { importOtherNow } from '../review/stage.ts';
import { killBridges } from '../support/bridges.ts';
import { passphrase } from '../support/console.ts';
import { windowHere } from '../support/window-stage.ts';
import { leaveDialogs } from '../support/leave-dialogs.ts';
import { EntryPage } from './entry-page.ts';
import { GroupFormPage } from './group-form-page.ts';
import { HsmStage } from './hsm-stage.ts';
import { JobsPage } from './jobs-page.ts';
import { picture } from './pictures/camera.ts';
import { TreePage } from './tree-page.ts';

const other = { accessKeyId: 'AKIAOTHERACCOUNT0001', secretAccessKey: 'other-secret-0123456789' };

describe.skipIf(!windowHere)('after each of six errors', () => {
  let stage: HsmStage;
  let jobs: JobsPage;
  let form: GroupFormPage;
  let tree: TreePage;
  beforeAll(async () => {
    const account = `444455556666:${other.accessKeyId}:${other.secretAccessKey}`;
    stage = await HsmStage.open(['--account', account]);
    const { page } = stage.jobs;
    [jobs, form, tree] = [new JobsPage(page), new GroupFormPage(page), new TreePage(page)];
    await form.page.getByText(/^No key groups yet/).waitFor();
    await picture(page, 'key-groups--empty');
    await jobs.open();
    await picture(page, 'jobs--empty');
    await stage.jobs.addGroup('payments-prod', { storage: 'hsm' });
    await stage.jobs.rotated('payments-prod');
    await jobs.open();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());
  afterEach(async () => {
    await leaveDialogs(form.page);
    await stage.jobs.aws.allow();
    await stage.jobs.aws.misbehave();
  });

  const openJob = async (id: string): Promise<void> => {
    await jobs.openJob((await stage.jobs.call('job.show', { job: id })).job.number);
  };
  /** The headline, the four lines, and the one next deed. */
  const told = async (headline: string, next: string): Promise<void> => {
    await jobs.dialog.getByText(headline).first().waitFor();
    await expect
      .poll(async () => Object.keys(await jobs.standing()))
      .toEqual(['Your copies', 'In AWS', 'Applications', 'Keys in use']);
    const primary = jobs.dialog.locator('.MuiButton-contained');
    await expect.poll(() => primary.allInnerTexts()).toEqual([next]);
  };

  it('2: the alias did not move: whose permission is missing, and the step to go on from', async () => {
    const { job } = await stage.jobs.stopped('payments-prod');
    await tree.press('Alt+1');
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10', 'Enter');
    await form.top.getByText(/^Already rotating since/).waitFor();
    await picture(form.page, 'force-rotate--running');
    await tree.press('Escape');
    await jobs.open();
    await openJob(job.id);
    await told('AWS did not allow the alias to move.', 'Continue from step 9 (practice)');
    await jobs.dialog
      .getByText(
        /^Allow kms:UpdateAlias for “ledger-kms” on (alias\/payments-prod|version \d of “payments-prod” \(KMS key [0-9a-f]{4}…[0-9a-f]{4}\)), then continue\.$/,
      )
      .waitFor();
    await picture(form.page, 'error--alias');
    await stage.jobs.aws.allow();
    await form.button('Continue from step 9 (practice)').click();
    await jobs.dialog.getByText(/payments-prod rotated\.$/).waitFor();
    await picture(form.page, 'job--done');
  });

  it('3: an answer was lost: it is looked up, which is no error, and nothing is to be done', async () => {
    // The look takes until it was looked at.
    const latencyMs = 100_000;
    await stage.jobs.aws.misbehave({
      operations: {
        CreateKey: { loseResponseAfterEffect: 1 },
        ListKeys: { latencyMs },
      },
    });
    const job = await stage.jobs.begin('payments-prod');
    await openJob(job);
    await jobs.dialog.getByText('Checking with AWS').first().waitFor();
    await picture(form.page, 'error--answer-lost');
    await stage.jobs.aws.misbehave();
    await stage.jobs.reach(job, 'done');
  });

  it('4: the credential is of another account: nothing was sent, and another one is to be chosen', async () => {
    await stage.jobs.call('credential.import', {
      kind: 'keys',
      name: 'elsewhere',
      accessKeyId: other.accessKeyId,
      secretAccessKey: Uint8Array.from(Buffer.from(other.secretAccessKey)),
      endpoint: stage.jobs.aws.url,
    });
    await form.page.keyboard.press('Alt+1');
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Alt+Enter');
    await form.button(/^Select credential/).click();
    await form.top.getByRole('radio', { name: /^elsewhere/ }).check();
    await form.button('Select elsewhere').click();
    await form
      .button(/^Save|^Change/)
      .last()
      .click();
    await form.top.getByText('This credential belongs to another AWS account.').waitFor();
    await picture(form.page, 'error--account');
    // Another one is chosen right there, over the plan.
    await form.button('Select credential…').click();
    const wrong = form.top.locator('label').filter({ hasText: 'elsewhere' });
    await wrong.getByText('! another account').waitFor();
    await picture(form.page, 'select-credential');
    await form.top.getByRole('radio', { name: /^ledger-kms/ }).check();
    await form.button('Select ledger-kms').click();
    await form.heading('Change “payments-prod”?').waitFor();
    await form.top
      .getByText('The new credential belongs to another account')
      .waitFor({ state: 'hidden' });
  });

  it('5: the HSM went away: the job waits for that very token, and goes on by itself', async () => {
    await stage.jobs.aws.misbehave({
      operations: { GetParametersForImport: { latencyMs: 100_000 } },
    });
    const job = await stage.jobs.begin('payments-prod');
    await jobs.open();
    await openJob(job);
    await jobs.dialog
      .getByText(/Fetch wrapping key/)
      .first()
      .waitFor();
    stage.hsm.pullOut();
    killBridges(stage.jobs.stage.host.pid);
    await stage.jobs.aws.misbehave();
    await told('The HSM is not ready.', 'Attach HSM…');
    await jobs.dialog
      .getByText(/^Attach token “BYOK-A” and enter its PIN\. .*from step 6\./)
      .waitFor();
    await picture(form.page, 'error--hsm-gone');
    stage.hsm.putBack();
    await form.page.keyboard.press('Escape');
    // What is denied next is not meant for this job.
    await stage.jobs.reach(job, 'done');
  });

  it('6: what AWS has is not our copy: it is not to be deleted, and other copies are to be searched', async () => {
    const { aws } = stage.jobs;
    const keyId = await aws.makeKey('EXTERNAL');
    await stage.jobs.addGroup('ledger-prod', { activeKeyId: keyId });
    await aws.deny(['kms:ImportKeyMaterial']);
    const job = await stage.jobs.begin('ledger-prod');
    await stage.jobs.reach(job, 'needs-you');
    await aws.allow();
    importOtherNow(aws, keyId);
    await jobs.open();
    await openJob(job);
    await form.button(/^Continue from step/).click();
    await told('AWS says this is not the material the KMS key had.', 'Look in backups…');
    await picture(form.page, 'error--material');
  });

  it('1: the PIN was not accepted: nothing changed, and no PIN is tried by itself', async () => {
    const entry = new EntryPage(form.page);
    // A change that was sent is waited for before the keystore closes; a question would be broken off.
    await jobs.open();
    const callsLeft = await stage.jobs.aws.hold('ImportKeyMaterial');
    await stage.jobs.begin('payments-prod');
    await expect.poll(callsLeft).toBe(0);
    await entry.button('Lock now').click();
    await entry.heading(/^Locking/).waitFor();
    await form.page.getByText(/^Job \d+ stops at its next safe step/).waitFor();
    await picture(form.page, 'locking');
    await stage.jobs.aws.misbehave();
    await entry.heading(/^Unlock/).waitFor();
    await entry.unlock(passphrase);
    stage.jobs.stage.host.disconnect();
    await expect
      .poll(async () => (await stage.jobs.call('keystore.status', {})).state)
      .toBe('verified');
    await entry.button('Enter PIN…').click();
    await form.heading(/PIN/).waitFor();
    await form.top.getByLabel(/PIN/).last().fill('0000-wrong');
    await form.page.keyboard.press('Enter');
    await form.top.getByText('The HSM did not accept that PIN.').waitFor();
    await picture(form.page, 'error--pin');
  });
});
