import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { type ConsoleStageOptions } from '../support/console.ts';
import { type WindowStage, openWindow, windowHere } from '../support/window-stage.ts';
import { axeFindings } from './accessible.ts';
import { EntryPage } from './entry-page.ts';
import { picture } from './pictures/camera.ts';
import type { PictureName } from './pictures/shown.ts';

const passphrase = 'a passphrase of several words';
const bytes = () => Uint8Array.from(Buffer.from(passphrase));

let stage: WindowStage | null = null;
afterEach(async () => {
  const ended = stage;
  stage = null;
  await ended?.stop();
});

async function open(options: ConsoleStageOptions = {}): Promise<EntryPage> {
  stage = await openWindow(options);
  return new EntryPage(stage.page);
}
const host = () => {
  if (!stage) throw new Error('no stage is open');
  return stage.host;
};

async function verified(): Promise<void> {
  while ((await host().call('keystore.status', {})).state === 'checking');
}

/** Unlocks from elsewhere, once a process has the core that was not tried in vain. */
async function unlockElsewhere(): Promise<void> {
  await expect
    .poll(async () => {
      host().disconnect();
      return (await host().call('keystore.unlock', { passphrase: bytes() })).state;
    })
    .toMatch(/checking|verified/);
}

/** Locks from elsewhere; another process has the core then, and the window connects to it anew. */
async function lockElsewhere(entry: EntryPage): Promise<void> {
  await host().call('keystore.lock', {});
  host().disconnect();
  await entry.page.reload();
  await entry.heading('Unlock desk.keystore').waitFor();
}

/** What a person does who knows nothing: presses what is offered, types what is asked. */
async function toRotatedKey(entry: EntryPage): Promise<void> {
  await entry.button(/^Practise/).click();
  await entry.passphrase.pressSequentially(passphrase);
  await entry.page.keyboard.press('Tab');
  await entry.passphraseAgain.pressSequentially(passphrase);
  await entry.button('Create practice keystore').click();
  await entry.button(/^Use (SoftHSM|software)$/).click();
  await entry.button('Add and Force Rotate…').click();
  await entry.button('Rotate first-group (practice)').click();
  await entry.page
    .getByRole('dialog')
    .getByText(/now holds alias\/first-group/)
    .waitFor();
}

describe.skipIf(!windowHere)('the first steps', () => {
  it('come to a rotated practice key with at most 9 clicks and 2 typed fields', async () => {
    const entry = await open();
    await entry.heading('What would you like to do?').waitFor();
    const counted = await entry.countInputs();
    await toRotatedKey(entry);
    const { clicks, fields } = await counted();
    expect(clicks).toBeLessThanOrEqual(9);
    expect(fields).toHaveLength(2);
    expect({ clicks, fields }).toEqual({
      clicks: 5,
      fields: ['Passphrase', 'Passphrase again'],
    });

    const { keys } = await host().call('key.list', {});
    expect(keys.map(({ reference, state }) => `${reference} ${state}`)).toEqual([
      'first-group/1 Active, alias',
    ]);
    await entry.page.keyboard.press('Escape');
    await entry.page.getByText('That is the whole job.').waitFor();
    await picture(entry.page, 'first-run--done');
    await entry.button('Show me').click();
    await entry.page.getByRole('dialog').getByText('Delete Key Material').waitFor();
  });

  it('can be gone by keyboard alone', async () => {
    const entry = await open();
    const { keyboard } = entry.page;
    await entry.heading('What would you like to do?').waitFor();
    const at = (element: Locator) => expect.poll(() => entry.focused(element)).toBe(true);
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await at(entry.passphrase);
    await keyboard.type(passphrase);
    await keyboard.press('Tab');
    await at(entry.passphraseAgain);
    await keyboard.type(passphrase);
    await keyboard.press('Enter');
    await entry.heading('Where are keys made?').waitFor();
    await entry.button(/^Use (SoftHSM|software)$/).waitFor();
    const chosen = entry.page.getByRole('radio', { checked: true, disabled: false });
    await chosen.waitFor();
    for (let n = 0; n < 5 && !(await entry.focused(chosen)); n += 1) await keyboard.press('Tab');
    await keyboard.press('Enter');
    await entry.heading('Your first key group').waitFor();
    await at(entry.page.getByLabel('Name', { exact: true }));
    await keyboard.type('by-keyboard');
    await keyboard.press('Enter');
    await at(entry.button('Rotate by-keyboard (practice)'));
    expect((await host().call('group.list', {})).groups.map(({ name }) => name)).toEqual([
      'by-keyboard',
    ]);
    await keyboard.press('Enter');
    await entry.page
      .getByRole('dialog')
      .getByText(/now holds alias/)
      .waitFor();
    await keyboard.press('Escape');
    const heading = entry.heading('by-keyboard is rotated');
    await expect.poll(() => entry.focused(heading)).toBe(true);
    await entry.page.getByText('now holds alias/by-keyboard').waitFor();
  });

  it('go on after a reload and a lock, and can be left without loss', async () => {
    const entry = await open();
    await entry.button(/^Practise/).click();
    await entry.passphrase.fill(passphrase);
    await entry.passphraseAgain.fill(passphrase);
    await entry.button('Create practice keystore').click();
    await entry.heading('Where are keys made?').waitFor();
    await entry.page.reload();
    await entry.heading('Where are keys made?').waitFor();
    await lockElsewhere(entry);
    await entry.unlock(passphrase);
    await entry.heading('Where are keys made?').waitFor();
    await entry.button('Leave the first steps').click();
    await entry.page.getByRole('navigation').waitFor();
    await entry.page.reload();
    await entry.page.getByRole('navigation').getByRole('button', { name: 'Practice' }).click();
    await entry.button('Go on with the first steps').click();
    await entry.heading('Where are keys made?').waitFor();
  });

  it('are readable by everybody, in both themes, and fit a small window and a zoomed one', async () => {
    const entry = await open();
    const look = async (name: PictureName): Promise<void> => {
      expect(await axeFindings(entry.page), name).toEqual([]);
      for (const size of [
        { width: 900, height: 600 },
        { width: 640, height: 400 },
        { width: 1280, height: 800 },
      ]) {
        await entry.page.setViewportSize(size);
        await expect.poll(() => entry.fits(), { message: `${name} at ${size.width}` }).toBe(true);
      }
      if (name !== 'restore') await picture(entry.page, name);
    };
    await entry.heading('What would you like to do?').waitFor();
    await look('first-run');
    await entry.button(/^Open a keystore/).click();
    await look('first-run--open');
    await entry.button('Restore from a backup…').click();
    await entry.page.getByRole('dialog').waitFor();
    await look('restore');
    await entry.page.keyboard.press('Escape');
    await entry.button('Back').click();
    await entry.button(/^Create a real/).click();
    await look('first-run--real');
    await entry.button('Back').click();
    await entry.button(/^Practise/).click();
    await entry.button('Create practice keystore').click();
    await look('first-run--passphrase');
    await entry.passphrase.fill(passphrase);
    await entry.passphraseAgain.fill(passphrase);
    await entry.button('Create practice keystore').click();
    await entry.button(/^Use (SoftHSM|software)$/).waitFor();
    await look('first-run--place');
    await entry.button(/^Use (SoftHSM|software)$/).click();
    await entry.heading('Your first key group').waitFor();
    await look('first-run--group');
  });
});

describe.skipIf(!windowHere)('unlocking', () => {
  it('says what was wrong and waits for another try', async () => {
    const entry = await open({ keystore: 'practice' });
    await entry.button('Lock now').click();
    await entry.heading('Unlock desk.keystore').waitFor();
    await entry.page.getByText('You locked it here.').waitFor();
    const refusal = entry.page.getByRole('alert').getByText('That did not open the keystore.');
    // At once: the process that holds the keystore is just giving way to the next.
    await entry.unlock('not the passphrase at all');
    await refusal.waitFor();
    await expect.poll(() => entry.passphrase.inputValue()).toBe('');
    await expect.poll(() => entry.focused(entry.passphrase)).toBe(true);
    expect(await axeFindings(entry.page)).toEqual([]);
    await picture(entry.page, 'unlock--refused');
    await entry.unlock(passphrase);
    await entry.page.getByRole('navigation').waitFor();
  });

  it('opens real keys in a browser only after their owner allowed it', async () => {
    const entry = await open();
    await entry.heading('What would you like to do?').waitFor();
    const backupPlace = join(host().folder, 'second');
    mkdirSync(backupPlace);
    await host().call('keystore.create', { realm: 'real', passphrase: bytes(), backupPlace });
    await lockElsewhere(entry);
    await entry.page.getByText('REAL KEYS', { exact: true }).waitFor();
    await entry.page.getByText('It was locked from the command line.').waitFor();
    await entry.unlock(passphrase);
    await entry.page
      .getByRole('alert')
      .getByText(/may not be opened in the browser/)
      .waitFor();
    await entry.page.getByText(/^keyreeve --keystore .*setting change --allow-console$/).waitFor();
    await picture(entry.page, 'unlock--real');

    await unlockElsewhere();
    await verified();
    await host().call('setting.change', { consoleAllowed: true, confirm: true });
    await lockElsewhere(entry);
    await entry.unlock(passphrase);
    await entry.page.getByRole('navigation').waitFor();
    await entry.page.getByText('REAL KEYS', { exact: true }).waitFor();
  });
});

describe.skipIf(!windowHere)('a keystore that comes back', () => {
  it('is looked at, verified and restored from its backup', async () => {
    const entry = await open({ keystore: 'practice' });
    const place = join(host().folder, 'second');
    mkdirSync(place);
    await host().call('keystore.setBackupPlace', { place });
    await lockElsewhere(entry);
    await entry.button('Restore from a backup…').click();
    const dialog = entry.page.getByRole('dialog');
    await dialog.getByText(/A keystore is never overwritten/).waitFor();
    await dialog.getByLabel('Folder of the backup').fill(place);
    await dialog.getByRole('button', { name: 'Look at the backup' }).click();
    const notProved = dialog.getByText(/^commit \d+ and what was added since.*not proved yet$/);
    await notProved.waitFor();
    await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await dialog.getByRole('button', { name: 'Verify this backup' }).click();
    await dialog.getByText('Opened and every part checked').waitFor();
    expect(await notProved.count()).toBe(0);
    expect(await axeFindings(entry.page)).toEqual([]);
    await entry.page.keyboard.press('Escape');

    for (const part of ['', '-wal', '-shm', '.slots', '.slots.copy']) {
      rmSync(`${host().keystore}${part}`, { force: true });
    }
    await entry.page.reload();
    await entry.button(/^Open a keystore/).click();
    await entry.button('Restore from a backup…').click();
    await dialog.getByLabel('Folder of the backup').fill(place);
    await entry.page.keyboard.press('Enter');
    await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await dialog.getByRole('button', { name: 'Restore this backup' }).click();
    await entry.heading('Unlock desk.keystore').waitFor();
    await entry.unlock(passphrase);
    await entry.page.getByRole('navigation').waitFor();
    await entry.page.getByText('This device is not the designated one').waitFor();
    await entry.page
      .getByText('Restored from a backup. Its jobs wait until somebody has looked at them.')
      .first()
      .waitFor();
  });
});
