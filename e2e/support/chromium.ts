import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** A real browser of this computer; null where there is none: tests that need it are then skipped. */
export const chromiumPath: string | null =
  process.env['KEYREEVE_CHROMIUM'] ?? places.find((path) => existsSync(path)) ?? null;

/** Nothing of the browser's own talks to the network while a test runs. */
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--force-color-profile=srgb',
  '--font-render-hinting=none',
];

/** How long a test waits for what a page is to show (ms): a loaded computer may take its time. */
const patience = 60_000;

export const bePatient = (context: BrowserContext): void => context.setDefaultTimeout(patience);

/** The sandbox of the browser needs an account other than root. */
export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('no Chromium on this computer: npm run setup');
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: quiet,
    chromiumSandbox: process.getuid?.() !== 0,
  });
  browser.on('context', bePatient);
  return browser;
}

let shared: Browser | null = null;

/**
 * The one that all tests of this process share, for a start takes seconds of a processor. Each test has
 * contexts of its own, which share nothing, and closes them. It ends with the process.
 */
export async function sharedChromium(): Promise<Browser> {
  if (!shared?.isConnected()) shared = await launchChromium();
  return shared;
}
