import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { readWindowFiles } from '../../electron/hosts/console/window-files.ts';
import { serveWeb, type WebServer } from '../../electron/hosts/transport/http/web-server.ts';
import { interleaved } from '../support/measure.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the page that the window's start is compared with: the same settings, the same packages. */
async function buildPlain(folder: string): Promise<void> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({
      configFile: join(root, 'vite.config.ts'),
      root: join(root, 'bench/plain-page'),
      logLevel: 'warn',
      build: { outDir: folder, emptyOutDir: true },
    });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}

/** The console's own web server on a built page, without a keystore behind it. */
function serve(folder: string): Promise<WebServer> {
  const files = readWindowFiles(folder);
  const site = {
    page: (nonce: string) => files.page(nonce),
    file: (path: string) => files.file(path),
    change: () => ({ status: 401, body: {} }),
    line: () => false,
    expectsLanding: () => false,
    mayConnect: () => true,
  };
  return serveWeb(site, 0, { log: () => undefined });
}

/** From the start of the navigation until something is on the screen (ms). */
async function paintOf(browser: Browser, port: number): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    return await page.evaluate<number>(`new Promise((resolve) =>
      new PerformanceObserver((list, observer) => {
        const [first] = list.getEntriesByName('first-contentful-paint');
        if (!first) return;
        observer.disconnect();
        resolve(first.startTime);
      }).observe({ type: 'paint', buffered: true }))`);
  } finally {
    await context.close();
  }
}

export interface Paint {
  /** Milliseconds: the plain page, then the window. */
  readonly limit: number;
  readonly product: number;
}

/** First paints of the plain page and of the window, by turns. */
export async function firstPaints(
  browser: Browser,
  folder: string,
  rounds: number,
): Promise<readonly Paint[]> {
  const [plainFolder, windowFolder] = [join(folder, 'plain'), join(folder, 'window')];
  mkdirSync(plainFolder);
  await buildPlain(plainFolder);
  cpSync(join(root, 'dist/renderer'), windowFolder, { recursive: true });
  const plain = await serve(plainFolder);
  const window = await serve(windowFolder);
  try {
    return await interleaved(
      rounds,
      () => paintOf(browser, plain.port),
      () => paintOf(browser, window.port),
    );
  } finally {
    await Promise.all([plain.close(), window.close()]);
  }
}
