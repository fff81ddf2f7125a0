import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { passphrase } from '../support/console.ts';
import { inElectron, windowHere } from '../support/window-stage.ts';
import { leaveDialogs } from '../support/leave-dialogs.ts';
import { EntryPage } from './entry-page.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { JobsPage } from './jobs-page.ts';
import { TreePage } from './tree-page.ts';

/** One window of the two, as a person sits before it. */
interface Seat {
  readonly page: Page;
  readonly tree: TreePage;
  readonly form: GroupFormPage;
  readonly jobs: JobsPage;
}
const seatAt = (page: Page): Seat => ({
  page,
  tree: new TreePage(page),
  form: new GroupFormPage(page),
  jobs: new JobsPage(page),
});

/** Closes every dialog, and says yes where it asks whether typed text may go. */
async function closeAll(page: Page): Promise<void> {
  await page.bringToFront();
  await leaveDialogs(page);
}

// The desktop has one window.
describe.skipIf(!windowHere || inElectron)('two windows on one keystore', () => {
  let stage: JobStage;
  let here: Seat;
  let there: Seat;
  beforeAll(async () => {
    stage = await JobStage.open();
    await stage.addGroup('cards-prod');
    await stage.addGroup('ledger-prod');
    await stage.rotated('ledger-prod');
    here = seatAt(stage.page);
    const other = await stage.stage.context.newPage();
    stage.stage.listenTo(other);
    await other.goto(stage.stage.host.origin);
    there = seatAt(other);
    for (const { tree } of [here, there]) await tree.row(/^ledger-prod, key group/).waitFor();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());
  afterEach(async () => {
    await stage.aws.allow();
    for (const { page } of [here, there]) await closeAll(page);
  });

  // A tab that is not in front draws once in a second, and each click waits for what is drawn.
  const sitDown = ({ page }: Seat): Promise<void> => page.bringToFront();

  const properties = async (seat: Seat, name: string): Promise<void> => {
    await sitDown(seat);
    const { tree, form } = seat;
    await tree.press('Alt+1');
    await tree.row(new RegExp(`^${name}, key group`)).click();
    await tree.press('Alt+Enter');
    await form.heading(`Properties of ${name}`).waitFor();
    await form.tab('AWS Properties').click();
  };
  /** What came while the focus is in the tree waits below it, so that no row moves. */
  const inSight = async (seat: Seat, name: string): Promise<void> => {
    await sitDown(seat);
    const { tree, page } = seat;
    const row = tree.row(new RegExp(`^${name}, key group`));
    const news = page.getByRole('button', { name: /^Show 1 new/ });
    await row.or(news).first().waitFor();
    if (await news.isVisible()) await news.click();
    await row.waitFor();
  };
  const save = async (seat: Seat, name: string): Promise<void> => {
    await sitDown(seat);
    const { form, page } = seat;
    await form.button(`Change ${name}…`).click();
    await form.heading(`Change “${name}”?`).waitFor();
    await form.button(`Change ${name}`).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  const shown = async (name: string) => (await stage.call('group.show', { group: name })).group;

  it('what one adds, the other shows without being asked', async () => {
    await sitDown(here);
    await here.tree.row(/^ledger-prod, key group/).click();
    await here.form.addByMouse();
    await here.form.field('Name').fill('payments-prod');
    await here.form.selectCredential('ledger-kms');
    await here.form.tab('AWS Properties').click();
    await here.form.chooseRegion('eu-west-1');
    await here.form.button('Add Group').click();
    await there.tree.row(/^payments-prod, key group/).waitFor();
  });

  it('the same group changed in both: neither takes back what the other said', async () => {
    await properties(here, 'cards-prod');
    await properties(there, 'cards-prod');
    await there.form.field('Description').fill('what was typed there');
    await sitDown(here);
    await here.form.field('Alias').fill('cards-here');
    await save(here, 'cards-prod');
    // What nobody changed there follows; what was typed there stands.
    await expect.poll(() => there.form.field('Alias').inputValue()).toBe('cards-here');
    expect(await there.form.field('Description').inputValue()).toBe('what was typed there');
    await save(there, 'cards-prod');
    expect(await shown('cards-prod')).toMatchObject({
      alias: 'cards-here',
      description: 'what was typed there',
    });
  });

  it('a group that one removes goes away under the open dialog of the other, with a way out', async () => {
    await stage.addGroup('short-lived');
    for (const seat of [here, there]) await inSight(seat, 'short-lived');
    await properties(there, 'short-lived');
    await there.form.field('Description').fill('never saved');
    await sitDown(here);
    await here.tree.row(/^short-lived, key group/).click();
    await here.tree.press('Delete');
    await here.form.top.getByRole('button', { name: /^Remove/ }).click();
    await here.page.getByRole('dialog').waitFor({ state: 'detached' });
    await there.form.top
      .getByText(/There is no key group by that name here/)
      .first()
      .waitFor();
    await closeAll(there.page);
    await there.tree.row(/^short-lived, key group/).waitFor({ state: 'detached' });
  });

  it('a job that one cancels is told as cancelled in the dialog of the other', async () => {
    const { job } = await stage.stopped('ledger-prod');
    for (const seat of [there, here]) {
      await sitDown(seat);
      await seat.jobs.open();
      await seat.jobs.openJob(job.number);
    }
    await here.jobs.dialog.getByRole('button', { name: 'Cancel job…' }).click();
    await here.jobs.dialog.getByText(/^Cancel now leaves/).waitFor();
    await here.jobs.dialog.getByRole('button', { name: /^Schedule its deletion/ }).click();
    await there.jobs.dialog.getByText(/Cancelled\.$/).waitFor();
    // Nothing is offered there any more that cannot be done.
    await expect
      .poll(() => there.jobs.dialog.getByRole('button', { name: 'Cancel job…' }).count())
      .toBe(0);
  });

  it('a lock in one covers both, and one passphrase opens both', async () => {
    await properties(there, 'cards-prod');
    const [mine, theirs] = [new EntryPage(here.page), new EntryPage(there.page)];
    await sitDown(here);
    await mine.button('Lock now').click();
    await theirs.heading(/^Unlock/).waitFor();
    expect(await there.page.getByText('cards-prod').count()).toBe(0);
    await mine.unlock(passphrase);
    await here.page.getByRole('navigation', { name: 'Places' }).waitFor();
    await there.form.heading('Properties of cards-prod').waitFor();
  });
});
