import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Call } from '../../electron/hosts/cli/operations.ts';
import { sharedChromium } from './chromium.ts';
import { expectNone, noteComplaints } from './complaints.ts';
import { ConsoleProcess, type ConsoleProcessOptions } from './console-process.ts';
import { holdAnswers, slowDown } from './late-answers.ts';
import { pageOf } from './last-words.ts';
import { makePracticeKeystore } from './made-keystore.ts';

export { chromiumPath } from './chromium.ts';

export interface ConsoleStageOptions extends ConsoleProcessOptions {
  /** Size, colour scheme, zone and the like of the window. */
  readonly window?: BrowserContextOptions;
  /** `practice`: a practice keystore is made and open. `none` (default): there is no keystore yet. */
  readonly keystore?: 'practice' | 'none';
}

export const passphrase = 'a passphrase of several words';

const usual: BrowserContextOptions = {
  viewport: { width: 1280, height: 800 },
  colorScheme: 'light',
  reducedMotion: 'reduce',
  locale: 'en-GB',
  timezoneId: 'Europe/Berlin',
};

/**
 * A console in a process of its own and a real Chromium that opened its link. `stop` fails when the
 * page complained: nothing may be written to its console that a test did not expect.
 */
export class ConsoleStage implements AsyncDisposable {
  readonly host: ConsoleProcess;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the pages complained of; a test that expects some takes them out. */
  readonly complaints: string[] = [];

  private constructor(host: ConsoleProcess, browser: Browser, context: BrowserContext, page: Page) {
    this.host = host;
    this.browser = browser;
    this.context = context;
    this.page = page;
  }

  static async open(options: ConsoleStageOptions = {}): Promise<ConsoleStage> {
    const host = await ConsoleProcess.start(options);
    try {
      if (options.keystore === 'practice') await openPractice(host);
      const browser = await sharedChromium();
      const context = await browser.newContext({ ...usual, ...options.window });
      await holdAnswers(context);
      const page = await context.newPage();
      await slowDown(context, page);
      const stage = new ConsoleStage(host, browser, context, page);
      stage.listenTo(page);
      await page.goto(host.url);
      // A second window of this browser asks this one for its factor.
      await page.waitForFunction(() => sessionStorage.getItem('keyreeve-factor') !== null);
      return stage;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  /** Calls the core beside the browser. */
  get call(): Call {
    return this.host.call;
  }

  /** Errors of this page count from now on. */
  listenTo(page: Page): void {
    pageOf(this.host.witness, page);
    noteComplaints(page, this.complaints);
  }

  async stop(): Promise<void> {
    await this.context.close();
    await this.host.stop();
    expectNone(this.complaints);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function openPractice({ keystore, state, call }: ConsoleProcess): Promise<void> {
  await makePracticeKeystore({ keystore, state, passphrase });
  await call('keystore.unlock', { passphrase: Uint8Array.from(Buffer.from(passphrase)) });
  while ((await call('keystore.status', {})).state === 'checking');
}
