import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { passphrase } from '../support/console.ts';
import { inElectron, windowHere } from '../support/window-stage.ts';
import { AdministrationPage } from './administration-page.ts';
import { EntryPage } from './entry-page.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { JobsPage } from './jobs-page.ts';
import {
  command as commanded,
  cutOffDeeds,
  dialogs,
  furtherDialogs,
  heldAnswers,
  type Opened,
  reloaded,
  rotation,
} from './reload-story.ts';
import { TreePage } from './tree-page.ts';

/** What may be read of it by nobody while the keystore is locked. */
const group = 'cards-prod';
const folder = 'Payments';

/** A lock from elsewhere in the middle of every form: what was typed is there again, but no secret. */
describe.skipIf(!windowHere)('a lock in the middle of an edit', () => {
  let on: JobStage;
  let entry: EntryPage;
  let form: GroupFormPage;
  let tree: TreePage;
  beforeAll(async () => {
    on = await JobStage.open();
    entry = new EntryPage(on.page);
    form = new GroupFormPage(on.page);
    tree = new TreePage(on.page);
    await on.addGroup(group);
    await on.call('folder.add', { name: folder, parent: null });
    await tree.row(new RegExp(`^${group}`)).waitFor();
  });
  afterAll(() => on?.[Symbol.asyncDispose]());
  // What a failed test left open is not the next one's.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await on.page.reload();
    const places = on.page.getByRole('navigation', { name: 'Places' });
    await entry.heading('Unlock desk.keystore').or(places).first().waitFor();
    if (await entry.passphrase.isVisible()) await entry.unlock(passphrase);
    await places.waitFor();
  });

  const press = (key: string) => on.page.keyboard.press(key);
  const command = async (text: string): Promise<void> => {
    await commanded(text)(on.page);
    await form.top.waitFor();
  };
  /** Locks by the private socket, looks that nothing of the keys is left, and opens it again. */
  const throughLock = async (meanwhile?: () => Promise<void>): Promise<void> => {
    await on.call('keystore.lock', {});
    on.stage.host.disconnect();
    await entry
      .heading('Unlock desk.keystore')
      .or(on.page.getByRole('heading', { level: 1, includeHidden: true, name: /^Unlock/ }))
      .first()
      .waitFor({ state: 'attached' });
    await meanwhile?.();
    expect(await on.page.locator('[role=dialog]').count()).toBe(0);
    const shown = await on.page.locator('body').innerText();
    expect(shown).not.toContain(group);
    expect(shown).not.toContain(folder);
    await entry.unlock(passphrase);
    await on.page
      .getByRole('navigation', { name: 'Places', includeHidden: true })
      .waitFor({ state: 'attached' });
    await focusIsSomewhere();
  };
  const focusIsSomewhere = (): Promise<void> =>
    expect.poll(() => on.page.evaluate(() => document.activeElement !== document.body)).toBe(true);
  const leave = async (): Promise<void> => {
    await press('Escape');
    await on.page.locator('[role=dialog]').waitFor({ state: 'detached' });
    await focusIsSomewhere();
  };
  const holds = (field: Locator, text: string) => expect.poll(() => field.inputValue()).toBe(text);

  it('keeps the new name of a row, and sends nothing by itself', async () => {
    await tree.row(new RegExp(`^${group}`)).click();
    await press('F2');
    const field = on.page.getByRole('textbox', { name: `New name of ${group}` });
    await field.fill('cards-of-tomorrow');
    await throughLock();
    await holds(field, 'cards-of-tomorrow');
    expect((await on.call('group.list', {})).groups.map(({ name }) => name)).toEqual([group]);
    await expect.poll(() => entry.focused(field)).toBe(true);
    await press('Escape');
    await field.waitFor({ state: 'detached' });
    await expect.poll(() => entry.focused(tree.grid)).toBe(true);
  });

  it('keeps what was changed in Properties', async () => {
    await tree.row(new RegExp(`^${group}`)).click();
    await press('Alt+Enter');
    await form.field('Name').fill('cards-renamed');
    await throughLock();
    await holds(form.field('Name'), 'cards-renamed');
    await press('Escape');
    await form.button('Discard what I typed').click();
    await form.top.waitFor({ state: 'hidden' });
  });

  it('keeps the name of a folder, and where something is to be moved', async () => {
    await command('Add folder…');
    await form.field('Name').fill('Cards of today');
    await throughLock();
    await holds(form.field('Name'), 'Cards of today');
    await leave();
    await tree.row(new RegExp(`^${group}`)).click();
    await command(`Move ${group}`);
    await form.top.getByRole('row', { name: folder, exact: true }).click();
    await form.button(/^Move to .*Payments/).waitFor();
    await throughLock();
    await form.button(/^Move to .*Payments/).waitFor();
    await leave();
  });

  it('keeps what a credential is called, and loses its secret', async () => {
    await command('Import credential…');
    await form.top.getByRole('radio', { name: 'Keys, typed' }).check();
    await form.field('Name in this keystore').fill('half-typed');
    await form.field('Access key ID').fill('AKIAIOSFODNN7EXAMPLE');
    await form.field('Secret access key').fill('a secret that is lost');
    await throughLock();
    await holds(form.field('Name in this keystore'), 'half-typed');
    await holds(form.field('Access key ID'), 'AKIAIOSFODNN7EXAMPLE');
    await holds(form.field('Secret access key'), '');
    await leave();
  });

  it('keeps the store that is being added, and the folder of a backup', async () => {
    await command('Add external key store…');
    await form.field('Name').fill('ledger');
    await form.field('Owner accounts').fill('123456789012');
    await throughLock();
    await holds(form.field('Name'), 'ledger');
    await holds(form.field('Owner accounts'), '123456789012');
    await leave();
    await command('Verify an exported audit log…');
    const file = form.top.getByRole('textbox').first();
    await file.fill('/somewhere/audit.jsonl');
    await throughLock();
    await holds(file, '/somewhere/audit.jsonl');
    await leave();
  });

  it('keeps a rule that is being written', async () => {
    const store = { name: 'ledger', accounts: null, storage: 'software' } as const;
    await on.call('xksStore.add', store);
    await press('Alt+4');
    await on.page.getByRole('row', { name: /^ledger, external key store/ }).click();
    await command('Add rule to ledger');
    await form.field('Name').fill('no reports');
    await form.field('Caller').fill('arn:aws:iam::*:role/reports');
    await throughLock();
    await holds(form.field('Name'), 'no reports');
    await holds(form.field('Caller'), 'arn:aws:iam::*:role/reports');
    await leave();
    expect((await on.call('xksRule.list', { store: 'ledger' })).rules).toEqual([]);
  });

  it('keeps where a backup is restored from, and loses the passphrases of a change', async () => {
    await command('Restore a backup…');
    await form.field('Folder of the backup').fill('/somewhere/backups');
    await throughLock(async () => {
      // It needs no open keystore, and stays.
      await holds(form.field('Folder of the backup'), '/somewhere/backups');
      await leave();
    });
    await press('Alt+0');
    await on.page.getByRole('button', { name: /^Change the passphrase/ }).click();
    for (const label of ['Passphrase now', 'New passphrase', 'New passphrase again'])
      await form.field(label).fill('secrets of several words');
    await throughLock();
    for (const label of ['Passphrase now', 'New passphrase', 'New passphrase again'])
      await holds(form.field(label), '');
    await leave();
  });

  /** Everything that a deed of the dialogs below would change. */
  const picture = async () =>
    JSON.stringify([
      (await on.call('job.list', {})).jobs.map(({ number, state }) => [number, state]),
      (await on.call('folder.list', {})).folders,
      (await on.call('group.list', {})).groups,
      (await on.call('xksStore.list', {})).stores.map(({ name, blocked }) => [name, blocked]),
      (await on.call('credential.list', {})).credentials.map(({ name }) => name),
      (await on.call('keystore.status', {})).slots,
    ]);
  const walk = async (all: readonly Opened[]): Promise<void> => {
    const before = await picture();
    for (const each of all) {
      const what = String(each.title);
      for (const step of each.by) await step(on.page);
      await form.heading(each.title).waitFor();
      if (each.types) await form.top.getByLabel(each.types).first().pressSequentially('1');
      await each.after?.(on.page);
      const place = on.page.getByRole('heading', { level: 1, includeHidden: true });
      const was = await place.innerText();
      expect(await reloaded(on.page), what).toBe(each.lost ? 'beforeunload' : null);
      await on.page.getByRole('navigation', { name: 'Places' }).waitFor();
      await entry.heading(was).waitFor();
      expect(await place.count(), what).toBe(1);
      expect(await on.page.locator('[role=dialog]').count(), what).toBe(0);
    }
    expect(await picture()).toBe(before);
  };

  it.skipIf(inElectron)(
    'a page loaded again asks where text would be lost, keeps its place, and sends nothing',
    async () => {
      await on.rotated(group);
      await walk(dialogs);
    },
  );

  it.skipIf(inElectron)('so it is with every dialog that no command opens', async () => {
    await on.addGroup('cards-late');
    await on.aws.deny(['kms:CreateAlias']);
    await on.reach(await on.begin('cards-late'), 'needs-you');
    await on.aws.allow();
    await on.call('practice.start', {});
    await on.call('xksKey.add', { store: 'ledger', name: 'payments' });
    const second = Uint8Array.from(Buffer.from(`second ${passphrase}`));
    await on.call('xks.requestCertificate', { host: 'xks.example.test', key: 'P-256' });
    await on.call('keystore.addSlot', { kind: 'passphrase', label: 'second', passphrase: second });
    await walk(furtherDialogs);
  });

  it.skipIf(inElectron)(
    'a page loaded again while it is locked asks about what a dialog keeps',
    async () => {
      await command('Add folder…');
      await form.field('Name').pressSequentially('Kept');
      await on.call('keystore.lock', {});
      on.stage.host.disconnect();
      await entry.heading('Unlock desk.keystore').waitFor();
      expect(await reloaded(on.page)).toBe('beforeunload');
      await entry.unlock(passphrase);
      await on.page.getByRole('navigation', { name: 'Places' }).waitFor();
      expect(await on.page.locator('[role=dialog]').count()).toBe(0);

      await new AdministrationPage(on.stage).go('Security and backup');
      await on.page.getByRole('textbox', { name: 'Minutes' }).pressSequentially('7');
      await on.call('keystore.lock', {});
      on.stage.host.disconnect();
      await entry.heading('Unlock desk.keystore').waitFor();
      expect(await reloaded(on.page)).toBe('beforeunload');
      await entry.unlock(passphrase);
      await on.page.getByRole('navigation', { name: 'Places' }).waitFor();
    },
  );

  describe.skipIf(inElectron)('a page loaded again before the answer', () => {
    let answers: { hold: () => void };
    let jobs: JobsPage;
    beforeAll(async () => {
      jobs = new JobsPage(on.page);
      answers = await heldAnswers(on.page);
      await reloaded(on.page);
      await on.page.getByRole('navigation', { name: 'Places' }).waitFor();
    });

    /** Does it, and loads the page again once it was done and before the page has heard of it. */
    const cutOff = async (
      deed: () => Promise<void>,
      done: () => Promise<boolean>,
      message = 'done',
    ) => {
      answers.hold();
      await deed();
      await expect.poll(done, { message }).toBe(true);
      await reloaded(on.page);
      const notice = jobs.bottom.getByText(/What was asked may have been done or not/);
      await notice.waitFor();
      expect(await on.page.locator('[role=dialog]').count()).toBe(0);
      expect(await done()).toBe(true);
      return notice;
    };
    const dismiss = () => jobs.bottom.getByRole('button', { name: 'Dismiss' }).click();

    it('says so; what was asked is done once', async () => {
      await press('Alt+1');
      await command('Add folder…');
      await form.field('Name').fill('Half way');
      const notice = await cutOff(
        () => press('Enter'),
        async () => {
          const { folders } = await on.call('folder.list', {});
          return folders.filter(({ name }) => name === 'Half way').length === 1;
        },
      );
      const cut = () => notice.evaluate((at) => at.scrollHeight - at.clientHeight);
      const size = on.page.viewportSize();
      await on.page.setViewportSize({ width: 900, height: 600 });
      await expect.poll(cut).toBe(0);
      if (size) await on.page.setViewportSize(size);
      await dismiss();
      await tree.row(/^Half way, folder/).waitFor();

      const known = new Set((await on.call('job.list', {})).jobs.map(({ id }) => id));
      const begun = async () => {
        const { jobs: all } = await on.call('job.list', {});
        return all.filter(({ id }) => !known.has(id));
      };
      for (const step of rotation) await step(on.page);
      await cutOff(
        () => form.button(/^Rotate/).click(),
        async () => (await begun()).length === 1,
      );
      const [job] = await begun();
      if (!job) throw new Error('the rotation did not begin');
      await on.reach(job.id, 'done');
      await jobs.open();
      await jobs.row(job.number).getByText('Done').waitFor();
      await dismiss();
    });

    it('says so of every deed of those dialogs', async () => {
      // It ended with the keystore that was locked meanwhile.
      await on.call('practice.start', {});
      await on.call('credential.import', {
        kind: 'keys',
        name: 'spare-kms',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: Uint8Array.from(Buffer.from('a secret of forty characters, or almost.')),
        endpoint: on.aws.url,
      });
      for (const { by, press: deed, done } of cutOffDeeds) {
        for (const step of by) await step(on.page);
        await cutOff(
          () => deed(on.page),
          () => done(on.call),
          String(done),
        );
        await dismiss();
      }
    });
  });
});
