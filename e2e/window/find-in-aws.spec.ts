import { CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { axeFindings } from './accessible.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { TreePage } from './tree-page.ts';

const marker = 'kr-7-0123456789ab';

describe.skipIf(!windowHere)('Find in AWS', () => {
  let stage: JobStage;
  let form: GroupFormPage;
  let tree: TreePage;

  beforeAll(async () => {
    stage = await JobStage.open();
    const { aws } = stage;
    for (const name of ['payments-prod', 'cards-prod'])
      await stage.rotated(await stage.addGroup(name));
    await aws.pointAlias('alias/somebody/else', await aws.makeKey());
    await aws
      .kms()
      .send(new CreateKeyCommand({ Origin: 'EXTERNAL', Description: `old [${marker}]` }));
    const KeyId = await aws.makeKey('EXTERNAL');
    await aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.row(/payments-prod, key group/).waitFor();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const grid = () => form.top.getByRole('grid', { name: 'KMS keys' });
  /** Standing and what it is, from top to bottom; ids are AWS's own. */
  const rows = () =>
    grid().evaluate((table) =>
      [...table.querySelectorAll('[role="rowgroup"] > [role="row"]')]
        .toSorted((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
        .map((row) => [...row.querySelectorAll('[role="gridcell"]')])
        .map((cells) => `${cells[1]?.textContent}: ${cells[2]?.textContent}`)
        .toSorted(),
    );
  const chip = (word: RegExp) =>
    form.top
      .getByRole('group', { name: 'Show KMS keys that are' })
      .getByRole('button', { name: word });

  it('is in the menu of a group, and reads the whole Region without a further click', async () => {
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10');
    await tree.menuItem(/Find in AWS…/).click();
    await form.heading('Find in AWS: payments-prod').waitFor();
    await form.top.getByText('1 key made by Keyreeve and not known here.').waitFor();
    // No word of a standing ends in an ellipsis: they are told apart by their last words.
    expect(
      await grid()
        .locator('[role="gridcell"]:nth-child(2)')
        .evaluateAll((cells) =>
          cells.flatMap((at) =>
            at.scrollWidth > at.clientWidth ? [`${at.textContent} ${at.scrollWidth}`] : [],
          ),
        ),
    ).toEqual([]);
    expect(await grid().evaluate((at) => at.scrollWidth - at.clientWidth)).toBe(0);
    await expect
      .poll(rows)
      .toEqual([
        '! Made by Keyreeve, not known here: Keyreeve made it; in which keystore its tags do not say',
        '· Not ours: AWS made its material, which never leaves AWS',
        '· Not ours: Somebody else imported its material, or is to',
        '✓ Known: Version cards-prod/1',
        '✓ Known: Version payments-prod/1',
      ]);
    await grid().getByText('! PendingDeletion').waitFor();
    await form.top.getByText('alias/somebody/else').waitFor();
  });

  it('says by keyboard what each means, and narrows down', async () => {
    await chip(/^Made by Keyreeve, not known here 1$/).click();
    await expect.poll(async () => (await rows()).length).toBe(1);
    await grid().focus();
    await tree.press('Home');
    const detail = form.top.getByRole('region', { name: /^KMS key / });
    await detail.getByText(marker).first().waitFor();
    await detail
      .getByText(/^Keyreeve holds no original of it here, and AWS has no material for it/)
      .waitFor();
    expect(await faultsOf(stage.page, 'find in aws')).toEqual([]);
    for (const colorScheme of ['dark', 'light'] as const) {
      await stage.page.emulateMedia({ colorScheme });
      expect(await axeFindings(stage.page)).toEqual([]);
    }
    await chip(/^All but AWS managed$/).click();
    await form.top.getByRole('searchbox').fill('alias/cards');
    await expect.poll(rows).toEqual(['✓ Known: Version cards-prod/1']);
    await grid().focus();
    await tree.press('Home', 'Enter');
    await form.heading(/cards-prod, version 1/).waitFor();
    await tree.press('Escape');
    await form.heading('Find in AWS: payments-prod').waitFor();
  });

  it('reads again what was made meanwhile, and says what it may not read', async () => {
    await form.top.getByRole('searchbox').fill('');
    await stage.aws.deny(['kms:ListAliases']);
    await stage.aws.makeKey();
    await form.button('Read again').click();
    await chip(/^Not ours 3$/).waitFor();
    await form.top.getByText('The aliases could not be read; the keys were.').waitFor();
    await stage.aws.deny(['kms:ListKeys']);
    await form.button('Read again').click();
    await form.top.getByText(/^Ended early by AWS_ACCESS_DENIED/).waitFor();
    await stage.aws.allow();
    await tree.press('Escape');
    await stage.page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('stops what is under way, and shows what was read', async () => {
    const unanswered = await stage.aws.hold('DescribeKey');
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10');
    await tree.menuItem(/Find in AWS…/).click();
    await form.top.getByRole('progressbar', { name: 'KMS keys read' }).waitFor();
    while ((await unanswered()) !== 0) await new Promise((resolve) => setImmediate(resolve));
    await form.button('Stop').click();
    await form.top.getByText(/^Stopped: \d of 6 KMS keys read\. The rest/).waitFor();
    await stage.aws.misbehave();
    await form.button('Read again').click();
    await form.top.getByText(/^6 of 6 KMS keys read/).waitFor();
    await tree.press('Escape');
  });

  it('is there for a credential in any Region, too', async () => {
    await stage.aws.makeKey('AWS_KMS', 'us-east-1');
    await stage.page
      .getByRole('navigation', { name: 'Places' })
      .getByRole('button', { name: 'Credentials' })
      .click();
    await stage.page.getByRole('grid', { name: 'Credentials' }).getByText('ledger-kms').click();
    await stage.page.getByRole('button', { name: 'Find in AWS…' }).click();
    await form.heading('Find in AWS: ledger-kms').waitFor();
    const region = form.top.getByRole('combobox', { name: 'Region' });
    await expect.poll(() => region.inputValue()).toBe('eu-west-1');
    expect(await faultsOf(stage.page, 'before')).toEqual([]);
    await region.fill('virginia');
    await tree.press('Enter');
    await form.button('Find').click();
    await form.top.getByText(/^1 of 1 KMS keys read/).waitFor();
    await expect.poll(rows).toEqual(['· Not ours: AWS made its material, which never leaves AWS']);
    await tree.press('Escape');
  });
});
