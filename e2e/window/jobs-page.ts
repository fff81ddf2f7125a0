import type { Locator, Page } from 'playwright-core';

/** Logging and Reporting > Jobs, and the dialog of one job, as a person meets them. */
export class JobsPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  get grid(): Locator {
    return this.page.getByRole('grid', { name: 'Jobs' });
  }
  get dialog(): Locator {
    return this.page.getByRole('dialog').last();
  }
  /** The quiet line at the bottom. */
  get bottom(): Locator {
    const jobs = this.page.getByRole('button', { name: 'Jobs', exact: true, includeHidden: true });
    return this.page.locator('footer').filter({ has: jobs });
  }

  async open(): Promise<void> {
    const heading = this.page.getByRole('heading', { name: 'Logging and reporting', exact: true });
    const places = this.page.getByRole('navigation', { name: 'Places' });
    const reporting = places.locator('div').filter({ has: heading });
    await reporting.getByRole('button', { name: 'Jobs' }).click();
    await this.grid.waitFor();
  }

  row(number: number): Locator {
    return this.grid.getByRole('row').filter({
      has: this.page.getByRole('gridcell', { name: String(number), exact: true }),
    });
  }

  async openJob(number: number): Promise<void> {
    await this.see(number);
    await this.row(number).dblclick();
    await this.dialog.getByText(`Job ${number}`, { exact: true }).waitFor();
  }

  /** The four lines, by their titles. */
  async standing(): Promise<Readonly<Record<string, string>>> {
    const section = this.dialog.getByRole('region', { name: 'Where things stand' });
    const titles = await section.getByRole('term').allInnerTexts();
    const lines = await section.getByRole('definition').allInnerTexts();
    return Object.fromEntries(titles.map((title, n) => [title, lines[n] ?? '']));
  }

  /** New jobs wait behind the bar while the focus is in the list. */
  async see(number: number): Promise<void> {
    const news = this.page.getByRole('button', { name: /^Show (it|them)$/ });
    await this.row(number).or(news).first().waitFor();
    while (!(await this.row(number).isVisible())) {
      try {
        await news.click({ timeout: 2000 });
      } catch (error) {
        // The bar goes by itself when the focus leaves the list, be it under the pointer.
        if (!(error instanceof Error && error.name === 'TimeoutError')) throw error;
      }
    }
  }

  /** Copied texts are kept from now on: the page itself may not read the clipboard. */
  async keepCopies(): Promise<void> {
    await this.page.evaluate(() => {
      const { clipboard } = navigator;
      const write = clipboard.writeText.bind(clipboard);
      clipboard.writeText = async (text) => {
        await write(text);
        Object.assign(globalThis, { copied: text });
      };
    });
  }

  async copied(button: string): Promise<string> {
    await this.page.evaluate(() => Object.assign(globalThis, { copied: null }));
    await this.dialog.getByRole('button', { name: button }).first().click();
    await this.page.waitForFunction(
      () => (globalThis as unknown as { copied: string | null }).copied !== null,
    );
    return this.page.evaluate(() => (globalThis as unknown as { copied: string }).copied);
  }
}
