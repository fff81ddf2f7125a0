import type { CDPSession, Page } from 'playwright-core';
import type { Browser } from 'playwright-core';
import type { ConsoleProcess } from '../../e2e/support/console-process.ts';
import { passphrase } from '../../e2e/support/console.ts';
import { pageClock, rowsThere } from './page-clock.ts';

/** Milliseconds. */
export interface KeyTimes {
  /** From the key until the frame after it is done. */
  readonly frame: number;
  /** From the key until that frame began. */
  readonly begun: number;
  /** The same without waiting for the time of that frame. */
  readonly work: number;
}

/** A window of a real console in a real browser, with a clock inside the page. */
export class OpenedWindow {
  readonly host: ConsoleProcess;
  readonly page: Page;
  readonly #devtools: CDPSession;

  private constructor(host: ConsoleProcess, page: Page, devtools: CDPSession) {
    this.host = host;
    this.page = page;
    this.#devtools = devtools;
  }

  static async open(browser: Browser, host: ConsoleProcess): Promise<OpenedWindow> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.addInitScript(pageClock);
    await page.goto(host.url);
    return new OpenedWindow(host, page, await context.newCDPSession(page));
  }

  get grid() {
    return this.page.getByRole('treegrid', { name: 'Key groups' });
  }

  /** Goes to a place by the list of places. */
  async go(place: string): Promise<void> {
    await this.page.getByRole('navigation').getByText(place, { exact: true }).click();
    await this.page.getByRole('main').getByRole('heading', { name: place }).waitFor();
  }

  /** Opens the keystore by its passphrase. Milliseconds from readable to the first rows. */
  async unlock(): Promise<number> {
    const field = this.page.getByLabel('Passphrase');
    await field.fill(passphrase);
    await this.page.evaluate(`benchClock.expectRows(${rowsThere})`);
    await field.press('Enter');
    return this.page.evaluate<number>('benchClock.rows');
  }

  async lock(): Promise<void> {
    await this.host.call('keystore.lock', {});
    this.host.disconnect();
    await this.page.getByLabel('Passphrase').waitFor();
  }

  /** Waits until the core has checked all of the keystore. */
  async verified(): Promise<void> {
    for (;;) {
      const { state } = await this.host.call('keystore.status', {});
      if (state === 'verified') return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Presses a key and waits for the frame after it. */
  async press(key: string): Promise<KeyTimes> {
    await this.page.keyboard.press(key);
    return this.page.evaluate<KeyTimes>('benchClock.key');
  }

  /** Milliseconds from a text in the Find field until its hit is shown. */
  async find(text: string, hit: string): Promise<number> {
    const field = this.page.getByRole('combobox', { name: /^Find/ });
    await field.fill('');
    await this.page.evaluate(`benchClock.expect(() =>
      [...document.querySelectorAll('[role="option"]')]
        .some((option) => option.textContent.includes(${JSON.stringify(hit)})))`);
    await field.fill(text);
    return this.page.evaluate<number>('benchClock.found');
  }

  /** The updates of jobs that came so far, and what moved without anybody's doing. */
  async heard(): Promise<{ jobUpdates: number; shifts: readonly number[] }> {
    return this.page.evaluate('({ jobUpdates: benchClock.jobUpdates, shifts: benchClock.shifts })');
  }

  /** Megabytes (MiB) of living objects of the page. */
  async heap(): Promise<number> {
    await this.#devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#devtools.send('Runtime.getHeapUsage');
    return usedSize / 2 ** 20;
  }
}
