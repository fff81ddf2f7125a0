import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Electron from 'electron';
import { consolePage } from './own-address.ts';
import { windowOptions } from './window-options.ts';

export type PageElectron = Pick<typeof Electron, 'app' | 'BrowserWindow'>;

/** Loads the window out of sight and asks it what it can do. Answers `ok`, or what is wrong. */
export async function tryPage(
  { app, BrowserWindow }: PageElectron,
  preload: string,
): Promise<Record<'page' | 'sandbox' | 'network', string>> {
  const window = new BrowserWindow(windowOptions(preload, app.isPackaged));
  // A door that is open to everybody on this computer: the page must not come as far as that.
  const server = createServer((_request, response) => response.end());
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await window.loadURL(consolePage);
    const { webContents } = window;
    const ask = (script: string): Promise<unknown> => webContents.executeJavaScript(script);
    return {
      page: said(await ask('typeof keyreeve + " " + typeof process + " " + typeof require')),
      sandbox: sandboxOf(app, webContents.getOSProcessId()),
      network: String(
        await ask(
          `fetch('http://127.0.0.1:${port}/', { mode: 'no-cors' }).then(() => 'reached', () => 'ok')`,
        ),
      ),
    };
  } finally {
    window.destroy();
    server.close();
  }
}

const said = (types: unknown): string =>
  types === 'object undefined undefined' ? 'ok' : `has ${String(types)}`;

/** Linux says of a process whether its system calls are filtered; elsewhere Electron says it. */
function sandboxOf(app: Electron.App, pid: number): string {
  if (process.platform === 'linux') {
    const filter = /^Seccomp:\s*(\d)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return filter === '2' ? 'ok' : `system calls are not filtered (Seccomp ${filter ?? 'unknown'})`;
  }
  const metric = app.getAppMetrics().find((each) => each.pid === pid);
  return metric?.sandboxed === true ? 'ok' : 'not sandboxed';
}
