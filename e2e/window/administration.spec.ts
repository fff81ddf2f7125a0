import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { practiceRoot } from '../support/outside-aws.ts';
import { passphrase } from '../support/console.ts';
import { type WindowStage, openWindow, windowHere } from '../support/window-stage.ts';
import { leaveDialogs } from '../support/leave-dialogs.ts';
import { axeFindings } from './accessible.ts';
import { AdministrationPage, places } from './administration-page.ts';

let stage: WindowStage;
let on: AdministrationPage;

beforeAll(async () => {
  if (!windowHere) return;
  stage = await openWindow({ keystore: 'practice' });
  on = new AdministrationPage(stage);
  await stage.call('practice.setUp', { keysIn: 'softhsm' });
});
afterAll(async () => {
  await stage?.stop();
});
afterEach(async () => {
  await leaveDialogs(on.page);
});

describe.skipIf(!windowHere)('Administration', () => {
  it('says of the HSM what it is, how it stands, and what was found by trying', async () => {
    await on.go('HSM');
    await on.section('Token keyreeve-practice').getByText('Ready').waitFor();
    const found = on.section('What it really does');
    await found.getByText(/The value of a sensitive key cannot be read/).waitFor();
    const { probe } = await stage.call('hsm.status', {});
    await expect.poll(() => found.getByRole('listitem').count()).toBe(probe?.findings.length);
    await on.button('Probe again').click();
    await on.bottom.getByText('Probed the HSM again.').waitFor();
    const again = await stage.call('hsm.status', {});
    expect(again.probe?.at).toBeGreaterThan(probe?.at ?? 0);
  });

  it('S1-011: takes the CSV file of an access key, tests it, and removes it again', async () => {
    await on.go('Credentials');
    await on.button('Import credential…').click();
    const csv = `Access key ID,Secret access key\n${practiceRoot.accessKeyId},${practiceRoot.secretAccessKey}\n`;
    await on.dialog.getByLabel(/^CSV file that AWS gave/).setInputFiles({
      name: 'payments-kms_accessKeys.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(csv),
    });
    await on.inDialog('Import payments-kms');
    await on.inDialog('Test connection');
    await on.dialog.getByText('✓ Connected').waitFor();
    await on.inDialog('Close');

    const grid = on.page.getByRole('grid', { name: 'Credentials' });
    await grid.getByRole('row', { name: /payments-kms/ }).click();
    await on.section('Credential payments-kms').getByText('Access key', { exact: true }).waitFor();
    await on.button('Remove…').click();
    await on.inDialog('Remove payments-kms');
    // Behind the open dialog no row is found, whether it is there or not.
    await on.dialog.waitFor({ state: 'detached' });
    await grid.getByRole('row', { name: /payments-kms/ }).waitFor({ state: 'detached' });
    const { credentials } = await stage.call('credential.list', {});
    expect(credentials.map(({ name }) => name)).toEqual(['practice']);
  });

  it('says why a file is no credential', async () => {
    await on.go('Credentials');
    await on.button('Import credential…').click();
    await on.dialog.getByLabel(/^CSV file that AWS gave/).setInputFiles({
      name: 'notes.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('a,b\n1,2\n'),
    });
    await on.inDialog('Import notes');
    await on.dialog.getByRole('alert').waitFor();
    expect(await axeFindings(on.page)).toEqual([]);
    await on.page.keyboard.press('Escape');
  });

  it('S1-031: says whether this is the designated device', async () => {
    await on.go('Configuration');
    await on
      .section('HSM Protected Key Options')
      .getByText(/This device is the designated one/)
      .waitFor();
    await on.section('Appearance').getByLabel('Dark').check();
    await on.page.locator('html[data-scheme="dark"]').waitFor();
    await on.section('Appearance').getByLabel('As this computer says').check();
    await on.page.locator('html[data-scheme="light"]').waitFor();
  });

  it('adds a way in, changes the passphrase, and takes the way away again', async () => {
    await on.go('Security and backup');
    await on.button('Add another way…').click();
    await on.dialog.getByLabel('Called').fill('safe');
    await on.dialog.getByLabel('Passphrase', { exact: true }).fill('words that lie in a safe');
    await on.dialog.getByLabel('Passphrase again').fill('words that lie in a safe');
    await on.inDialog('Add safe');
    await on
      .section('What opens this keystore')
      .getByRole('cell', { name: 'safe', exact: true })
      .waitFor();

    await on.button('Change the passphrase passphrase').click();
    await on.dialog.getByLabel('Passphrase now').fill('not the one it is');
    await on.dialog.getByLabel('New passphrase', { exact: true }).fill(`${passphrase} more`);
    await on.dialog.getByLabel('New passphrase again').fill(`${passphrase} more`);
    await on.inDialog('Change passphrase');
    await on.dialog.getByRole('alert').waitFor();
    await on.dialog.getByLabel('Passphrase now').fill(passphrase);
    await on.dialog.getByLabel('New passphrase', { exact: true }).fill(`${passphrase} more`);
    await on.dialog.getByLabel('New passphrase again').fill(`${passphrase} more`);
    await on.inDialog('Change passphrase');
    await on.dialog.waitFor({ state: 'detached' });

    await on.button('Remove safe').click();
    await on.inDialog('Remove safe');
    await on.dialog.waitFor({ state: 'detached' });
    const { slots } = await stage.call('keystore.status', {});
    expect(slots.map(({ label }) => label)).toEqual(['passphrase']);
  });

  it('chooses a place for backups, backs up to it, and says when', async () => {
    await on.go('Security and backup');
    const backup = on.section('Backup');
    const place = join(stage.host.folder, 'second');
    await backup.getByLabel('Place for backups').fill(place);
    await backup.getByRole('button', { name: 'Use this place' }).click();
    await backup.getByText('The backup folder is not there.').waitFor();
    mkdirSync(place);
    await backup.getByRole('button', { name: 'Use this place' }).click();
    await backup.getByText('Opened and every part checked').waitFor();
    await backup.getByRole('button', { name: 'Back up now' }).click();
    await backup.getByText('Opened and every part checked').waitFor();
    expect((await stage.call('keystore.status', {})).backup.place).toBe(place);
  });

  it('sets when it locks by itself', async () => {
    await on.go('Security and backup');
    const lock = on.section('Lock by itself');
    await lock.getByLabel('Minutes', { exact: true }).fill('45');
    await lock.getByRole('button', { name: 'Save lock time' }).click();
    await on.bottom.getByText('It locks after 45 minutes.').waitFor();
    await on.page
      .getByRole('timer')
      .getByText(/Locks in 4[45]:/)
      .waitFor();
  });

  it('keeps in sight what has the focus when somebody zooms in', async () => {
    await on.go('Security and backup');
    const button = on.button('Add another way…');
    await button.focus();
    const inSight = () =>
      button.evaluate((at) => {
        const { top, bottom } = at.getBoundingClientRect();
        return document.activeElement === at && top >= 0 && bottom <= innerHeight;
      });
    await expect.poll(inSight).toBe(true);
    // 1280 × 1024 at 400 %.
    await on.page.setViewportSize({ width: 320, height: 256 });
    await expect.poll(inSight).toBe(true);
    await on.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('shows the practice KMS and how often it was called', async () => {
    await on.go('Practice');
    await on.section('Practice KMS').getByText('Running, started by this Keyreeve').waitFor();
  });

  it('is readable by everybody, in both themes', async () => {
    for (const place of places) {
      await on.go(place);
      expect(await axeFindings(on.page), place).toEqual([]);
    }
    await on.go('HSM');
    await on.button('Attach again…').click();
    await on.dialog.getByLabel('PKCS#11 module').waitFor();
    expect(await axeFindings(on.page), 'attach').toEqual([]);
    await on.page.keyboard.press('Escape');
    await on.go('Security and backup');
    await on.button('Add another way…').click();
    expect(await axeFindings(on.page), 'another way').toEqual([]);
    await on.page.keyboard.press('Escape');
  });
});
