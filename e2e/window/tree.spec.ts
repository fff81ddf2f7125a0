import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { JobStage } from './job-story.ts';
import { axeFindings } from './accessible.ts';
import { TreePage } from './tree-page.ts';

describe.skipIf(!windowHere)('Key Management', () => {
  let stage: JobStage;
  let tree: TreePage;
  let payments: string;
  let prod: string;
  beforeAll(async () => {
    stage = await JobStage.open();
    const folder = async (name: string, parent: string | null = null) =>
      (await stage.call('folder.add', { name, parent })).id;
    const cards = await folder('Cards');
    payments = await folder('Payments');
    await folder('Europe', payments);
    prod = await stage.addGroup('payments-prod', { folder: payments });
    await stage.rotated(prod);
    await stage.rotated(prod);
    await stage.addGroup('payments-uat', { folder: payments });
    const stopped = await stage.addGroup('cards-prod', { folder: cards });
    await stage.rotated(stopped);
    await stage.stopped(stopped);
    await stage.aws.deny([]);
    await stage.addGroup('archive');
    await stage.page.reload();
    tree = new TreePage(stage.page);
    await tree.row(/^archive/).waitFor();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  // What a failed test left open is not the next one's.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await stage.page.reload();
    await tree.grid.waitFor();
  });

  it('is a tree by keyboard', async () => {
    await tree.enter();
    await expect.poll(() => tree.focused()).toBe('1 needs you: Cards, folder, 1 key group');
    await tree.press('ArrowDown', 'ArrowRight');
    await tree.row(/^payments-prod/).waitFor();
    await tree.press('ArrowRight');
    await expect.poll(() => tree.focused()).toMatch(/^Europe, folder, empty/);
    await tree.press('p');
    await expect
      .poll(() => tree.focused())
      .toMatch(/^payments-prod, key group, A W S e u west 1, 2 keys, in step, next rotation /);
    await tree.press('ArrowRight');
    await tree.row(/^payments-prod version 2, key, Active, alias/).waitFor();
    await tree.press('ArrowRight');
    await expect.poll(() => tree.focused()).toMatch(/^payments-prod version 2/);
    await tree.press('ArrowLeft');
    await expect.poll(() => tree.focused()).toMatch(/^payments-prod, key group/);
    await tree.press('ArrowLeft', 'ArrowLeft', 'ArrowLeft');
    await expect.poll(() => tree.focused()).toMatch(/^Payments, folder, 2 key groups/);
    await tree.press('End');
    await expect.poll(() => tree.focused()).toMatch(/^archive/);
    await tree.press('Home', '*');
    await tree.row(/cards-prod/).waitFor();
    await tree.row(/^payments-uat/).waitFor();
  });

  it('says to assistive technology where each row stands', async () => {
    const of = async (name: RegExp) => {
      const row = tree.row(name);
      return Promise.all(
        ['aria-level', 'aria-posinset', 'aria-setsize', 'aria-expanded'].map((attribute) =>
          row.getAttribute(attribute),
        ),
      );
    };
    await expect.poll(() => of(/Cards, folder/)).toEqual(['1', '1', '3', 'true']);
    await expect.poll(() => of(/^payments-prod, key group/)).toEqual(['2', '2', '3', 'false']);
    await expect.poll(() => of(/^payments-uat/)).toEqual(['2', '3', '3', null]);
    await expect.poll(() => of(/^archive/)).toEqual(['1', '3', '3', null]);
  });

  it('opens menus by keyboard and mouse, and says why something cannot be done', async () => {
    await tree.row(/^payments-uat/).click();
    await tree.press('Shift+F10');
    await tree.menuItem(/Check against AWS/).waitFor();
    await expect
      .poll(() => tree.menuItem(/Check against AWS/).getAttribute('aria-disabled'))
      .toBe('true');
    await expect
      .poll(() => tree.menuItem(/Check against AWS/).textContent())
      .toContain('no keys yet');
    await expect
      .poll(() => tree.menuItem(/Force Rotate…/).getAttribute('aria-disabled'))
      .toBe('false');
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('Escape');
    await expect.poll(() => tree.focused()).toMatch(/^payments-uat/);
    await tree.row(/^payments-prod, key group/).click({ button: 'right' });
    await tree.menuItem(/Remove…/).waitFor();
    await expect.poll(() => tree.menuItem(/Remove…/).textContent()).toContain('It holds 2 keys.');
    await tree.press('Escape');
    await tree.grid.click({ button: 'right', position: { x: 200, y: 500 } });
    await tree.menuItem(/Key Group…/).waitFor();
    await expect
      .poll(() => tree.page.getByRole('menuitem').allTextContents())
      .toEqual(['Add: Key Group…', 'Add: Folder…']);
    await tree.press('Escape');
  });

  it('renames in place, and keeps what was typed when the name is taken', async () => {
    await tree.row(/^payments-uat/).click();
    await tree.press('F2');
    const field = tree.page.getByRole('textbox', { name: 'New name of payments-uat' });
    await field.fill('payments-prod');
    await tree.press('Enter');
    await tree.page.getByRole('alert').waitFor();
    await expect.poll(() => field.inputValue()).toBe('payments-prod');
    await field.fill('a-payments-test');
    await tree.press('Enter');
    await tree.row(/^a-payments-test, key group/).waitFor();
    await expect.poll(() => tree.focused()).toMatch(/^a-payments-test/);
    await expect.poll(() => tree.page.getByRole('alert').count()).toBe(0);
    await expect
      .poll(async () => {
        const names = await tree.names();
        return names.indexOf('payments-prod') - names.indexOf('a-payments-test');
      })
      .toBeGreaterThan(0);
  });

  it('adds a folder and lands on it, moves by keyboard and removes what is empty', async () => {
    await tree.page.getByRole('button', { name: 'Add…' }).click();
    await tree.menuItem(/Folder…/).click();
    const name = tree.dialog('Add folder').getByLabel('Name');
    await expect.poll(() => name.evaluate((at) => at === document.activeElement)).toBe(true);
    await tree.page.keyboard.type('Old');
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('Enter');
    await tree.row(/^Old, folder, empty/).waitFor();
    await expect.poll(() => tree.focused()).toMatch(/^Old, folder/);
    await tree.row(/^archive/).click();
    await tree.press('Shift+F10');
    await tree.menuItem(/Move to folder…/).click();
    const move = tree.dialog('Move archive');
    await move.waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('o');
    await move.getByRole('button', { name: 'Move to Old' }).waitFor();
    await tree.press('Enter');
    await move.waitFor({ state: 'detached' });
    // Its row may stand in the former place still, or in the new one: the deed is about the group.
    await tree.press('Delete');
    await tree.dialog(/^Remove key group “archive”/).waitFor();
    await tree.press('Escape');
    await tree.dialog(/^Remove/).waitFor({ state: 'detached' });
    await expect.poll(() => tree.row(/^archive/).getAttribute('aria-level')).toBe('2');
    await expect.poll(() => tree.focused()).toMatch(/^archive, key group/);
    await tree.row(/^Old, folder, 1 key group/).waitFor();
    await tree.press('ArrowLeft');
    await expect.poll(() => tree.focused()).toMatch(/^Old, folder/);
    await tree.press('Delete');
    await tree.page
      .getByText('It holds 1 key group. Only an empty folder can be removed.')
      .waitFor();
    await tree.press('ArrowDown');
    await expect.poll(() => tree.focused()).toMatch(/^archive, key group/);
    await tree.press('Delete');
    await tree.page.getByRole('button', { name: /^Remove archive/ }).click();
    // Behind the open dialog no row is found, whether it is there or not.
    await tree.dialog(/^Remove/).waitFor({ state: 'detached' });
    await tree.row(/archive/).waitFor({ state: 'detached' });
    await expect.poll(() => tree.focused()).toMatch(/^Old, folder/);
    await tree.press('Delete');
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.page.getByRole('button', { name: /^Remove Old/ }).click();
    await tree.dialog(/^Remove/).waitFor({ state: 'detached' });
    await tree.row(/^Old/).waitFor({ state: 'detached' });
    await expect.poll(() => tree.focused()).toMatch(/^Payments, folder/);
  });

  it('moves several at once by mouse, and never a folder into itself', async () => {
    const first = await stage.addGroup('move-1');
    await stage.addGroup('move-2');
    await tree.page.mouse.move(5, 5);
    await tree.page.evaluate('document.activeElement.blur()');
    // What comes while the focus is in the tree waits behind its bar.
    for (const name of [/^move-1/, /^move-2/]) await tree.row(name).waitFor();
    await tree.row(/^move-1/).click();
    await tree.row(/^move-2/).click({ modifiers: ['Control'] });
    await tree.row(/^move-1/).dragTo(tree.row(/^Europe/));
    await tree.row(/^Europe, folder, 2 key groups/).waitFor();
    const { group } = await stage.call('group.show', { group: first });
    expect(group.path).toBe('Payments/Europe/move-1');
    await tree.row(/^Payments, folder/).dragTo(tree.row(/^Europe/));
    const { folders } = await stage.call('folder.list', {});
    expect(folders.find(({ id }) => id === payments)?.parentId).toBeNull();
    for (const name of ['move-1', 'move-2'])
      await stage.call('group.remove', { group: name, confirm: true });
  });

  it('lands on a pasted ARN, with history and copies in sight after three inputs', async () => {
    const { keys } = await stage.call('key.list', { group: prod });
    const [oldest] = keys;
    await tree.press('Control+f');
    await expect.poll(() => tree.find.evaluate((at) => at === document.activeElement)).toBe(true);
    await tree.page.keyboard.insertText(oldest?.remote?.arn ?? '');
    await tree.press('Enter');
    await tree.details.getByRole('heading', { name: 'payments-prod, version 1' }).waitFor();
    await expect.poll(() => tree.focused()).toMatch(/^payments-prod version 1, key, Decrypts only/);
    const copies = tree.details.getByRole('region', { name: 'Copies' });
    await copies.getByText('Keystore, ').waitFor();
    const history = tree.details.getByRole('region', { name: 'History' });
    await history.getByText(/Gave alias\/payments-prod to a newer version/).waitFor();
    await tree.details.getByText(oldest?.kcv.value ?? 'nothing').waitFor();
  });

  it('lists what fits while somebody types, and opens a job by its number', async () => {
    await tree.press('Control+f');
    await tree.find.fill('payments-p');
    const hits = tree.page.getByRole('option');
    await hits.filter({ hasText: 'payments-prod' }).first().waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('Escape');
    await expect.poll(() => tree.find.getAttribute('aria-expanded')).toBe('false');
    await tree.find.fill('no such thing at all');
    await tree.page.getByText('Nothing matches “no such thing at all”.').waitFor();
    const { jobs } = await stage.call('job.list', { group: prod });
    await tree.find.fill(String(jobs[0]?.number));
    await hits.filter({ hasText: 'Job' }).first().click();
    await tree.page.getByRole('dialog').waitFor();
    await tree.press('Escape');
    await tree.find.fill('');
    await tree.row(/^payments-prod version 1/).click();
  });

  it('comes back as it was after another place', async () => {
    await stage.page.getByRole('button', { name: 'Audit' }).click();
    await stage.page.getByRole('button', { name: 'Key Groups' }).click();
    await tree.row(/^payments-prod version 1/).waitFor();
    await tree.grid.focus();
    await expect.poll(() => tree.focused()).toMatch(/^payments-prod version 1/);
  });

  it('shows a key in full, and its other versions in the same window', async () => {
    await tree.press('Alt+Enter');
    const dialog = tree.dialog('payments-prod, version 1');
    await dialog.waitFor();
    await dialog.getByRole('region', { name: 'Copies' }).getByText('Keystore, ').waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Show version 2' }).click();
    await tree.dialog('payments-prod, version 2').waitFor();
    await tree.press('Escape');
    await expect.poll(() => tree.focused()).toMatch(/^payments-prod version 1/);
  });

  it('asks AWS about the keys of a group', async () => {
    await tree.press('ArrowLeft', 'Shift+F10');
    await tree.menuItem(/Check against AWS/).click();
    await tree.page.getByText('Read 2 keys of payments-prod from AWS.').waitFor();
  });

  it('holds still under the focus: what came waits, and shows when wanted', async () => {
    await tree.enter();
    const before = await tree.names();
    await stage.addGroup('aaa-new');
    const show = tree.page.getByRole('button', { name: 'Show 1 new' });
    await show.waitFor();
    await expect.poll(() => tree.names()).toEqual(before);
    await show.click();
    await tree.row(/^aaa-new/).waitFor();
  });

  it('keeps the row of what was removed elsewhere, and then the focus', async () => {
    await tree.row(/^aaa-new/).click();
    await stage.call('group.remove', { group: 'aaa-new', confirm: true });
    await tree.row('Removed: aaa-new').waitFor();
    await tree.page.getByRole('button', { name: 'Show 1 moved or gone' }).click();
    await tree.row(/aaa-new/).waitFor({ state: 'detached' });
    await tree.grid.focus();
    await expect.poll(() => tree.focused()).not.toBeNull();
  });

  it('shows only what needs somebody, and what it needs', async () => {
    await tree.page.getByRole('button', { name: '! Needs me 1' }).click();
    await tree.row(/^Payments/).waitFor({ state: 'detached' });
    await expect.poll(() => tree.names()).toEqual(['Cards', 'cards-prod']);
    await tree.row(/^Job needs you: cards-prod/).click();
    const trouble = tree.details.getByRole('region', { name: 'Needs you' });
    await trouble.getByRole('button', { name: /^Show job/ }).waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.page.getByRole('button', { name: '! Needs me 1' }).click();
    await tree.row(/^Payments/).waitFor();
  });

  it('is without fault for axe and without loss in small windows, light and dark', async () => {
    await tree.row(/^payments-prod, key group/).click();
    expect(await axeFindings(stage.page)).toEqual([]);
    await stage.page.setViewportSize({ width: 900, height: 600 });
    const wider = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    await expect.poll(() => stage.page.evaluate(wider)).toBe(false);
    await stage.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('lists every key whatever its group', async () => {
    await stage.page.getByRole('button', { name: 'Keys', exact: true }).click();
    const keys = stage.page.getByRole('grid', { name: 'Keys' });
    await keys.getByRole('row', { name: /Payments\/payments-prod\/2/ }).waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await stage.page.getByRole('searchbox', { name: /^Group, key ID/ }).fill('prod');
    await stage.page.getByText('4 of 4 keys read').waitFor();
    await keys.getByRole('row', { name: /Payments\/payments-prod\/1/ }).dblclick();
    await tree.dialog('payments-prod, version 1').waitFor();
    await tree.press('Escape');
    await stage.page.getByRole('searchbox', { name: /^Group, key ID/ }).fill('no such key');
    await stage.page.getByText('Nothing matches “no such key”.').waitFor();
  });

  it('shows of every key in the list what tells it from the others, however long its path', async () => {
    const long = 'a group whose name is far longer than the column of the list is wide';
    await stage.rotated(await stage.addGroup(long, { folder: payments }));
    await stage.page.setViewportSize({ width: 900, height: 600 });
    await stage.page.getByRole('button', { name: 'Keys', exact: true }).click();
    await stage.page.getByRole('searchbox', { name: /^Group, key ID/ }).fill('');
    const keys = stage.page.getByRole('grid', { name: 'Keys' });
    await keys.getByRole('row', { name: `Payments/${long}/1` }).waitFor();
    // The version stands at the end: how far each end is from the edge of its cell.
    const beyond = await keys.getByRole('gridcell').evaluateAll((cells) =>
      cells
        .filter((cell) => cell.matches(':first-child') && cell.textContent.includes('/'))
        .map((cell) => {
          const name = document.createRange();
          name.selectNodeContents(cell);
          const right = Math.max(...Array.from(name.getClientRects(), (box) => box.right));
          return right > cell.getBoundingClientRect().right;
        }),
    );
    expect(beyond.length).toBeGreaterThan(4);
    expect(beyond).not.toContain(true);
    await stage.page.setViewportSize({ width: 1280, height: 800 });
  });
});
