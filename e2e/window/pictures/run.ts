// `npm run pictures`: works with the window as docs/guides/first-rotation.md tells it, and takes its pictures.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { policyTemplate } from '../../support/policies.ts';
import { ConsoleStage } from '../../support/console.ts';
import { EntryPage } from '../entry-page.ts';
import { GroupFormPage } from '../group-form-page.ts';
import { HsmStage } from '../hsm-stage.ts';
import { JobsPage } from '../jobs-page.ts';
import { TreePage } from '../tree-page.ts';
import { smallPng } from './small-png.ts';

const folder = join(import.meta.dirname, '../../../docs/pictures');
const most = 100_000;
const size = { width: 1200, height: 740 };
/** Its name is in the pictures. */
const backups = '/tmp/backups';

async function picture(page: Page, name: string): Promise<void> {
  const path = join(folder, `${name}.png`);
  await page.mouse.move(2, 2);
  const shot = await page.screenshot({ caret: 'hide', animations: 'disabled' });
  const small = smallPng(shot);
  writeFileSync(path, small);
  const bytes = small.length;
  process.stdout.write(`docs/pictures/${name}.png, ${Math.ceil(bytes / 1000)} kB\n`);
  if (bytes > most) throw new Error(`${name}.png is larger than ${most} bytes`);
}

async function firstRun(): Promise<void> {
  await using stage = await ConsoleStage.open({ window: { viewport: size } });
  const entry = new EntryPage(stage.page);
  await entry.heading('What would you like to do?').waitFor();
  await picture(stage.page, 'first-run');
}

/** Something of everything: folders, a job that needs somebody, material that is gone. */
async function fill({ jobs }: HsmStage): Promise<void> {
  await jobs.call('credential.test', { credential: 'ledger-kms' });
  await jobs.call('keystore.setBackupPlace', { place: backups });
  const folders = [];
  for (const name of ['Cards', 'Payments']) {
    folders.push((await jobs.call('folder.add', { name })).id);
  }
  const [cards = '', payments = ''] = folders;
  const inHsm = { storage: 'hsm', policy: policyTemplate } as const;
  await jobs.addGroup('payments-prod', { ...inHsm, folder: payments });
  await jobs.addGroup('payments-uat', { ...inHsm, folder: payments });
  await jobs.addGroup('ledger-prod', { ...inHsm, folder: payments });
  await jobs.addGroup('cards-prod', { ...inHsm, folder: cards });
  await jobs.addGroup('archive', { storage: 'hsm' });
  for (const group of ['payments-prod', 'payments-prod', 'payments-uat', 'cards-prod']) {
    await jobs.rotated(group);
  }
  await jobs.rotated('ledger-prod');
  const { keys } = await jobs.call('key.list', { group: 'cards-prod' });
  await jobs.aws.deleteMaterial(keys[0]?.remote?.keyId ?? '');
  await jobs.call('key.check', { key: keys[0]?.id ?? '' });
  await jobs.stopped('ledger-prod');
  await jobs.aws.allow();
}

async function work(): Promise<void> {
  await using hsm = await HsmStage.open();
  const { jobs: on } = hsm;
  const { page } = on;
  await page.setViewportSize(size);
  const [tree, form, jobs] = [new TreePage(page), new GroupFormPage(page), new JobsPage(page)];
  await fill(hsm);
  await page.reload();
  await tree.row(/Payments, folder/).waitFor();
  const close = async (): Promise<void> => {
    await page.keyboard.press('Escape');
    await page.locator('[role=dialog]').waitFor({ state: 'detached' });
  };
  const go = async (place: string): Promise<void> => {
    const places = page.getByRole('navigation', { name: 'Places' });
    await places.getByRole('button', { name: place }).click();
    await page.getByRole('heading', { level: 1, name: place, exact: true }).waitFor();
  };
  await tree.enter();
  await tree.press('*');
  await tree.row(/cards-prod, key group/).click();
  await tree.press('ArrowRight');
  await tree.row(/payments-prod, key group/).click();
  await tree.press('ArrowRight');
  await tree.row(/payments-prod version 2, key/).click();
  await tree.details.getByRole('region', { name: 'Copies' }).waitFor();
  await picture(page, 'key-groups');

  await page.getByRole('button', { name: 'Add…' }).click();
  await tree.menuItem('Add: Key Group…').click();
  await form.button('Continue').click();
  await form.field('Name').fill('invoices-prod');
  await form.selectCredential('ledger-kms');
  await picture(page, 'add-group');
  await form.tab('AWS Properties').click();
  await form.chooseRegion('ireland');
  await form.top.locator('input[type=file]').setInputFiles({
    name: 'invoices-policy.json',
    mimeType: 'application/json',
    buffer: Buffer.from(policyTemplate),
  });
  await form.top.getByText('Valid JSON').waitFor();
  await picture(page, 'add-group-aws');
  await page.keyboard.press('Escape');
  await form.button('Discard what I typed').click();
  await page.locator('[role=dialog]').waitFor({ state: 'detached' });

  await tree.row(/payments-prod, key group/).click({ button: 'right' });
  await tree.menuItem('Cloud: Force Rotate…').click();
  await form.button('Rotate payments-prod (practice)').waitFor();
  await picture(page, 'plan');
  await close();

  await tree.row(/payments-prod version 1, key/).click({ button: 'right' });
  await tree.menuItem('Cloud: Synchronize…').click();
  await form.button(/^Import material/).waitFor();
  await form.box('Delete Key Material').check();
  await form.button(/^Delete material from AWS/).waitFor();
  await picture(page, 'synchronize-delete');
  await close();

  await jobs.open();
  await jobs.grid.getByText('Needs you').waitFor();
  await picture(page, 'jobs');
  await jobs.grid.getByText('Needs you').dblclick();
  await jobs.dialog.getByText('AWS did not allow the alias to move.').waitFor();
  await picture(page, 'job');
  await close();

  for (const [place, name] of [
    ['Audit', 'audit'],
    ['HSM', 'hsm'],
    ['Security and backup', 'security'],
  ] as const) {
    await go(place);
    if (place === 'Audit') await page.getByRole('grid').getByRole('row').nth(2).click();
    await page.waitForLoadState('networkidle');
    await picture(page, name);
  }
  await page.keyboard.press('Control+k');
  await form.top.getByRole('option').first().waitFor();
  await picture(page, 'commands');
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
mkdirSync(backups, { mode: 0o700 });
try {
  await firstRun();
  await work();
} finally {
  rmSync(backups, { recursive: true, force: true });
}
