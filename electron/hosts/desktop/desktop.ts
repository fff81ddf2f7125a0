import type Electron from 'electron';
import type { LockReason } from '../../../shared/contract/keystore.ts';
import type { Logger } from '../../core/ports.ts';
import type { CoreSettings } from '../core-process/messages.ts';
import { readWindowFiles } from '../console/window-files.ts';
import { localActor } from '../local-actor.ts';
import { applicationMenu } from './application-menu.ts';
import { ChildProcesses, type ProcessParts, type Programs } from './child-processes.ts';
import { CoreOwner } from './core-owner.ts';
import { lockDownApp } from './lockdown.ts';
import { MainWindow, type WindowElectron } from './main-window.ts';
import { changedFile, type PackagedPlace } from './packaged.ts';
import { watchPower } from './power.ts';
import { refusedSwitches, selfTestSwitch } from './refuse-switches.ts';
import { selfTest } from './self-test.ts';
import { tryPage } from './self-test-page.ts';
import { versionLines } from './versions.ts';
import { consoleScheme, serveWindow } from './window-files.ts';
import { consolePartition } from './window-options.ts';

/** What of Electron the desktop uses. Handed in, so that tests can hand in something else. */
export type DesktopElectron = Pick<
  typeof Electron,
  'app' | 'Menu' | 'clipboard' | 'powerMonitor' | 'protocol' | 'session'
> &
  WindowElectron &
  ProcessParts;

export interface DesktopOptions {
  readonly product: string;
  /** Words of the command line after the program. */
  readonly words: readonly string[];
  readonly programs: Programs;
  readonly preload: string;
  /** Looked at in a packaged program alone. */
  readonly place: PackagedPlace;
  /** The built window. */
  readonly windowFolder: string;
  readonly settings: Omit<CoreSettings, 'formerEnd'>;
  readonly log: Logger;
  readonly now: () => number;
  readonly say: (text: string) => void;
  /** Takes the one line that a self-test prints. */
  readonly report: (line: string) => void;
}

/** Exit code of a command line that is not taken (sysexits EX_USAGE). */
const usage = 64;
/** Exit code of a program that is not as it was packaged (sysexits EX_SOFTWARE). */
const broken = 70;

/**
 * Starts the desktop: takes the one place that there is per user, locks everything down before
 * Electron is ready, then the core, then the window. Resolves when it runs, or has given way.
 */
export async function startDesktop(
  electron: DesktopElectron,
  options: DesktopOptions,
): Promise<void> {
  const { app } = electron;
  const packaged = app.isPackaged;
  const refused = packaged ? refusedSwitches(options.words) : [];
  if (refused.length > 0) {
    options.say(`keyreeve: not taken on the command line: ${refused.join(' ')}`);
    app.exit(usage);
    return;
  }
  const testing = options.words.includes(selfTestSwitch);
  // A self-test reports what it finds instead.
  if (packaged && !testing && refuseChanged(electron, options)) return;
  lockDownApp(app, { packaged });
  electron.protocol.registerSchemesAsPrivileged([consoleScheme]);
  if (!testing && !app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  await app.whenReady();
  const { protocol } = electron.session.fromPartition(consolePartition);
  serveWindow(protocol, readWindowFiles(options.windowFolder));
  if (testing) return runSelfTest(electron, options);
  new Desktop(electron, options, packaged).run();
}

/** Native code runs with every right of this account: what was changed is not loaded. */
function refuseChanged({ app, dialog }: DesktopElectron, options: DesktopOptions): boolean {
  const file = changedFile(options.place);
  if (file === null) return false;
  const what = `${file} is not the file that was packaged, so nothing was started.`;
  const next = 'Install the package again. If that does not help, find out who changed it.';
  options.say(`keyreeve: ${what} ${next}`);
  dialog.showErrorBox('Keyreeve does not start', `${what}\n\n${next}`);
  app.exit(broken);
  return true;
}

/** Prints one JSON object and ends; nothing of this account's keystore or state is touched. */
async function runSelfTest(electron: DesktopElectron, options: DesktopOptions): Promise<void> {
  const { app } = electron;
  const report = await selfTest({
    product: options.product,
    packaged: app.isPackaged,
    children: new ChildProcesses(electron, options.programs),
    place: app.isPackaged ? options.place : null,
    page: () => tryPage(electron, options.preload),
    settings: options.settings,
    caller: { trusted: true, ...localActor(), channel: 'desktop' },
  });
  options.report(JSON.stringify(report));
  app.exit(report.passed ? 0 : 1);
}

class Desktop {
  readonly #electron: DesktopElectron;
  readonly #options: DesktopOptions;
  readonly #packaged: boolean;
  readonly #caller = { trusted: true, ...localActor(), channel: 'desktop' } as const;
  readonly #core: CoreOwner;
  #window: MainWindow | null = null;
  #leaving = false;

  constructor(electron: DesktopElectron, options: DesktopOptions, packaged: boolean) {
    this.#electron = electron;
    this.#options = options;
    this.#packaged = packaged;
    this.#core = new CoreOwner({
      children: new ChildProcesses(electron, options.programs),
      settings: options.settings,
      log: options.log,
      now: options.now,
      onChange: (change) => this.#window?.tellChange(change),
      onState: (core) => this.#window?.tell({ core }),
      onEmptied: () => this.#window?.tell({ emptied: true }),
    });
  }

  run(): void {
    const { app, Menu, powerMonitor } = this.#electron;
    const deeds = { lockNow: () => this.#lock('asked'), about: () => void this.#about() };
    Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(deeds, process.platform)));
    this.#core.start();
    this.#openWindow();
    watchPower(powerMonitor, {
      platform: process.platform,
      lock: (why) => this.#lock(why),
      leave: () => app.quit(),
    });
    // What the other start was told is not ours to follow: it can be anybody's.
    app.on('second-instance', () => this.#comeForward());
    app.on('activate', () => this.#comeForward());
    app.on('window-all-closed', () => app.quit());
    app.on('before-quit', (event) => this.#leave(event));
    app.on('child-process-gone', (_event, { type, name, reason }) =>
      this.#options.log.log('warn', 'process-gone', { type, name, reason }),
    );
  }

  #openWindow(): void {
    const { log, now, preload, settings } = this.#options;
    const window = new MainWindow({
      electron: this.#electron,
      core: this.#core,
      caller: this.#caller,
      log,
      now,
      preload,
      packaged: this.#packaged,
      stateFolder: settings.stateFolder,
      homeFolder: this.#electron.app.getPath('documents'),
    });
    window.onClosed(() => {
      if (this.#window === window) this.#window = null;
    });
    this.#window = window;
  }

  #comeForward(): void {
    if (this.#leaving) return;
    if (this.#window) this.#window.bringForward();
    else this.#openWindow();
  }

  #lock(why: LockReason): void {
    this.#options.log.log('info', 'lock', { why });
    void this.#core.lock(this.#caller, why);
  }

  /** Running steps end first: leaving in the middle of one would leave it to be looked for. */
  #leave(event: { preventDefault(): void }): void {
    const { app } = this.#electron;
    event.preventDefault();
    if (this.#leaving) return;
    this.#leaving = true;
    this.#options.log.log('info', 'leaving');
    this.#window?.leave();
    void this.#core.end().finally(() => app.exit(0));
  }

  async #about(): Promise<void> {
    const { clipboard, dialog } = this.#electron;
    const lines = versionLines(this.#options.product, process.versions);
    const { response } = await dialog.showMessageBox({
      type: 'info',
      title: 'About Keyreeve',
      message: lines[0] ?? 'Keyreeve',
      detail: lines.slice(1).join('\n'),
      buttons: ['Close', 'Copy versions'],
      defaultId: 0,
      cancelId: 0,
    });
    if (response === 1) await clipboard.writeText(lines.join('\n'));
  }
}
