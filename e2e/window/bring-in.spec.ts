import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { axeFindings } from './accessible.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { TreePage } from './tree-page.ts';

describe.skipIf(!windowHere)('Bring In Key', () => {
  let stage: JobStage;
  let form: GroupFormPage;
  let tree: TreePage;
  let elsewhere: string;
  const secret = randomBytes(32);

  beforeAll(async () => {
    elsewhere = mkdtempSync(join(tmpdir(), 'keyreeve-elsewhere-'));
    stage = await JobStage.open();
    // somebody filled this KMS key by a program of their own
    const made = await stage.aws.kms().send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
    const activeKeyId = made.KeyMetadata?.KeyId ?? '';
    await stage.aws.importMaterial(activeKeyId, secret);
    await stage.addGroup('payments-prod', { activeKeyId });
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.row(/payments-prod, key group/).waitFor();
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    if (elsewhere) rmSync(elsewhere, { recursive: true, force: true });
  });

  /** One of the lines that the dialog shows, in a shell of the other system. */
  const line = async (does: string): Promise<string> => {
    const at = form.top.getByRole('listitem').filter({ hasText: does });
    const command = (await at.locator('code').textContent()) ?? '';
    return execFileSync('bash', ['-c', command], { cwd: elsewhere, encoding: 'utf8' }).trim();
  };

  it('gives the transport key to the other system, from the menu of a group', async () => {
    await tree.row(/payments-prod, key group/).click();
    await tree.press('Shift+F10');
    await tree.menuItem(/Bring In Key…/).click();
    await form.button('Make transport key').click();
    const coming = stage.page.waitForEvent('download');
    await form.button('Save as PEM').click();
    await (await coming).saveAs(join(elsewhere, 'transport.pem'));
    writeFileSync(join(elsewhere, 'key.bin'), secret);
    await form.top.getByText('What is done there, with OpenSSL').click();
    const shown = (await stage.call('group.transportKey', { group: 'payments-prod' })).transportKey;
    expect(await line('Compare the fingerprint')).toContain(shown?.sha256);
    await form.top.getByLabel(shown?.sha256 ?? 'none').waitFor();
    await line('Wrap the key');
    expect(readFileSync(join(elsewhere, 'wrapped.bin'))).toHaveLength(512);
    expect(await faultsOf(stage.page, 'bring-in')).toEqual([]);
  });

  it('says that the file holds another key than the KCV tells, and changes nothing', async () => {
    const since = await stage.aws.mark();
    await form.top.getByText('Choose the file that came back.').waitFor();
    await form.top
      .getByLabel('File with the wrapped key')
      .setInputFiles(join(elsewhere, 'wrapped.bin'));
    await form.top.getByText('wrapped.bin', { exact: true }).waitFor();
    await form.field('KCV that the other system shows').fill('000000');
    await tree.press('Enter');
    await form.top.getByText('The key in the file has another KCV than the one given.').waitFor();
    expect(await stage.aws.calls(since)).not.toContain('ImportKeyMaterial');
    expect((await stage.call('key.list', { group: 'payments-prod' })).keys).toEqual([]);
  });

  it('takes the KMS key over that has this material, and says where the key came from', async () => {
    await form.field('KCV that the other system shows').fill(await line('Tell its KCV'));
    const start = form.button(/^Bring into payments-prod/);
    await start.and(stage.page.locator(':enabled:not([aria-disabled])')).waitFor();
    expect(await faultsOf(stage.page, 'bring-in, planned')).toEqual([]);
    await start.click();
    await form.top
      .getByRole('heading', { name: /Done/ })
      .or(form.top.getByText('✓ Done'))
      .first()
      .waitFor();
    await stage.page.keyboard.press('Escape');
    const { keys } = await stage.call('key.list', { group: 'payments-prod' });
    expect(keys).toMatchObject([{ version: 1, broughtIn: true, state: 'Active, alias' }]);
    await tree.row(/payments-prod, key group/).click();
    await tree.press('ArrowRight');
    await tree.row(/payments-prod version 1, key/).click();
    await tree.press('Alt+Enter');
    await form.top.getByText(/^Brought in on .*, not made here$/).waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
  });
});
