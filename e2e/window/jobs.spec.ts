import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { practiceRoot } from '../support/outside-aws.ts';
import { windowHere } from '../support/window-stage.ts';
import { leaveDialogs } from '../support/leave-dialogs.ts';
import { axeFindings } from './accessible.ts';
import { faultsOf } from './every-look.ts';
import { picture } from './pictures/camera.ts';
import { JobStage } from './job-story.ts';
import { JobsPage } from './jobs-page.ts';

let on: JobStage;
let jobs: JobsPage;

beforeAll(async () => {
  on = await JobStage.open();
  jobs = new JobsPage(on.page);
  await on.stage.context.grantPermissions(['clipboard-write']);
  await jobs.open();
  await jobs.keepCopies();
});
afterAll(async () => {
  await on?.[Symbol.asyncDispose]();
});
afterEach(async () => {
  await leaveDialogs(on.page);
  await on.aws.allow();
  await on.aws.misbehave();
});

describe.skipIf(!windowHere)('Logging and Reporting > Jobs', () => {
  it('says what will be here while there is none', async () => {
    await jobs.grid.getByText(/Jobs appear here when you rotate or synchronize/).waitFor();
  });

  it('S1-036 to S1-038: a double click opens the progress, which ends in a message', async () => {
    await on.addGroup('payments-prod');
    await on.aws.misbehave({ operations: { ImportKeyMaterial: { latencyMs: 100_000 } } });
    const id = await on.begin('payments-prod');
    const { job } = await on.call('job.show', { job: id });
    expect(job.title).toBe('Rotate software protected keys: payments-prod');
    await jobs.openJob(job.number);
    await jobs.dialog.getByRole('progressbar', { name: 'Steps done' }).waitFor();
    await jobs.dialog.getByText(/step 7 of 9: Import/).waitFor();
    await on.aws.misbehave();
    await jobs.dialog.getByText(/payments-prod rotated\.$/).waitFor();
    await expect
      .poll(() => jobs.dialog.getByText(/now holds alias\/payments-prod/).count())
      .toBe(1);
    // Whoever looked at it needs no second word about it.
    await expect.poll(() => jobs.bottom.getByText('payments-prod rotated').count()).toBe(0);
  });

  it('S1-047: a synchronization is a job of its own, and ends quietly elsewhere', async () => {
    const id = await on.synchronize('payments-prod/1');
    const { job } = await on.reach(id, 'done');
    await jobs.see(job.number);
    await jobs.row(job.number).getByText('Done').waitFor();
    await jobs.bottom.getByText(/payments-prod\/1 synchronized\. .*s\./).waitFor();
    await jobs.bottom.getByRole('button', { name: 'Show job' }).click();
    await jobs.dialog.getByText(`Job ${job.number}`, { exact: true }).waitFor();
  });

  it('the cause of a stop is two inputs away, with where things stand and the one deed', async () => {
    await on.addGroup('ledger-prod');
    await on.rotated('ledger-prod');
    const stopped = await on.stopped('ledger-prod');
    await jobs.bottom.getByText(/needs you: AWS did not allow the alias to move/).waitFor();
    await jobs.bottom.getByRole('button', { name: 'Show job' }).click();
    await jobs.dialog.getByText('AWS did not allow the alias to move.').waitFor();
    await expect
      .poll(async () => Object.keys(await jobs.standing()))
      .toEqual(['Your copies', 'In AWS', 'Applications', 'Keys in use']);
    expect(stopped.standing?.applications.text).toBe(
      'See no change: alias/ledger-prod still names version 1',
    );
    expect(stopped.standing?.aws.text).toMatch(/^Version 2 \(KMS key .* is there and Enabled$/);
    const lines = await jobs.standing();
    for (const key of ['copies', 'aws', 'applications', 'data'] as const) {
      const told = stopped.standing?.[key].text ?? 'nothing';
      expect(Object.values(lines).join('\n')).toContain(told);
    }
    await jobs.dialog.getByText(/is not authorized to perform: kms:UpdateAlias/).waitFor();
    expect(await axeFindings(on.page)).toEqual([]);
    expect(JSON.parse(await jobs.copied('Copy the policy statement'))).toMatchObject({
      Effect: 'Allow',
      Action: 'kms:UpdateAlias',
    });
    await on.aws.allow();
    await jobs.dialog.getByRole('button', { name: 'Continue from step 9 (practice)' }).click();
    await jobs.dialog.getByText(/ledger-prod rotated\.$/).waitFor();
  });

  it('a call can be made again from a terminal, and names what AWS answers', async () => {
    const { job } = await on.rotated('payments-prod');
    await jobs.openJob(job.number);
    await jobs.dialog.getByRole('button', { name: /Confirm/ }).click();
    const command = await jobs.copied('Copy as aws command');
    expect(command).toMatch(
      /^aws kms describe-key --key-id \S+ --region eu-west-1 --endpoint-url /,
    );
    expect(command).not.toContain(practiceRoot.secretAccessKey);
    const answer = runInShell(command);
    if (answer !== null) expect(JSON.parse(answer).KeyMetadata.KeyState).toBe('Enabled');
  });

  it('asks before a cancel with what would stay, and does with it what was chosen', async () => {
    await on.addGroup('cards-prod');
    await on.rotated('cards-prod');
    const { job } = await on.stopped('cards-prod');
    await jobs.openJob(job.number);
    await jobs.dialog.getByRole('button', { name: 'Cancel job…' }).click();
    await jobs.dialog.getByText(/^Cancel now leaves KMS key .+ in AWS, enabled/).waitFor();
    expect(await axeFindings(on.page)).toEqual([]);
    await jobs.dialog.getByRole('button', { name: 'Schedule its deletion in 7 days' }).click();
    await on.reach(job.id, 'cancelled');
    await jobs.dialog.getByText(/Cancelled\.$/).waitFor();
    await jobs.dialog.getByRole('button', { name: 'Close' }).click();
    const { jobs: all } = await on.call('job.list', { limit: 1 });
    await jobs.see(all[0]?.number ?? 0);
    expect(all[0]?.title).toBe('Discard unused KMS key: cards-prod/2');
  });

  it('cancels several at once, by one question that says what each would leave', async () => {
    const stopped = [await on.stopped('cards-prod'), await on.stopped('ledger-prod')];
    const [cards = 0, ledger = 0] = stopped.map(({ job }) => job.number);
    await jobs.see(ledger);
    await jobs.row(ledger).click();
    await jobs.row(cards).click({ modifiers: ['Control'] });
    await on.page.emulateMedia({ forcedColors: 'active' });
    for (const number of [cards, ledger]) {
      const edge = () => jobs.row(number).evaluate((row) => getComputedStyle(row).outlineStyle);
      await expect.poll(edge).not.toBe('none');
    }
    await on.page.emulateMedia({ forcedColors: 'none' });
    await on.page.getByRole('button', { name: 'Cancel 2 jobs…' }).click();
    await expect
      .poll(() => jobs.dialog.getByText(/^Cancel now leaves KMS key .+ in AWS, enabled/).count())
      .toBe(2);
    await picture(on.page, 'cancel-job--several');
    expect(await faultsOf(on.page, 'cancel-several')).toEqual([]);
    await jobs.dialog.getByRole('radio', { name: /^Schedule their deletion in 7 days/ }).check();
    await jobs.dialog.getByRole('button', { name: 'Cancel 2 jobs', exact: true }).dblclick();
    await jobs.dialog.waitFor({ state: 'detached' });
    for (const { job } of stopped) await on.reach(job.id, 'cancelled');
    const { jobs: all } = await on.call('job.list', { limit: 2 });
    expect(all.map(({ title }) => title).toSorted()).toEqual([
      expect.stringMatching(/^Discard unused KMS key: cards-prod/),
      expect.stringMatching(/^Discard unused KMS key: ledger-prod/),
    ]);
  });

  it('saves a job as a file, with times in UTC and nothing secret', async () => {
    const { jobs: all } = await on.call('job.list', { limit: 1 });
    await jobs.openJob(all[0]?.number ?? 0);
    const coming = on.page.waitForEvent('download');
    await jobs.dialog.getByRole('button', { name: 'Save as JSON' }).click();
    const saved = await coming;
    expect(saved.suggestedFilename()).toBe(`job-${all[0]?.number}.json`);
    const text = readFileSync(await saved.path(), 'utf8');
    expect(JSON.parse(text).job.createdAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(text).not.toContain(practiceRoot.secretAccessKey);
  });

  it('moves no row under a pointer: new jobs wait until they are wanted', async () => {
    const [newest] = (await on.call('job.list', { limit: 1 })).jobs;
    await on.reach(newest?.id ?? '', 'done');
    await jobs.see(newest?.number ?? 0);
    await jobs
      .row(newest?.number ?? 0)
      .getByText('Done')
      .waitFor();
    await watchShifts();
    const before = await jobs.grid.getByRole('row').nth(1).innerText();
    await jobs.grid.getByRole('row').nth(1).hover();
    const since = await on.page.evaluate(() => performance.now());
    await on.rotated('payments-prod');
    await on.page.getByText('1 new job', { exact: true }).waitFor();
    await expect.poll(() => jobs.grid.getByRole('row').nth(1).innerText()).toBe(before);
    expect(await on.page.evaluate((from) => shifts(from), since)).toEqual([]);
    await on.page.getByRole('button', { name: 'Show it' }).click();
    await expect.poll(() => jobs.grid.getByRole('row').nth(1).innerText()).not.toBe(before);
  });

  it('shows the group of a job in the tree, and its jobs alone from the menu', async () => {
    const { jobs: all } = await on.call('job.list', { limit: 1, group: 'ledger-prod' });
    await jobs.openJob(all[0]?.number ?? 0);
    await jobs.dialog.getByRole('button', { name: 'Show group' }).click();
    await on.page.getByRole('row', { name: /ledger-prod/, selected: true }).waitFor();
    await jobs.open();
    await jobs.see(all[0]?.number ?? 0);
    await jobs.row(all[0]?.number ?? 0).click({ button: 'right' });
    await on.page.getByRole('menuitem', { name: 'Only jobs of this group' }).click();
    await on.page.getByText('Only jobs of ledger-prod').waitFor();
    await jobs.grid.getByText('payments-prod').first().waitFor({ state: 'detached' });
    await on.page.getByRole('button', { name: 'Show jobs of all groups' }).click();
    await jobs.grid.getByText('payments-prod').first().waitFor();
  });

  it('works by keyboard alone: list, job, step, menu, filter', async () => {
    await on.page.keyboard.press('Alt+5');
    await jobs.grid.focus();
    await on.page.keyboard.press('Home');
    await on.page.keyboard.press('Enter');
    await jobs.dialog.waitFor();
    await on.page.keyboard.press('Escape');
    await expect
      .poll(() => jobs.grid.evaluate((grid) => grid === document.activeElement))
      .toBe(true);
    await on.page.keyboard.press('Shift+F10');
    const menu = on.page.getByRole('menu');
    await menu.waitFor();
    await expect.poll(() => menu.getByRole('menuitem').first().innerText()).toContain('Open job');
    await on.page.keyboard.press('Escape');
    await on.page.getByRole('button', { name: 'Stopped or cancelled' }).press('Space');
    await jobs.grid.getByText('Cancelled').first().waitFor();
    await expect.poll(() => jobs.grid.getByText('Done', { exact: true }).count()).toBe(0);
    expect(await axeFindings(on.page)).toEqual([]);
    await on.page.getByRole('button', { name: 'All states' }).click();
  });
});

/** Runs a command as pasted; null where this computer has no AWS CLI. */
function runInShell(command: string): string | null {
  const { accessKeyId, secretAccessKey } = practiceRoot;
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  try {
    execFileSync('sh', ['-c', 'command -v aws'], { env });
  } catch {
    return null;
  }
  return execFileSync('sh', ['-c', command], { env, encoding: 'utf8' });
}

/** What has shifted since then. */
declare function shifts(since: number): readonly string[];

/** Notes what the browser itself calls a shift of the layout, and what shifted. */
async function watchShifts(): Promise<void> {
  await on.page.evaluate(() => {
    interface Shift {
      readonly startTime: number;
      readonly value: number;
      readonly sources: readonly {
        readonly node: Node | null;
        readonly previousRect: DOMRectReadOnly;
        readonly currentRect: DOMRectReadOnly;
      }[];
    }
    const seen: { readonly at: number; readonly what: string }[] = [];
    new PerformanceObserver((list) => {
      for (const { startTime: at, value, sources } of list.getEntries() as unknown as Shift[]) {
        for (const { node, previousRect: from, currentRect: to } of sources) {
          const text = node?.textContent?.slice(0, 80) ?? '';
          const what = `${value} "${text}" ${from.x},${from.y} to ${to.x},${to.y}`;
          seen.push({ at, what });
        }
      }
    }).observe({ type: 'layout-shift', buffered: false });
    const shifts = (since: number) => seen.filter(({ at }) => at > since).map(({ what }) => what);
    Object.assign(globalThis, { shifts });
  });
}
