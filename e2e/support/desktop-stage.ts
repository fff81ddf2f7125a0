import type { BrowserContext, Page } from 'playwright-core';
import { bePatient } from './chromium.ts';
import { expectNone, noteComplaints } from './complaints.ts';
import { type ConsoleStageOptions, passphrase } from './console.ts';
import { DesktopProcess } from './desktop-process.ts';
import { pageOf } from './last-words.ts';

/** The desktop in a real Electron and its window. */
export class DesktopStage implements AsyncDisposable {
  readonly host: DesktopProcess;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly browser = null;
  readonly complaints: string[] = [];

  private constructor(host: DesktopProcess, page: Page) {
    this.host = host;
    this.page = page;
    this.context = host.app.context();
    bePatient(this.context);
  }

  static async open(options: ConsoleStageOptions = {}): Promise<DesktopStage> {
    const host = await DesktopProcess.start(options);
    try {
      const page = await host.app.firstWindow();
      const stage = new DesktopStage(host, page);
      stage.listenTo(page);
      const { viewport, colorScheme } = options.window ?? {};
      await page.setViewportSize(viewport ?? { width: 1280, height: 800 });
      await page.emulateMedia({ colorScheme: colorScheme ?? 'light', reducedMotion: 'reduce' });
      await page.getByRole('heading').first().waitFor();
      if (options.keystore === 'practice') {
        const bytes = Uint8Array.from(Buffer.from(passphrase));
        await host.call('keystore.create', { realm: 'practice', passphrase: bytes });
      }
      return stage;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  get call() {
    return this.host.call;
  }

  listenTo(page: Page): void {
    pageOf(this.host.witness, page);
    noteComplaints(page, this.complaints);
  }

  async stop(): Promise<void> {
    await this.host.stop();
    expectNone(this.complaints);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
