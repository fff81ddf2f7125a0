import { EventEmitter } from 'node:events';
import type Electron from 'electron';
import type { ForkOptions, IpcRenderer, MenuItemConstructorOptions } from 'electron';
import type { DesktopElectron } from '../desktop.ts';
import { inTestApp, inTestContents, inTestSession } from '../lockdown.fixture.ts';
import { StandInMessageChannel, StandInUtilityProcess } from './utility-process.fixture.ts';

type Handler = (event: unknown, ...parts: unknown[]) => Promise<unknown>;

/** A page as far as the main process sees one, and the main process as a page sees it. */
export class StandInWindow extends EventEmitter {
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly loaded: string[] = [];
  readonly page = new EventEmitter();
  readonly deeds: string[] = [];
  readonly #handlers = new Map<string, Handler>();
  readonly mainFrame = { origin: 'null' };
  readonly webContents;
  destroyed = false;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    const { fake } = inTestContents();
    this.webContents = Object.assign(fake, {
      mainFrame: this.mainFrame,
      ipc: { handle: (channel: string, run: Handler) => void this.#handlers.set(channel, run) },
      send: (channel: string, message: unknown) =>
        void this.page.emit(channel, {}, structuredClone(message)),
      isDestroyed: () => this.destroyed,
      isCrashed: () => false,
      // Of the page a self-test asks what it has, and what it can reach.
      executeJavaScript: (script: string) =>
        Promise.resolve(script.startsWith('fetch') ? 'ok' : 'object undefined undefined'),
      getOSProcessId: () => process.pid,
      forcefullyCrashRenderer: () => {
        this.deeds.push('crash');
        fake.emit('render-process-gone', {}, { reason: 'killed' });
      },
    });
  }

  loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    this.mainFrame.origin = url.replace(/\/$/, '');
    this.emit('ready-to-show');
    return Promise.resolve();
  }
  /** What the preload script has in this window's page. */
  ipcRenderer(): IpcRenderer {
    const invoke = async (channel: string, ...parts: unknown[]): Promise<unknown> => {
      const run = this.#handlers.get(channel);
      if (!run) throw new Error(`nobody answers ${channel}`);
      const sent: unknown[] = structuredClone(parts);
      return structuredClone(await run({ senderFrame: this.mainFrame }, ...sent));
    };
    return Object.assign(this.page, { invoke }) as unknown as IpcRenderer;
  }
  close(): void {
    this.emit('close');
    this.destroyed = true;
    this.emit('closed');
  }
  destroy = (): void => {
    this.deeds.push('destroy');
    this.destroyed = true;
  };
  show = (): void => void this.deeds.push('show');
  hide = (): void => void this.deeds.push('hide');
  focus = (): void => void this.deeds.push('focus');
  restore = (): void => void this.deeds.push('restore');
  isMinimized = (): boolean => false;
  isDestroyed = (): boolean => this.destroyed;
  getNormalBounds = () => ({ x: 10, y: 20, width: 1000, height: 700 });
}

/** Electron's main process as far as the desktop uses it; children are real Node processes. */
export class StandInElectron {
  readonly windows: StandInWindow[] = [];
  readonly children: StandInUtilityProcess[] = [];
  readonly exits: number[] = [];
  readonly quits: number[] = [];
  readonly powerMonitor = Object.assign(new EventEmitter(), {
    getSystemIdleState: () => 'active' as string,
  });
  readonly messages: Electron.MessageBoxOptions[] = [];
  readonly copied: string[] = [];
  menu: MenuItemConstructorOptions[] = [];
  serve: ((request: { url: string; method: string }) => Response) | null = null;
  schemes: unknown[] = [];
  chosen: { canceled: boolean; filePaths: string[]; filePath: string } = {
    canceled: true,
    filePaths: [],
    filePath: '',
  };
  asked: unknown[] = [];
  singleInstance = true;
  isPackaged = false;
  readonly appFake = inTestApp().fake;

  get parts(): DesktopElectron {
    const { children, windows } = this;
    const app = Object.assign(this.appFake, {
      isPackaged: this.isPackaged,
      whenReady: () => Promise.resolve(),
      requestSingleInstanceLock: () => this.singleInstance,
      quit: () => this.#quit(),
      exit: (code: number) => void this.exits.push(code),
      getPath: (name: string) => `/home/somebody/${name}`,
    });
    const choose = (_window: unknown, options: unknown) => {
      this.asked.push(options);
      return Promise.resolve(this.chosen);
    };
    const parts = {
      app,
      BrowserWindow: function (options: Electron.BrowserWindowConstructorOptions) {
        const window = new StandInWindow(options);
        windows.push(window);
        return window;
      },
      clipboard: { writeText: (text: string) => Promise.resolve(void this.copied.push(text)) },
      dialog: {
        showOpenDialog: choose,
        showSaveDialog: choose,
        showErrorBox: (title: string, content: string) =>
          void this.messages.push({ message: title, detail: content }),
        showMessageBox: (...all: unknown[]) => {
          this.messages.push(all.at(-1) as Electron.MessageBoxOptions);
          return Promise.resolve({ response: 1 });
        },
      },
      Menu: {
        buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
        setApplicationMenu: (menu: MenuItemConstructorOptions[]) => void (this.menu = menu),
      },
      MessageChannelMain: StandInMessageChannel,
      nativeTheme: { shouldUseDarkColors: false },
      powerMonitor: this.powerMonitor,
      protocol: { registerSchemesAsPrivileged: (schemes: unknown[]) => (this.schemes = schemes) },
      screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
      session: { fromPartition: () => this.#session() },
      utilityProcess: {
        fork: (path: string, _words: readonly string[], options: ForkOptions) => {
          const child = new StandInUtilityProcess(path, options);
          children.push(child);
          return child;
        },
      },
    };
    return parts as unknown as DesktopElectron;
  }

  #session() {
    const { fake } = inTestSession();
    this.appFake.emit('session-created', fake);
    const handle = (_scheme: string, serve: (request: unknown) => Response) =>
      void (this.serve = serve);
    return Object.assign(fake, { protocol: { handle } });
  }

  #quit(): void {
    this.quits.push(1);
    this.appFake.emit('before-quit', { preventDefault: () => undefined });
  }
}
