import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication } from 'playwright-core';
import { build } from 'vite';
import { buildRenderer } from '../../scripts/build-renderer.mjs';
import { findElectron } from '../../scripts/electron-binary.mjs';
import type { ConsoleProcessOptions } from './console-process.ts';
import { KeystoreLine } from './keystore-line.ts';
import { endOf, liveOf, type Witness } from './last-words.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

// Only a binary that is there: tests fetch nothing.
const found = await findElectron({ root, offline: true });
/** A real Electron on this computer; null where there is none. */
export const electronPath: string | null = found.path;
export const electronReason: string = found.path === null ? found.reason : 'there is a binary';

let built: Promise<void> | null = null;

/** What a package holds, built once for all tests of a run. */
async function buildDesktop(): Promise<void> {
  const quiet = { root, logLevel: 'error' } as const;
  await build({ ...quiet, configFile: 'vite.node.config.ts' });
  await build({ ...quiet, configFile: 'vite.preload.config.ts' });
  const problem = buildRenderer();
  if (problem !== null) throw new Error(`the window cannot be built: ${problem}`);
}

/** The desktop in a real Electron, on a keystore that need not be there yet. */
export class DesktopProcess extends KeystoreLine implements AsyncDisposable {
  readonly folder: string;
  readonly app: ElectronApplication;
  readonly origin = 'app://console';
  readonly witness: Witness;
  readonly #ownFolder: boolean;

  private constructor(folder: string, ownFolder: boolean, app: ElectronApplication) {
    super(join(folder, 'state'), join(folder, 'desk.keystore'));
    this.folder = folder;
    this.#ownFolder = ownFolder;
    this.app = app;
    let complaint = '';
    app.process().stderr?.on('data', (piece: Buffer) => {
      complaint = `${complaint}${piece.toString()}`.slice(-20_000);
    });
    const { pid, state } = this;
    this.witness = { name: 'desktop', pid, state, complained: () => complaint };
    liveOf(this.witness);
  }

  static async start(options: ConsoleProcessOptions = {}): Promise<DesktopProcess> {
    if (electronPath === null) throw new Error(`no Electron on this computer: ${electronReason}`);
    built ??= buildDesktop();
    await built;
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'keyreeve-electron-'));
    const app = await _electron.launch({
      executablePath: electronPath,
      args: [root],
      // Playwright takes the sandbox away on Linux unless it is told not to; root has none.
      chromiumSandbox: process.getuid?.() !== 0,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        DISPLAY: process.env['DISPLAY'] ?? '',
        // A display of its own, as xvfb-run makes one, lets in only who has this.
        XAUTHORITY: process.env['XAUTHORITY'] ?? '',
        ...options.environment,
        KEYREEVE_STATE: join(folder, 'state'),
        KEYREEVE_KEYSTORE: join(folder, 'desk.keystore'),
      },
    });
    return new DesktopProcess(folder, options.folder === undefined, app);
  }

  /** Of the main process: the core, the bridge and the practice KMS are below it. */
  get pid(): number {
    return this.app.process().pid ?? 0;
  }

  async stop(): Promise<void> {
    this.disconnect();
    endOf(this.witness);
    await this.app.close();
    if (this.#ownFolder) rmSync(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
