import type { BrowserContext, Page } from 'playwright-core';

/**
 * KEYREEVE_LATE=300 holds every answer of a console back for so many milliseconds on its way to the
 * page: a test that takes for granted what is not there yet fails then, and not once in a thousand
 * runs.
 */
const late = Number(process.env['KEYREEVE_LATE'] ?? 0);

/** Holds the answers to the pages of this context back where that was asked for. */
export async function holdAnswers(context: BrowserContext): Promise<void> {
  if (late === 0) return;
  await context.routeWebSocket(/\/line$/, (line) => {
    const host = line.connectToServer();
    host.onMessage((message) => void setTimeout(() => line.send(message), late));
    // The end comes no sooner than what was said before it.
    host.onClose((code, reason) => {
      const told = { ...(code === undefined ? {} : { code }), ...(reason ? { reason } : {}) };
      setTimeout(() => void line.close(told), late);
    });
  });
}

/** KEYREEVE_SLOW=8 gives the pages an eighth of the processor, as a loaded computer does. */
const slow = Number(process.env['KEYREEVE_SLOW'] ?? 1);

/** Slows the pages of this context down where that was asked for. Raises where it is no Chromium. */
export async function slowDown(context: BrowserContext, page: Page): Promise<void> {
  if (slow === 1) return;
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slow });
}
