import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { axeFindings, inScheme, schemes } from './accessible.ts';
import { GroupFormPage } from './group-form-page.ts';
import { JobStage } from './job-story.ts';
import { contrastInside } from './pictures/contrast.ts';
import { command } from './reload-story.ts';
import { TreePage } from './tree-page.ts';

/** What a person of a screen reader, or in the dark, is given to choose with. */
describe.skipIf(!windowHere)('lists that open, and boxes', () => {
  let stage: JobStage;
  let form: GroupFormPage;
  let tree: TreePage;
  beforeAll(async () => {
    stage = await JobStage.open();
    await stage.addGroup('ledger');
    await stage.rotated('ledger');
    form = new GroupFormPage(stage.page);
    tree = new TreePage(stage.page);
    await tree.row(/^ledger, key group/).waitFor();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const closed = async (): Promise<void> => {
    await tree.press('Escape');
    await stage.page.locator('[role=dialog]').waitFor({ state: 'detached' });
  };
  const copyLedger = async (): Promise<void> => {
    await tree.row(/^ledger, key group/).click();
    await tree.press('ArrowRight');
    await tree.row(/^ledger version 1, key/).click();
    await command('Copy ledger')(stage.page);
    await form.heading(/^Copy version 1 of/).waitFor();
  };
  /** Its list is opened from the field, is a part of the dialog, has its name, and is without fault. */
  const opens = async (field: Locator, name: string): Promise<Locator> => {
    await field.focus();
    await tree.press('ArrowDown');
    const list = form.top.getByRole('listbox', { name, exact: true });
    await list.getByRole('option').first().waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    const [box, dialog] = [await list.boundingBox(), await form.top.boundingBox()];
    expect(box?.width).toBeGreaterThan(100);
    expect(box?.x).toBeGreaterThanOrEqual(dialog?.x ?? 0);
    return list;
  };

  it('Region of Add Key Group, also where its end is below the part that scrolls', async () => {
    await command('Add key group…')(stage.page);
    await form.button('Continue').click();
    await form.tab('AWS Properties').click();
    const region = form.field('Region');
    await stage.page.setViewportSize({ width: 900, height: 600 });
    const list = await opens(region, 'Region');
    // What is open is seen whole, and not cut where the part of the dialog ends that scrolls.
    await tree.press('ArrowDown');
    const shown = await list.evaluate((at) => {
      const { left, bottom, width } = at.getBoundingClientRect();
      const y = Math.min(bottom, innerHeight) - 8;
      return at.contains(document.elementFromPoint(left + width / 2, y));
    });
    expect(shown).toBe(true);
    await stage.page.setViewportSize({ width: 1280, height: 800 });
    await tree.press('Escape');
    await list.waitFor({ state: 'detached' });
    await closed();
  });

  it('the group that is to have a copy: none takes it, one does', async () => {
    await copyLedger();
    await form.top.getByText(/^No other key group takes this key: add one for keys/).waitFor();
    const picker = form.top.getByRole('combobox', { name: 'Key group that is to have it' });
    await picker.focus();
    await tree.press('ArrowDown');
    await form.top.getByText('No other key group takes this key.', { exact: true }).waitFor();
    expect(await axeFindings(stage.page)).toEqual([]);
    await tree.press('Escape');
    await closed();
    await stage.addGroup('ledger-us', { region: 'us-east-1' });
    await copyLedger();
    await form.top.getByText(/^1 other key group takes this key/).waitFor();
    await opens(picker, 'Key group that is to have it');
    await tree.press('Escape');
    await closed();
  });

  it('boxes of Synchronize stand out from their ground in both looks', async () => {
    await tree.row(/^ledger version 1, key/).click();
    await command('Synchronize')(stage.page);
    const box = form.box('Delete Key Material');
    await box.waitFor();
    await form.button(/^Import material/).waitFor();
    for (const scheme of schemes) {
      await inScheme(stage.page, scheme);
      expect(await contrastInside(box), scheme).toBeGreaterThan(5);
    }
    await inScheme(stage.page, 'light');
    await closed();
  });
});
