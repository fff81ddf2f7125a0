import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Call } from '../../electron/hosts/cli/operations.ts';
import { chromiumPath, ConsoleStage, type ConsoleStageOptions } from './console.ts';
import { DesktopStage } from './desktop-stage.ts';
import { electronPath, electronReason } from './desktop-process.ts';

/** KEYREEVE_E2E_HOST=electron: the window's tests run in the desktop, and not in the browser console. */
export const inElectron: boolean = process.env['KEYREEVE_E2E_HOST'] === 'electron';
if (inElectron && electronPath === null) {
  // Where Electron was asked for, nothing may be left out in silence.
  throw new Error(`KEYREEVE_E2E_HOST asks for Electron: ${electronReason}`);
}

/** There is something to show the window in; without it its tests are skipped. */
export const windowHere: boolean = inElectron || chromiumPath !== null;

/** The process behind a window. */
export interface WindowHost {
  readonly folder: string;
  readonly keystore: string;
  readonly state: string;
  readonly pid: number;
  /** Where the page comes from. */
  readonly origin: string;
  readonly call: Call;
  /** Ends the line of `call`: after a lock another process has the core. */
  disconnect(): void;
}

/** A window and the process behind it, in whichever host the tests run. */
export interface WindowStage extends AsyncDisposable {
  readonly host: WindowHost;
  readonly page: Page;
  readonly context: BrowserContext;
  /** The browser console's; null in Electron. */
  readonly browser: Browser | null;
  /** What the pages complained of; a test that expects some takes them out. */
  readonly complaints: string[];
  /** Calls the core beside the window. */
  readonly call: Call;
  /** Errors of this page count from now on. */
  listenTo(page: Page): void;
  stop(): Promise<void>;
}

export const openWindow = (options: ConsoleStageOptions = {}): Promise<WindowStage> =>
  inElectron ? DesktopStage.open(options) : ConsoleStage.open(options);

/** For what only the browser console has: another browser. Raises in Electron. */
export function consoleOf(stage: WindowStage): ConsoleStage {
  if (stage instanceof ConsoleStage) return stage;
  throw new Error('this window is not in a browser');
}
