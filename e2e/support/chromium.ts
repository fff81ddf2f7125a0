import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

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

/** The sandbox of the browser needs an account other than root. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('no Chromium on this computer: npm run setup');
  return chromium.launch({
    executablePath: chromiumPath,
    args: quiet,
    chromiumSandbox: process.getuid?.() !== 0,
  });
}
