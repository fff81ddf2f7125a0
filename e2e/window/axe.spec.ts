import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, passphrase } from '../support/console.ts';
import { type Desk, requireDone } from '../support/desk.ts';
import type { OutsideAws } from '../support/outside-aws.ts';
import { policyTemplate } from '../support/policies.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { LaterStage } from './later-stage.ts';
import { TreePage } from './tree-page.ts';

/** As long as a name may be, with nowhere to break it. */
const long = 'a-name-as-long-as-a-name-may-be-'.repeat(8).slice(0, 255);
const longGroup = /^a-name-as-long.*, key group/;
const longKey = /^a-name-as-long.* version 1, key/;
const places = [
  'Key Groups',
  'Keys',
  'Jobs',
  'Audit',
  'HSM',
  'Credentials',
  'Configuration',
  'Security and backup',
  'Practice',
];

async function work(desk: Desk, aws: OutsideAws): Promise<void> {
  const other = Uint8Array.from(Buffer.from('another passphrase of words'));
  await desk.call('keystore.addSlot', { kind: 'passphrase', label: 'deputy', passphrase: other });
  await desk.call('folder.add', { name: 'Empty' });
  const cards = await desk.call('folder.add', { name: `Cards ${long}`.slice(0, 255) });
  await desk.addGroup(long, { alias: 'long', folder: cards.id, storage: 'hsm' });
  requireDone(await desk.rotate(long));
  await desk.addGroup('payments-prod', { policy: policyTemplate, storage: 'hsm' });
  await desk.rotated('payments-prod');
  await desk.rotated('payments-prod');
  await desk.addGroup('cards-prod');
  await desk.rotated('cards-prod');
  await aws.deny(['kms:UpdateAlias']);
  await desk.rotate('cards-prod');
  await aws.allow();
}

describe.skipIf(chromiumPath === null)('every place and every dialog', () => {
  let later: LaterStage;
  let form: GroupFormPage;
  let tree: TreePage;
  const faults: string[] = [];
  beforeAll(async () => {
    later = await LaterStage.open(work);
    later.page.setDefaultTimeout(8000);
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

  const look = async (name: string): Promise<void> => {
    faults.push(...(await faultsOf(later.page, name)));
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
  const lookAtCommand = async (title: string, there: RegExp): Promise<void> => {
    await command(title);
    await form.top.getByText(there).first().waitFor();
    await look(title);
    await closeTop();
  };

  it('before the keystore is open', async () => {
    await later.page.getByRole('heading', { name: 'Unlock desk.keystore' }).waitFor();
    await look('unlock');
    await later.page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await tree.press('Enter');
    await tree.row(/payments-prod, key group/).waitFor();
    expect(found()).toEqual([]);
  });

  it('what waits for somebody: the PIN, the designation', async () => {
    await lookAtCommand('Designate this device…', /rotat/);
    await later.call('device.designate', { confirm: true });
    await lookAtCommand('Enter PIN of the HSM…', /PIN/);
    await later.hsm.login(later);
    expect(found()).toEqual([]);
  });

  it('every place, with long names and with trouble', async () => {
    for (const place of places) {
      await go(place);
      if (place === 'Key Groups') {
        await onto(longKey);
        await tree.details.getByRole('region', { name: 'Copies' }).waitFor();
      }
      if (place === 'Jobs') await later.page.getByText('Needs you').first().waitFor();
      if (place === 'Audit') await later.page.getByRole('grid').getByRole('row').nth(2).click();
      await look(place);
    }
    expect(found()).toEqual([]);
  });

  it('the menus of the tree', async () => {
    for (const row of [/^Cards a-name/, longGroup, longKey]) {
      await onto(row);
      await tree.press('Shift+F10');
      await later.page.getByRole('menu').waitFor();
      await look(`menu of ${row.source}`);
      await tree.press('Escape');
    }
    expect(found()).toEqual([]);
  });

  it('Add Key Group: both steps, both tabs, its problems, what lies over it', async () => {
    await command('Add key group…');
    await look('add-group, first');
    await form.button('Continue').click();
    await form.field('Name').fill(long);
    await look('add-group, Group');
    await form.button(/^Select credential/).click();
    await form.top.getByRole('radio').first().waitFor();
    await look('select a credential');
    await closeTop();
    await form.tab('AWS Properties').click();
    await form.top.locator('input[type=file]').setInputFiles({
      name: 'policy.json',
      mimeType: 'application/json',
      buffer: Buffer.from(policyTemplate),
    });
    await form.button('Read the policy').waitFor();
    await form.button('Add Group').click();
    await look('add-group, with problems');
    await form.tab('AWS Properties').click();
    await look('add-group, AWS Properties');
    await form.button('Read the policy').click();
    await look('the policy, read');
    await closeTop();
    await closeTop();
    expect(found()).toEqual([]);
  });

  it('dialogs of Key Management', async () => {
    await onto(/^Empty, folder/);
    await lookAtCommand('Remove Empty…', /Empty/);
    await lookAtCommand('Move Empty…', /Empty/);
    await lookAtCommand('Add folder in Empty…', /Empty|Name/);
    await onto(longGroup);
    await command('Force Rotate');
    await form
      .button(/^Rotate /)
      .and(later.page.locator(':enabled:not([aria-disabled])'))
      .waitFor();
    await look('force rotate');
    await closeTop();
    await lookAtCommand('Properties of', /Rotate Every/);
    await onto(longKey);
    await lookAtCommand('Properties of', /COPIES|Copies/);
    await command('Synchronize');
    await form.button(/^Import material/).waitFor();
    await look('synchronize');
    await form.box('Delete Key Material').check();
    await form.button(/^Delete material/).waitFor();
    await look('synchronize, delete');
    await closeTop();
    await onto(/^payments-prod, key group/);
    await tree.press('ArrowRight');
    await tree.row(/payments-prod version 1, key/).click();
    await command('Make payments-prod');
    await form.button(/^Make version 1 active/).waitFor();
    await look('make active');
    await closeTop();
    expect(found()).toEqual([]);
  });

  it('dialogs of Logging and Reporting', async () => {
    await go('Jobs');
    await later.page.getByRole('grid').getByText('Needs you').first().dblclick();
    await form.top.getByText('Where things stand', { exact: false }).first().waitFor();
    await form.button(/Move alias/).click();
    await look('job');
    await form.button('Cancel job…').click();
    await form.top.getByText(/^Cancel now leaves/).waitFor();
    await look('cancel job');
    await closeTop();
    await closeTop();
    await lookAtCommand('Export the audit log…', /export|file/i);
    await lookAtCommand('Verify an exported audit log…', /verify|file/i);
    expect(found()).toEqual([]);
  });

  it('dialogs of Administration', async () => {
    await command('Import credential…');
    for (const kind of [/^CSV/, /^Keys/, /^Profile/, /^Role/]) {
      await form.top.getByRole('radio', { name: kind }).check();
      await look(`import credential, ${kind.source}`);
    }
    await closeTop();
    await lookAtCommand('Attach HSM…', /token|module/i);
    await lookAtCommand('Add a way to unlock…', /passphrase/i);
    await lookAtCommand('Restore a backup…', /backup/i);
    await go('Credentials');
    await later.page.getByRole('grid').getByText('payments-kms').first().click();
    await later.page.getByRole('button', { name: /^Remove/ }).click();
    await look('remove credential');
    await closeTop();
    await go('Security and backup');
    await later.page.getByRole('button', { name: 'Remove deputy' }).click();
    await look('remove slot');
    await closeTop();
    await later.page.getByRole('button', { name: 'Change the passphrase deputy' }).click();
    await look('change passphrase');
    await closeTop();
    expect(found()).toEqual([]);
  });

  it('commands, shortcuts, and a second browser that asks to take over', async () => {
    await tree.press('Control+k');
    await form.top.getByRole('option').first().waitFor();
    await look('commands');
    await closeTop();
    await tree.press('?');
    await form.top.waitFor();
    await look('shortcuts');
    await closeTop();
    const context = await later.stage.browser.newContext({
      viewport: { width: 1280, height: 800 },
    });
    const second = await context.newPage();
    await second.goto(await later.stage.host.link());
    await second.getByRole('heading', { name: /^Another browser works/ }).waitFor();
    faults.push(...(await faultsOf(second, 'waiting')));
    await form.heading('Another browser asks to take over').waitFor();
    await look('take over');
    await form.button('Keep working here').click();
    await second.getByRole('heading', { level: 1 }).waitFor();
    await context.close();
    expect(found()).toEqual([]);
  });
});
