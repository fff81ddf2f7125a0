import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { passphrase } from '../support/console.ts';
import { consoleOf, inElectron, windowHere } from '../support/window-stage.ts';
import { type Desk, requireDone } from '../support/desk.ts';
import type { OutsideAws } from '../support/outside-aws.ts';
import { policyTemplate } from '../support/policies.ts';
import { approvalsLookedAt } from './approvals-look.ts';
import { faultsOf } from './every-look.ts';
import { places } from './every-place.ts';
import { picture, takesPictures } from './pictures/camera.ts';
import type { PictureName } from './pictures/shown.ts';
import { GroupFormPage } from './group-form-page.ts';
import { LaterStage } from './later-stage.ts';
import { chosenCommand } from './reload-story.ts';
import { TreePage } from './tree-page.ts';

/** As long as a name may be, with nowhere to break it; as people name things in pictures. */
const longest = 'a-name-as-long-as-a-name-may-be-'.repeat(8).slice(0, 255);
const long = takesPictures ? 'ledger-prod' : longest;
const empty = takesPictures ? 'Archive' : 'Empty';
const longFolder = takesPictures ? 'Cards' : `Cards ${longest}`.slice(0, 255);
const longGroup = takesPictures ? /ledger-prod, key group/ : /^a-name-as-long.*, key group/;
const longKey = takesPictures ? /ledger-prod version 1, key/ : /^a-name-as-long.* version 1, key/;

/** What else lies in the keystore of a treasury; where its payments are. */
async function furnish(desk: Desk, aws: OutsideAws): Promise<{ folder: string }> {
  await desk.call('credential.test', { credential: 'payments-kms' });
  const { id: folder } = await desk.call('folder.add', { name: 'Payments' });
  await desk.addGroup('payments-uat', {
    folder,
    storage: 'hsm',
    rotateEvery: { amount: 1, unit: 'months' },
    awsDeletesMaterialAfterDays: 60,
  });
  await desk.addGroup('invoices-prod', { folder, storage: 'hsm' });
  await desk.addGroup('hsm-archive', { storage: 'hsm', rotate: false });
  await desk.rotated('payments-uat');
  const gone = await desk.rotated('invoices-prod');
  await aws.deleteMaterial(gone.remote?.keyId ?? '');
  await desk.call('key.check', { key: gone.id });
  return { folder };
}

async function work(desk: Desk, aws: OutsideAws): Promise<void> {
  const other = Uint8Array.from(Buffer.from('another passphrase of words'));
  await desk.call('keystore.addSlot', { kind: 'passphrase', label: 'deputy', passphrase: other });
  await desk.call('folder.add', { name: empty });
  const cards = await desk.call('folder.add', { name: longFolder });
  await desk.addGroup(long, {
    alias: takesPictures ? long : 'long',
    rotateEvery: { amount: 2, unit: 'months' },
    awsDeletesMaterialAfterDays: 80,
    folder: cards.id,
    storage: 'hsm',
  });
  requireDone(await desk.rotate(long));
  const payments = takesPictures ? await furnish(desk, aws) : {};
  await desk.addGroup('payments-prod', { ...payments, policy: policyTemplate, storage: 'hsm' });
  await desk.rotated('payments-prod');
  await desk.rotated('payments-prod');
  await desk.addGroup('cards-prod', {
    ...(takesPictures ? { folder: cards.id } : {}),
    keepValidFor: { amount: 20, unit: 'days' },
  });
  await desk.rotated('cards-prod');
  await aws.deny(['kms:UpdateAlias']);
  await desk.rotate('cards-prod');
  await aws.allow();
}

describe.skipIf(!windowHere)('every place and every dialog', () => {
  let later: LaterStage;
  let form: GroupFormPage;
  let tree: TreePage;
  const faults: string[] = [];
  beforeAll(async () => {
    later = await LaterStage.open(work);
    form = new GroupFormPage(later.page);
    tree = new TreePage(later.page);
  });
  afterAll(() => later?.[Symbol.asyncDispose]());
  // What a failed test left open is not the next one's.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await later.page.reload();
    await later.page.getByRole('navigation', { name: 'Places' }).waitFor();
  });

  /** What is shown is without fault; and its picture, where it is one to show. */
  // The picture first: a small window scrolls to what has the focus, and stays there when it grows again.
  const look = async (name: PictureName, page = later.page): Promise<void> => {
    await picture(page, name);
    faults.push(...(await faultsOf(page, name)));
  };
  /** Whatever was found so far, once. */
  const found = (): readonly string[] => faults.splice(0);
  const go = async (place: string): Promise<void> => {
    await later.page
      .getByRole('navigation', { name: 'Places' })
      .getByRole('button', { name: place })
      .click();
    await later.page.getByRole('heading', { level: 1, name: place, exact: true }).waitFor();
  };
  const command = async (title: string): Promise<void> => {
    await tree.press('Control+k');
    await later.page.getByRole('combobox', { name: /command/i }).fill(title);
    await later.page.getByRole('option', { name: title }).first().waitFor();
    await chosenCommand(later.page).waitFor();
    await tree.press('Enter');
    await later.page.getByRole('dialog', { name: /command/i }).waitFor({ state: 'detached' });
    await form.top.waitFor();
  };
  const closeTop = async (): Promise<void> => {
    // One below another is hidden from roles.
    const dialogs = later.page.locator('[role=dialog]');
    const open = await dialogs.count();
    await tree.press('Escape');
    const discard = form.button('Discard what I typed');
    await expect
      .poll(async () => {
        if ((await discard.count()) > 0) await discard.click();
        return dialogs.count();
      })
      .toBeLessThan(open);
  };
  /** The tree with everything in it open, onto one row. */
  const onto = async (row: RegExp): Promise<void> => {
    await go('Key Groups');
    await tree.enter();
    await tree.press('*');
    if (row.source.includes('version')) {
      await tree.row(longGroup).click();
      await tree.press('ArrowRight');
    }
    await tree.row(row).click();
  };
  /** A dialog that a command opens, once what it reads is there. */
  const lookAtCommand = async (name: PictureName, title: string, there: RegExp): Promise<void> => {
    await command(title);
    await form.top.getByText(there).first().waitFor();
    await look(name);
    await closeTop();
  };

  it('before the keystore is open', async () => {
    await later.page.getByRole('heading', { name: 'Unlock desk.keystore' }).waitFor();
    await look('unlock');
    await later.page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await tree.press('Enter');
    await tree
      .row(/, folder/)
      .first()
      .waitFor();
    expect(found()).toEqual([]);
  });

  it('what waits for somebody: the PIN, the designation', async () => {
    await lookAtCommand('designate', 'Designate this device…', /rotat/);
    await later.call('device.designate', { confirm: true });
    await lookAtCommand('enter-pin', 'Enter PIN of the HSM…', /PIN/);
    await later.hsm.login(later);
    expect(found()).toEqual([]);
  });

  it('every place, with long names and with trouble', async () => {
    for (const [place, name] of places) {
      await go(place);
      if (place === 'Key Groups') {
        await onto(longKey);
        await tree.details.getByRole('region', { name: 'Copies' }).waitFor();
      }
      if (place === 'Expiry') await later.page.getByText('In 19 days').waitFor();
      if (place === 'Jobs') await later.page.getByText('Needs you').first().waitFor();
      if (place === 'Audit') await later.page.getByRole('grid').getByRole('row').nth(2).click();
      await look(name);
    }
    expect(found()).toEqual([]);
  });

  it('the menus of the tree', async () => {
    const menus = [
      [takesPictures ? /Cards, folder/ : /Cards a-name/, 'menu--folder'],
      [longGroup, 'menu--group'],
      [longKey, 'menu--key'],
    ] as const;
    for (const [row, name] of menus) {
      await onto(row);
      await tree.press('Shift+F10');
      await later.page.getByRole('menu').waitFor();
      await look(name);
      await tree.press('Escape');
    }
    expect(found()).toEqual([]);
  });

  it('Add Key Group: both steps, both tabs, its problems, what lies over it', async () => {
    await command('Add key group…');
    await look('add-group');
    await form.button('Continue').click();
    await form.field('Name').fill(long);
    await look('add-group--group');
    await form.button(/^Select credential/).click();
    await form.top.getByRole('radio').first().waitFor();
    await look('add-group--credential');
    await closeTop();
    await form.tab('AWS Properties').click();
    await form.top.locator('input[type=file]').setInputFiles({
      name: 'policy.json',
      mimeType: 'application/json',
      buffer: Buffer.from(policyTemplate),
    });
    await form.button('Read the policy').waitFor();
    await form.button('Add Group').click();
    await look('add-group--problems');
    await form.tab('AWS Properties').click();
    await look('add-group--aws');
    await form.button('Read the policy').click();
    await look('add-group--policy');
    await closeTop();
    await closeTop();
    expect(found()).toEqual([]);
  });

  /** One that is not known here, so that what stands in the list is the same in every run. */
  const lookAtFound = async (): Promise<void> => {
    const Description = 'left over [kr-7-0123456789ab]';
    await later.aws.kms().send(new CreateKeyCommand({ Origin: 'EXTERNAL', Description }));
    await onto(/^payments-prod, key group/);
    await command('Find in AWS');
    await form.button(/^Made by Keyreeve, not known here/).click();
    await expect.poll(() => form.top.getByRole('grid').getAttribute('aria-rowcount')).toBe('2');
    await form.top.getByRole('grid').focus();
    await tree.press('Home');
    await form.top.getByText(Description).waitFor();
    await look('find-in-aws');
    await closeTop();
  };

  it('dialogs of Key Management', async () => {
    await onto(new RegExp(`^${empty}, folder`));
    await lookAtCommand('remove', `Remove ${empty}…`, new RegExp(empty));
    await lookAtCommand('move', `Move ${empty}…`, new RegExp(empty));
    await lookAtCommand('add-folder', `Add folder in ${empty}…`, /Name/);
    await onto(longGroup);
    await command('Force Rotate');
    await form
      .button(/^Rotate /)
      .and(later.page.locator(':enabled:not([aria-disabled])'))
      .waitFor();
    await look('force-rotate');
    await closeTop();
    await command('Bring a key into');
    await form.button('Make transport key').click();
    await form.button('Save as PEM').waitFor();
    await look('bring-in');
    await closeTop();
    await lookAtCommand('group-properties', 'Properties of', /Rotate Every/);
    await onto(longKey);
    await command('Properties of');
    await form.top
      .getByText(/COPIES|Copies/)
      .first()
      .waitFor();
    await look('key-properties');
    for (const [button, name] of [
      ['Compare policy', 'key-policy'],
      ['Show grants', 'key-grants'],
      ['Show materials', 'key-materials'],
    ] as const) {
      await form.button(button).click();
      await expect.poll(() => later.page.locator('[role=dialog]').count()).toBe(2);
      await form.button('Read again').waitFor();
      await look(name);
      await closeTop();
    }
    await closeTop();
    await command('Synchronize');
    await form.button(/^Import material/).waitFor();
    await look('synchronize');
    await form.box('Delete Key Material').check();
    await form.button(/^Delete material/).waitFor();
    await look('synchronize--delete');
    await closeTop();
    await onto(/^payments-prod, key group/);
    await command('Prove every keystore copy');
    await later.page.getByText(/^Each of the \d copies opened with the right KCV\.$/).waitFor();
    await look('prove-copies');
    await closeTop();
    await lookAtFound();
    await onto(/^payments-prod, key group/);
    await tree.press('ArrowRight');
    await tree.row(/payments-prod version 1, key/).click();
    await command('Make payments-prod');
    await form.button(/^Make version 1 active/).waitFor();
    await look('make-active');
    await closeTop();
    await command('Disable payments-prod');
    await form.button(/^Disable version 1 in AWS/).waitFor();
    await look('turn-key');
    await closeTop();
    await lookAtCommand('copy-key', 'Copy payments-prod', /other key groups? takes? this key/);
    await onto(/^payments-prod, key group/);
    await command('Synchronize all keys of payments-prod');
    await form.top
      .getByText(/Every key is in step|brought in line/)
      .first()
      .waitFor();
    await look('synchronize-group');
    await closeTop();
    expect(found()).toEqual([]);
  });

  it('dialogs of Logging and Reporting', async () => {
    await go('Jobs');
    await later.page.getByRole('grid').getByText('Needs you').first().dblclick();
    await form.top.getByText('Where things stand', { exact: false }).first().waitFor();
    // A pointer would scroll to the step, which may be in sight or not: the picture is of how it opens.
    await form.button(/Move alias/).dispatchEvent('click');
    await look('job');
    await form.button('Cancel job…').click();
    await form.top.getByText(/^Cancel now leaves/).waitFor();
    await look('cancel-job');
    await closeTop();
    await closeTop();
    await lookAtCommand('export-audit', 'Export the audit log…', /export|file/i);
    await lookAtCommand('verify-audit', 'Verify an exported audit log…', /verify|file/i);
    expect(found()).toEqual([]);
  });

  it('dialogs of Administration', async () => {
    await command('Import credential…');
    const kinds = [
      [/^CSV/, 'import-credential--csv'],
      [/^Keys/, 'import-credential--keys'],
      [/^Profile/, 'import-credential--profile'],
      [/^Role/, 'import-credential--role'],
    ] as const;
    for (const [kind, name] of kinds) {
      await form.top.getByRole('radio', { name: kind }).check();
      await look(name);
    }
    await closeTop();
    await lookAtCommand('attach-hsm', 'Attach HSM…', /^Found on the computer that runs/);
    await lookAtCommand('add-slot', 'Add a way to unlock…', /passphrase/i);
    await lookAtCommand('restore', 'Restore a backup…', /backup/i);
    await go('Credentials');
    await later.page.getByRole('grid').getByText('payments-kms').first().click();
    await later.page.getByRole('button', { name: /^Remove/ }).click();
    await look('remove-credential');
    await closeTop();
    await go('Security and backup');
    await later.page.getByRole('button', { name: 'Remove deputy' }).click();
    await look('remove-slot');
    await closeTop();
    await later.page.getByRole('button', { name: 'Change the passphrase deputy' }).click();
    await look('change-passphrase');
    await closeTop();
    expect(found()).toEqual([]);
  });

  it('Approvals, its dialogs, and what is held up for a second person', async () => {
    const second = takesPictures ? 'Jon Ames' : longest;
    await approvalsLookedAt(later, second, { go, look, lookAtCommand, closeTop });
    expect(found()).toEqual([]);
  });

  it.skipIf(inElectron)(
    'commands, shortcuts, and a second browser that asks to take over',
    async () => {
      await tree.press('Control+k');
      await form.top.getByRole('option').first().waitFor();
      await look('commands');
      await closeTop();
      await tree.press('?');
      await form.top.waitFor();
      await look('shortcuts');
      await closeTop();
      const { browser, host } = consoleOf(later.stage);
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
      });
      const second = await context.newPage();
      await second.goto(await host.link());
      await second.getByRole('heading', { name: /^Another browser works/ }).waitFor();
      await look('takeover--waiting', second);
      await form.heading('Another browser asks to take over').waitFor();
      await look('takeover');
      await form.button('Keep working here').click();
      await second.getByRole('heading', { level: 1 }).waitFor();
      await context.close();
      expect(found()).toEqual([]);
    },
  );
});
