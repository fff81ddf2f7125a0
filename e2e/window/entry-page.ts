import type { Locator, Page } from 'playwright-core';

/** Pages before the work begins: first steps, unlock, restore. */
export class EntryPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  heading(name: string | RegExp) {
    return this.page.getByRole('heading', { level: 1, name });
  }
  button(name: string | RegExp) {
    return this.page.getByRole(
      'button',
      typeof name === 'string' ? { name, exact: true } : { name },
    );
  }
  get passphrase() {
    return this.page.getByLabel('Passphrase', { exact: true });
  }
  get passphraseAgain() {
    return this.page.getByLabel('Passphrase again', { exact: true });
  }

  async unlock(passphrase: string): Promise<void> {
    await this.passphrase.fill(passphrase);
    await this.page.keyboard.press('Enter');
  }

  /** True while this element has the focus. */
  focused(element: Locator): Promise<boolean> {
    return element.evaluate((at) => at === at.ownerDocument.activeElement);
  }

  /** From now on: presses of a mouse, and fields into which something was put. */
  async countInputs(): Promise<() => Promise<Counted>> {
    await this.page.evaluate(counting);
    return () => this.page.evaluate<Counted>('globalThis.counted()');
  }

  /** True while nothing of the page lies beside what is in sight. */
  fits(): Promise<boolean> {
    return this.page.evaluate<boolean>(nothingWide);
  }
}

export interface Counted {
  readonly clicks: number;
  readonly fields: readonly string[];
}

/** In the page. A click that a key made has no detail, and a choice is no typed field. */
const counting = `{
  let clicks = 0;
  const fields = new Set();
  globalThis.counted = () => ({ clicks, fields: [...fields] });
  document.addEventListener('click', (event) => {
    if (event.isTrusted && event.detail > 0) clicks += 1;
  }, true);
  document.addEventListener('input', ({ target }) => {
    if (target.type !== 'radio') fields.add(target.labels?.[0]?.textContent ?? target.name);
  }, true);
}`;

const nothingWide = `[document.documentElement, ...document.querySelectorAll('main, [role=dialog]')]
  .every((box) => box.scrollWidth <= box.clientWidth + 1)`;
