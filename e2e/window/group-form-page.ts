import type { Locator, Page } from 'playwright-core';
import { deedName } from './deed-name.ts';

/** Add Key Group and Properties, and the plans behind them, as a person meets them. */
export class GroupFormPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** The dialog on top. */
  get top(): Locator {
    return this.page.getByRole('dialog').last();
  }
  button(name: string | RegExp): Locator {
    return this.top.getByRole('button', { name: deedName(name) });
  }
  field(label: string): Locator {
    return this.top.getByLabel(label, { exact: true });
  }
  tab(name: string): Locator {
    return this.top.getByRole('tab', { name: new RegExp(`^${name}`) });
  }
  box(name: string): Locator {
    return this.top.getByRole('checkbox', { name });
  }
  heading(name: string | RegExp): Locator {
    return this.top.getByRole('heading', { name, level: 2 });
  }

  /** By right-click on the empty background of the tree, as far as the window with its tabs. */
  async addByMouse(): Promise<void> {
    await this.page.getByRole('treegrid', { name: 'Key groups' }).click({
      button: 'right',
      position: { x: 200, y: 300 },
    });
    await this.page.getByRole('menuitem', { name: /Key Group…/ }).click();
    await this.button('Continue').click();
    await this.field('Name').waitFor();
  }

  async selectCredential(name: string): Promise<void> {
    await this.button(/^Select credential/).click();
    await this.top.getByRole('radio', { name: new RegExp(`^${name}`) }).check();
    await this.button(`Select ${name}`).click();
  }

  async chooseRegion(text: string): Promise<void> {
    await this.field('Region').fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** What stands beside a field: its problem or its hint. */
  async beside(label: string): Promise<string> {
    const ids = (await this.field(label).getAttribute('aria-describedby')) ?? '';
    const texts = await Promise.all(
      ids.split(' ').map((id) => this.page.locator(`[id="${id}"]`).innerText()),
    );
    return texts.join(' ').trim();
  }

  focusedName(): Promise<string> {
    return this.page.evaluate(() => {
      const at = document.activeElement;
      return at?.getAttribute('aria-label') ?? at?.textContent ?? '';
    });
  }
}
