import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Browsers that can show a page in a window of its own, without tabs and address. */
const chromiums = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
] as const;

/** A browser that starts reads its first page within this time (ms). */
const startPageLifetime = 60_000;

type Environment = Readonly<Record<string, string | undefined>>;

export interface OpenedWindow {
  /** Removes what was written for it, and ends the browser that was started for it alone. */
  close(): void;
}

/** How a browser is started here; null where there is no display or none is known. */
export function browserCommand(
  environment: Environment,
  platform: NodeJS.Platform,
  startPage: string,
  profile: string,
): readonly string[] | null {
  if (platform === 'darwin') return ['open', startPage];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', startPage];
  if (!environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) return null;
  const found = chromiums.find((name) => onPath(name, environment));
  if (found === undefined) return onPath('xdg-open', environment) ? ['xdg-open', startPage] : null;
  return [
    found,
    `--app=${pathToFileURL(startPage).href}`,
    // A profile of its own: no extension of the person's browser can read this page.
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-extensions',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-quic',
    '--password-store=basic',
  ];
}

function onPath(name: string, environment: Environment): boolean {
  return (environment['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** Leads on at once. The link stands in this file, because arguments can be read by everybody. */
export const startPageText = (url: string): string =>
  `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Keyreeve</title><script>location.replace(${JSON.stringify(url).replaceAll('<', '\\u003c')})</script>`;

/** Opens a window on a link, where that can be done; null otherwise. */
export function openWindow(url: string, expected: () => void): OpenedWindow | null {
  // Only this account may look into it (0700).
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-window-'));
  const page = join(folder, 'start.html');
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const command = browserCommand(process.env, process.platform, page, join(folder, 'profile'));
  if (!command) {
    remove();
    return null;
  }
  writeFileSync(page, startPageText(url), { mode: 0o600, flag: 'wx' });
  expected();
  // The link in it is of no use to anybody once the browser is there.
  setTimeout(() => rmSync(page, { force: true }), startPageLifetime).unref();
  const [program = '', ...words] = command;
  const browser = spawn(program, words, { stdio: 'ignore', detached: false });
  browser.once('error', remove);
  const ours = chromiums.some((name) => name === program);
  return {
    close: () => {
      if (ours) endBrowser(browser);
      remove();
    },
  };
}

function endBrowser(browser: ChildProcess): void {
  if (browser.exitCode === null && browser.signalCode === null) browser.kill('SIGTERM');
}
