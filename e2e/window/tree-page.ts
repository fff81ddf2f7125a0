import type { Locator, Page } from 'playwright-core';

/** The screen of key groups, as a person at it knows it. */
export class TreePage {
  readonly page: Page;
  readonly grid: Locator;
  readonly details: Locator;
  readonly find: Locator;

  constructor(page: Page) {
    this.page = page;
    this.grid = page.getByRole('treegrid', { name: 'Key groups' });
    this.details = page.getByRole('complementary', { name: 'Details' });
    this.find = page.getByRole('combobox', { name: /^Find/ });
  }

  /** A row by what is read out for it. */
  row(name: string | RegExp): Locator {
    return this.grid.getByRole('row', { name });
  }

  /** What is read out for the row that has the focus. */
  async focused(): Promise<string | null> {
    return this.page.evaluate(
      `document.getElementById(document.activeElement?.getAttribute('aria-activedescendant') ?? '')
        ?.getAttribute('aria-label') ?? null`,
    );
  }

  /** Names of all rows in sight, from top to bottom. */
  async names(): Promise<readonly string[]> {
    return this.page.evaluate(
      `[...document.querySelectorAll('[role="treegrid"] [role="rowgroup"] > [role="row"]')]
        .sort((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
        .map((row) => row.querySelector('[role="gridcell"]').textContent.replace('▸', ''))`,
    );
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Into the tree, onto its first row. */
  async enter(): Promise<void> {
    await this.grid.focus();
    await this.press('Home');
  }

  menuItem(name: string | RegExp): Locator {
    return this.page.getByRole('menuitem', { name });
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name });
  }
}
