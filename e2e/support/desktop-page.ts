import type { Page } from 'playwright-core';
import type { InTestDesktop } from '../../electron/hosts/desktop/desktop.fixture.ts';
import type { DesktopAsk } from '../../shared/host/desktop-bridge.ts';

/**
 * Gives a browser page what the desktop's preload script gives its page: the files of the window with
 * the desktop's own policy, and the bridge to its main process. Returns what the page complained of.
 */
export async function asDesktopPage(page: Page, desktop: InTestDesktop): Promise<string[]> {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    const answer = desktop.electron.serve?.({ url: `app://console${pathname}`, method: 'GET' });
    if (!answer) return route.abort();
    return route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    });
  });
  const bridge = desktop.bridge();
  await page.exposeFunction('toMain', (name: string, text: string) =>
    bridge.call(
      name,
      JSON.parse(text, (_key, value: unknown) => asBytes(value)),
    ),
  );
  await page.exposeFunction('askMain', (asked: DesktopAsk) => bridge.ask(asked));
  await page.addInitScript(bridgeInPage);
  const tell = (told: unknown): void => {
    // A page that is just being loaded anew reads everything by itself.
    page
      .evaluate((said) => (globalThis as unknown as InPage).toldByMain(said), told)
      .catch(() => 0);
  };
  bridge.onChange((change) => tell({ change }));
  bridge.onHost((host) => tell({ host }));
  await page.goto('https://console.invalid/');
  return problems;
}

interface InPage {
  toldByMain: (told: unknown) => void;
}

const asBytes = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'bytesOf' in value
    ? Uint8Array.from(value.bytesOf as number[])
    : value;

/** In the page: the bridge of the preload script over what a test has instead of Electron's IPC. */
const bridgeInPage = `(() => {
  const changes = new Set(), hosts = new Set();
  const listen = (set) => (listener) => { set.add(listener); return () => set.delete(listener); };
  const plain = (_key, value) => value instanceof Uint8Array ? { bytesOf: [...value] } : value;
  globalThis.toldByMain = ({ change, host }) => {
    if (change) for (const listener of changes) listener(change);
    if (host) for (const listener of hosts) listener(host);
  };
  globalThis.keyreeve = Object.freeze({
    call: (name, input) => globalThis.toMain(name, JSON.stringify(input, plain)),
    ask: (asked) => globalThis.askMain(asked),
    onChange: listen(changes),
    onHost: listen(hosts),
  });
})();`;
