import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { faultsOf } from './every-look.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { picture } from './pictures/camera.ts';
import { TreePage } from './tree-page.ts';

const hmac = { keyType: 'HMAC', keyLength: 256 } as const;

describe.skipIf(!windowHere)('Copy Key to Another Group', () => {
  let stage: JobStage;
  let form: GroupFormPage;
  let tree: TreePage;

  beforeAll(async () => {
    stage = await JobStage.open();
    await stage.addGroup('tokens', hmac);
    await stage.rotated('tokens');
    await stage.addGroup('tokens-us', { ...hmac, region: 'us-east-1' });
    // of another kind, and so takes none of these
    await stage.addGroup('ledger');
    await stage.rotated('ledger');
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.row(/^tokens-us, key group/).waitFor();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  /** By right-click on the first version of a group, as far as the choice of the other group. */
  const copyFirstOf = async (group: string): Promise<void> => {
    await tree.row(new RegExp(`^${group}, key group`)).click();
    await tree.press('ArrowRight');
    await tree.row(new RegExp(`^${group} version 1, key`)).click({ button: 'right' });
    await tree.menuItem(/Copy to Another Group…/).click();
    await form.heading(`Copy version 1 of “${group}” to another group`).waitFor();
  };
  const picker = () => form.top.getByRole('combobox', { name: 'Key group that is to have it' });
  const option = (name: RegExp) => stage.page.getByRole('option', { name });
  const jobs = async () => (await stage.call('job.list', {})).jobs.length;

  it('goes from the menu of a key by keyboard to its plan, and starts nothing unread', async () => {
    await copyFirstOf('tokens');
    await form.top.getByText(/^1 other key group takes this key/).waitFor();
    await expect.poll(() => picker().evaluate((at) => at === document.activeElement)).toBe(true);
    expect(await faultsOf(stage.page, 'copy-key')).toEqual([]);
    const before = await jobs();
    await tree.press('ArrowDown');
    await option(/^tokens-us.* · us-east-1 · alias\/tokens-us$/).waitFor();
    expect(await stage.page.getByRole('option').count()).toBe(1);
    // closes the list, not the dialog
    await tree.press('Escape');
    await option(/^tokens-us/).waitFor({ state: 'detached' });
    await stage.page.keyboard.type('us-east');
    await option(/^tokens-us/).waitFor();
    await tree.press('Enter');
    const start = form.button('Copy into tokens-us');
    await start.and(stage.page.locator(':enabled:not([aria-disabled])')).waitFor();
    await form.top.getByText(/gets the material of version 1 of “tokens”/).waitFor();
    await form.top.getByText(/MACs that one KMS key made are verified by the other/).waitFor();
    await picture(stage.page, 'copy-key--planned');
    await tree.press('Enter');
    expect(await faultsOf(stage.page, 'copy-key, planned')).toEqual([]);
    expect(await jobs()).toBe(before);
  });

  it('copies it by one job, and says where the copy came from', async () => {
    await form.button('Copy into tokens-us').click();
    await form.top
      .getByRole('heading', { name: /Done/ })
      .or(form.top.getByText('✓ Done'))
      .first()
      .waitFor();
    await stage.page.keyboard.press('Escape');
    const [original, copy] = await Promise.all(
      ['tokens/1', 'tokens-us/1'].map((key) => stage.call('key.show', { key })),
    );
    expect(copy).toMatchObject({ state: 'Active, alias', kcv: original?.kcv });
    const materials = await Promise.all(
      [original, copy].map((key) => stage.aws.key(key?.remote?.keyId ?? '')),
    );
    expect(new Set(materials.map((key) => key.materials[0]?.sha256)).size).toBe(1);
    await tree.row(/^tokens-us, key group/).click();
    await tree.press('ArrowRight');
    await tree.row(/^tokens-us version 1, key/).click();
    await tree.press('Alt+Enter');
    await form.top
      .getByText(/^Copied from .?tokens\/1.? on/)
      .first()
      .waitFor();
    await tree.press('Escape');
    await form.top.waitFor({ state: 'detached' });
  });

  it('says that the group has the key by now, and leads back to the groups', async () => {
    await copyFirstOf('tokens');
    await picker().fill('tokens-us');
    await option(/^tokens-us/).waitFor();
    await tree.press('Enter');
    await form.top.getByText('That key group has this key already: version 1.').waitFor();
    await form.button('Choose another group').click();
    await expect.poll(() => picker().evaluate((at) => at === document.activeElement)).toBe(true);
    await tree.press('Escape');
    await form.top.waitFor({ state: 'detached' });
  });

  it('leads to a new group where none takes the key, and lists it then', async () => {
    await copyFirstOf('ledger');
    await form.top.getByText(/^No other key group takes this key: add one/).waitFor();
    expect(await faultsOf(stage.page, 'copy-key, no group')).toEqual([]);
    await form.button('Add Key Group…').click();
    await form.button('Continue').waitFor();
    await stage.addGroup('ledger-dr', { region: 'eu-central-1' });
    await tree.press('Escape');
    await form.top.getByText(/^1 other key group takes this key/).waitFor();
    await picker().fill('ledger-dr');
    await option(/^ledger-dr/).waitFor();
    await tree.press('Enter');
    await form
      .button('Copy into ledger-dr')
      .and(stage.page.locator(':enabled:not([aria-disabled])'))
      .waitFor();
  });
});
