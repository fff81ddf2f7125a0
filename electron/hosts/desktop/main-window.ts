import type Electron from 'electron';
import type { DesktopAsk, DesktopEvent } from '../../../shared/host/desktop-bridge.ts';
import type { Change } from '../../../shared/contract/session.ts';
import type { Caller } from '../../core/core.ts';
import type { Logger } from '../../core/ports.ts';
import { CallsUnderWay } from '../transport/calls-under-way.ts';
import { channels } from '../transport/ipc/channels.ts';
import { askEnvelope, callEnvelope } from '../transport/ipc/envelopes.ts';
import { secureHandle } from '../transport/ipc/secure-handle.ts';
import { answerAsk } from './asks.ts';
import type { CoreOwner } from './core-owner.ts';
import { consoleOrigin, consolePage } from './own-address.ts';
import { lastPlace, rememberPlace } from './window-place.ts';
import { windowOptions } from './window-options.ts';

/** A page that was lost more often than this within a minute stays away: something is broken. */
const mostLosses = 3;
const lossesWithin = 60_000;

const background = { dark: '#14181d', light: '#ffffff' } as const;

export type WindowElectron = Pick<
  typeof Electron,
  'BrowserWindow' | 'dialog' | 'nativeTheme' | 'screen'
>;

export interface WindowParts {
  readonly electron: WindowElectron;
  readonly core: CoreOwner;
  readonly caller: Caller;
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly preload: string;
  readonly packaged: boolean;
  readonly stateFolder: string;
  /** Where dialogs begin. */
  readonly homeFolder: string;
}

/** The window of the desktop: its page, the two doors to it, and what becomes of a page that dies. */
export class MainWindow {
  readonly #parts: WindowParts;
  readonly #window: Electron.BrowserWindow;
  readonly #losses: number[] = [];
  readonly #underWay = new CallsUnderWay();

  constructor(parts: WindowParts) {
    this.#parts = parts;
    const { electron, stateFolder, preload, packaged } = parts;
    const screens = electron.screen.getAllDisplays().map(({ workArea }) => workArea);
    this.#window = new electron.BrowserWindow({
      ...windowOptions(preload, packaged),
      ...lastPlace(stateFolder, screens),
      backgroundColor: electron.nativeTheme.shouldUseDarkColors
        ? background.dark
        : background.light,
    });
    this.#openDoors();
    this.#window.once('ready-to-show', () => this.#window.show());
    this.#window.on('close', () => this.#remember());
    this.#window.webContents.on('render-process-gone', (_event, { reason }) => {
      this.#underWay.giveUpAll();
      this.#lost(reason);
    });
    void this.#load();
  }

  /** Whoever starts the program again means this window. */
  bringForward(): void {
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** Out of sight while running steps end. */
  leave(): void {
    if (this.#window.isDestroyed()) return;
    this.#remember();
    this.#window.hide();
  }

  onClosed(listener: () => void): void {
    this.#window.once('closed', listener);
  }

  tellChange(change: Change): void {
    this.#send(channels.change, change);
  }

  tell(event: DesktopEvent): void {
    this.#send(channels.host, event);
  }

  #remember(): void {
    rememberPlace(this.#parts.stateFolder, this.#window.getNormalBounds());
  }

  #send(channel: string, message: unknown): void {
    if (this.#window.isDestroyed()) return;
    const { webContents } = this.#window;
    if (!webContents.isDestroyed() && !webContents.isCrashed()) webContents.send(channel, message);
  }

  #openDoors(): void {
    const { core, caller, log, now } = this.#parts;
    const { webContents } = this.#window;
    const door = (channel: string) => ({
      channel,
      origin: consoleOrigin,
      now,
      refused: (why: string) => {
        log.log('warn', 'window-refused', { channel, why });
        // The core audits a caller that its host could not establish.
        void core.call('session.snapshot', {}, { ...caller, trusted: false });
      },
      broke: (error: unknown) =>
        log.log('error', 'window-handler-broke', {
          channel,
          error: error instanceof Error ? (error.stack ?? error.message) : 'not an error',
        }),
    });
    secureHandle(webContents, {
      ...door(channels.call),
      envelope: callEnvelope,
      run: ({ name, input, ticket }) =>
        ticket === undefined
          ? core.call(name, input, caller)
          : this.#underWay.run(ticket, (givenUp) => core.call(name, input, caller, givenUp)),
    });
    secureHandle(webContents, {
      ...door(channels.ask),
      envelope: askEnvelope,
      run: (asked: DesktopAsk) => answerAsk(this.#asks(), asked),
    });
  }

  #asks() {
    const { core, electron, homeFolder } = this.#parts;
    return {
      dialog: electron.dialog,
      window: this.#window,
      folder: homeFolder,
      coreState: () => core.state,
      startCore: () => core.start(),
      giveUp: (ticket: number) => this.#underWay.giveUp(ticket),
      kept: (fresh: boolean) => {
        if (fresh) this.#throwAway();
      },
    };
  }

  /** The page has nothing to lose: its process ends, with all that it had in memory. */
  #throwAway(): void {
    this.#parts.log.log('info', 'window-emptied');
    this.#losses.length = 0;
    this.#window.webContents.forcefullyCrashRenderer();
  }

  #lost(reason: string): void {
    if (this.#window.isDestroyed()) return;
    const { log, now } = this.#parts;
    const time = now();
    this.#losses.push(time);
    const lately = this.#losses.filter((at) => time - at < lossesWithin).length;
    log.log('warn', 'window-page-gone', { reason, lately });
    if (lately <= mostLosses) void this.#load();
    else this.#sayBroken();
  }

  async #load(): Promise<void> {
    try {
      await this.#window.loadURL(consolePage);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      this.#parts.log.log('error', 'window-not-loaded', { why });
      this.#sayBroken();
    }
  }

  #sayBroken(): void {
    if (this.#window.isDestroyed()) return;
    void this.#parts.electron.dialog.showMessageBox(this.#window, {
      type: 'error',
      message: 'The window cannot be shown.',
      detail:
        'Its page ended several times. Jobs go on and no key is affected. Quit and start Keyreeve again; the log tells more.',
      buttons: ['Close this message'],
    });
  }
}
