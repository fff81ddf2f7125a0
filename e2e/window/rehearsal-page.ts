import { expect } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { deedName } from './deed-name.ts';

/** Administration > Practice and the rehearsals in it, as a person meets them. */
export class RehearsalPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  open(): Promise<void> {
    return this.place('Practice');
  }
  async place(name: string): Promise<void> {
    const places = this.page.getByRole('navigation', { name: 'Places' });
    await places.getByRole('button', { name, exact: true }).click();
    await this.page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  }
  async part(name: string): Promise<void> {
    await this.page.getByRole('tab', { name, exact: true }).click();
  }
  section(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }
  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name: deedName(name) });
  }
  /** The topmost dialog. */
  get top(): Locator {
    return this.page.getByRole('dialog').last();
  }
  noDialog(): Promise<void> {
    return this.page.locator('[role=dialog]').waitFor({ state: 'detached' });
  }
  /** The step that is next. */
  async now(title: string): Promise<void> {
    await this.page.locator('[aria-current=step]').getByText(title, { exact: true }).waitFor();
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }
  type(text: string): Promise<void> {
    return this.page.keyboard.type(text);
  }
  /** Tab until what has the focus is called so. */
  async tabTo(name: RegExp): Promise<void> {
    await expect
      .poll(
        async () => {
          const here = await this.#nameOfFocus();
          if (!name.test(here)) await this.page.keyboard.press('Tab');
          return here;
        },
        { message: `no way to ${name.source} by Tab`, interval: 1 },
      )
      .toMatch(name);
  }
  async focused(name: RegExp): Promise<void> {
    await expect.poll(() => this.#nameOfFocus()).toMatch(name);
  }
  #nameOfFocus(): Promise<string> {
    return this.page.evaluate(() => {
      const at = document.activeElement as HTMLInputElement | null;
      if (at?.matches('div:not([role=tab])') === true) return '';
      return (
        at?.getAttribute('aria-label') ?? at?.labels?.[0]?.textContent ?? at?.textContent ?? ''
      );
    });
  }
}
