import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sharedChromium } from '../support/chromium.ts';
import { ConsoleProcess } from '../support/console-process.ts';
import { chromiumPath, ConsoleStage } from '../support/console.ts';

/** A page of another program on this computer: another port, and so the same site. */
async function neighbour(): Promise<{ server: Server; origin: string; cookies: () => string }> {
  let seen = '';
  const server = createServer((request, response) => {
    seen += `${request.headers.cookie ?? ''};`;
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>neighbour</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, origin: `http://127.0.0.1:${port}`, cookies: () => seen };
}

describe.skipIf(chromiumPath === null)('a real browser', () => {
  let stage: ConsoleStage;
  let other: Awaited<ReturnType<typeof neighbour>>;
  beforeAll(async () => {
    stage = await ConsoleStage.open({ keystore: 'practice' });
    other = await neighbour();
    await stage.page.getByRole('button', { name: 'Lock now' }).waitFor();
  });
  afterAll(async () => {
    other.server.close();
    await stage.stop();
  });

  it('keeps nothing of the link in its address or its history', async () => {
    const { page } = stage;
    expect(page.url()).toBe(`${stage.host.origin}/`);
    expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2);
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  it('applies our styles under the mark of this load and no others', async () => {
    const { page } = stage;
    const [marked, all] = (await page.evaluate(
      '[...document.querySelectorAll("style")].reduce(([m, a], s) => [m + (s.nonce !== ""), a + 1], [0, 0])',
    )) as [number, number];
    expect(all).toBeGreaterThan(0);
    expect(marked).toBe(all);
    await page.evaluate(
      'const s = document.createElement("style"); s.textContent = "body { outline: 9px solid }"; document.head.append(s)',
    );
    const outline = await page.evaluate('getComputedStyle(document.body).outlineWidth');
    expect(outline).not.toBe('9px');
    expect(stage.complaints.splice(0).join()).toContain('Content Security Policy');
  });

  it('makes no code from text and runs no script written into the page', async () => {
    const { page } = stage;
    const result = await page.evaluate(
      '(() => { try { document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=window.__ran=1>"); return "inserted" } catch { return "refused" } })()',
    );
    expect(result).toBe('refused');
    expect(await page.evaluate('window.__ran')).toBeUndefined();
    stage.complaints.length = 0;
  });

  it('goes on after a reload, and in a second tab of the same browser', async () => {
    const { page, context } = stage;
    await page.reload();
    await page.getByRole('button', { name: 'Lock now' }).waitFor();
    const second = await context.newPage();
    await second.goto(stage.host.origin);
    await second.getByRole('button', { name: 'Lock now' }).waitFor();
    await second.close();
  });

  it('lets a page of another port see neither answers nor a line', async () => {
    const page = await stage.context.newPage();
    await page.goto(other.origin);
    const target = stage.host.origin;
    const results = await page.evaluate(`(async () => {
      const tried = async (work) => { try { return await work(); } catch { return 'failed'; } };
      const read = (path, init) => tried(async () => (await fetch('${target}' + path, init)).status);
      const line = () => new Promise((resolve) => {
        const socket = new WebSocket('${target.replace('http', 'ws')}/line');
        socket.onopen = () => resolve('open');
        socket.onclose = () => resolve('failed');
      });
      return [
        await read('/'),
        await read('/', { credentials: 'include' }),
        await read('/session', { method: 'POST', credentials: 'include', body: '{}' }),
        await read('/session', { method: 'POST', credentials: 'include', body: '{}',
          headers: { 'Content-Type': 'application/json' } }),
        await line(),
      ];
    })()`);
    expect(results).toEqual(['failed', 'failed', 'failed', 'failed', 'failed']);
    await page.close();
  });

  it('is worth nothing to the server of another port, which does get our cookie', async () => {
    const page = await stage.context.newPage();
    await page.goto(other.origin);
    const cookie = /keyreeve_\d+=[\w-]{43}/.exec(other.cookies())?.[0];
    // That is why a cookie alone must never be enough.
    expect(cookie).toBeDefined();
    const answer = await fetch(`${stage.host.origin}/session/standing`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Cookie: cookie ?? '',
        Origin: stage.host.origin,
        'Sec-Fetch-Site': 'same-origin',
      },
      body: JSON.stringify({ factor: 'A'.repeat(43) }),
    });
    expect(answer.status).toBe(403);
    await page.close();
  });

  it('cannot be framed, and cannot be led here by another page', async () => {
    const page = await stage.context.newPage();
    await page.goto(other.origin);
    await page.evaluate(
      `new Promise((done) => { const f = document.createElement('iframe'); f.onload = f.onerror = done; f.src = '${stage.host.origin}/'; document.body.append(f); })`,
    );
    const framed = page.frames().find((frame) => frame.url().startsWith(stage.host.origin));
    expect(await framed?.evaluate('document.querySelector("#window")')).toBeFalsy();
    await page.evaluate(`location.href = '${stage.host.origin}/#t=${'A'.repeat(43)}'`);
    await page.getByRole('heading', { name: 'Open the console by its own address' }).waitFor();
    await page.close();
  });

  it('says what to do when asked under another port', async () => {
    const page = await stage.context.newPage();
    await page.goto(stage.host.origin.replace('127.0.0.1', 'localhost'));
    await page.getByText(`ssh -L ${stage.host.port}:127.0.0.1:${stage.host.port}`).waitFor();
    await page.close();
  });
});

describe.skipIf(chromiumPath === null)(
  'a page that is loaded again while its link is answered',
  () => {
    let host: ConsoleProcess;
    let context: BrowserContext;
    beforeEach(async () => {
      host = await ConsoleProcess.start();
      context = await (await sharedChromium()).newContext();
    });
    afterEach(async () => {
      await context.close();
      await host.stop();
    });

    const isIn = (page: Page) =>
      page.getByRole('heading', { name: 'What would you like to do?' }).waitFor();

    /** Follows the link; the host has answered, and the page never gets to hear it. */
    async function followUnheard(): Promise<Page> {
      const page = await context.newPage();
      const devTools = await context.newCDPSession(page);
      const answered = new Promise<void>((resolve) => {
        devTools.once('Fetch.requestPaused', () => resolve());
      });
      await devTools.send('Fetch.enable', {
        patterns: [{ urlPattern: `${host.origin}/session`, requestStage: 'Response' }],
      });
      await page.goto(host.url);
      await answered;
      // Closed, the session would let the answer go on to a page that is still there.
      await page.goto('about:blank');
      await devTools.send('Fetch.disable');
      return page;
    }

    it.each(['with the cookie of the answer', 'without its cookie'])(
      'is let in, %s',
      async (what) => {
        const page = await followUnheard();
        if (what === 'without its cookie') await context.clearCookies();
        await page.goto(host.origin);
        await isIn(page);
        await page.reload();
        await isIn(page);
      },
    );

    it('is let in, and another browser with the same link is not', async () => {
      const page = await followUnheard();
      const elsewhere = await (await sharedChromium()).newContext();
      try {
        const onlooker = await elsewhere.newPage();
        await onlooker.goto(host.url);
        await onlooker
          .getByRole('heading', { name: 'This link has been used, or is older than 5 minutes' })
          .waitFor();
      } finally {
        await elsewhere.close();
      }
      await page.goto(host.origin);
      await isIn(page);
    });
  },
);
