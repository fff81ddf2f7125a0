import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BridgeAnswer, DesktopBridge } from '../../../shared/host/desktop-bridge.ts';
import type { LogLevel } from '../../core/ports.ts';
import { createBridge } from '../transport/ipc/bridge.ts';
import type { Programs } from './child-processes.ts';
import { startDesktop } from './desktop.ts';
import { StandInElectron, type StandInWindow } from './stand-in/electron.fixture.ts';

const program = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const sources: Programs = {
  core: program('hosts/core-process/main.ts'),
  'hsm-bridge': program('core/hsm/bridge/main.ts'),
  'practice-kms': program('practice/kms/main.ts'),
};

/** What a package has instead of the sources. */
export interface Built {
  readonly programs: Programs;
  readonly windowFolder: string;
}

/** A desktop on the stand-in for Electron: its children are the product's own processes. */
export class InTestDesktop {
  readonly electron = new StandInElectron();
  readonly folder = mkdtempSync(join(tmpdir(), 'keyreeve-desktop-'));
  readonly said: string[] = [];
  readonly reports: string[] = [];
  readonly logged: { level: LogLevel; event: string; fields: unknown }[] = [];
  time = 0;

  constructor() {
    const built = join(this.folder, 'window');
    mkdirSync(join(built, 'assets'), { recursive: true });
    writeFileSync(join(built, 'index.html'), '<head><meta name="csp-nonce" content="" /></head>');
    writeFileSync(join(built, 'assets', 'a.js'), 'export {};');
  }

  async start(words: readonly string[] = [], built: Partial<Built> = {}): Promise<this> {
    await startDesktop(this.electron.parts, {
      product: '1.2.3',
      words,
      programs: built.programs ?? sources,
      preload: '/app/preload.cjs',
      place: {
        manifest: join(this.folder, 'packaged.json'),
        unpacked: this.folder,
        program: process.execPath,
      },
      windowFolder: built.windowFolder ?? join(this.folder, 'window'),
      settings: {
        keystorePath: join(this.folder, 'a.keystore'),
        stateFolder: join(this.folder, 'state'),
        logName: 'desktop',
        socket: true,
        launches: 'host',
      },
      log: { log: (level, event, fields) => this.logged.push({ level, event, fields }) },
      now: () => this.time,
      say: (text) => this.said.push(text),
      report: (line) => this.reports.push(line),
    });
    return this;
  }

  get window(): StandInWindow {
    const window = this.electron.windows.at(-1);
    if (!window) throw new Error('no window was opened');
    return window;
  }

  /** The bridge as the newest window's page has it. */
  bridge(): DesktopBridge {
    return createBridge(this.window.ipcRenderer());
  }

  async call(name: string, input: unknown = {}): Promise<BridgeAnswer> {
    return this.bridge().call(name, input);
  }

  async output(name: string, input: unknown = {}): Promise<Record<string, unknown>> {
    const answer = await this.call(name, input);
    if ('ok' in answer && answer.ok) return answer.output as Record<string, unknown>;
    throw new Error(JSON.stringify(answer));
  }

  create(): Promise<Record<string, unknown>> {
    return this.output('keystore.create', { realm: 'practice', passphrase: passphrase() });
  }

  /** Chooses an item of the menu by its words. */
  choose(label: string): void {
    const items = this.electron.menu.flatMap(({ submenu }) =>
      Array.isArray(submenu) ? submenu : [],
    );
    const click = items.find((item) => item.label === label)?.click;
    if (!click) throw new Error(`the menu has no ${label}`);
    (click as () => void)();
  }

  coreLog(): string {
    return readFileSync(join(this.folder, 'state', 'log', 'keyreeve.jsonl'), 'utf8');
  }

  /** The newest core process. */
  get core() {
    const core = this.electron.children.findLast(({ path }) => path.includes('core-process'));
    if (!core) throw new Error('no core was started');
    return core;
  }

  async stop(): Promise<void> {
    const living = this.electron.children.filter(({ ended }) => !ended);
    this.electron.appFake.emit('before-quit', { preventDefault: () => undefined });
    await Promise.all(
      living.map((child) => new Promise((resolve) => void child.once('exit', resolve))),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const passphrase = (): Uint8Array => new TextEncoder().encode('a passphrase long enough');
