// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { consolePaths } from '../../shared/wire/console.ts';
import type { LinkState } from './link.ts';
import { webLink } from './web-link.ts';
import { standingOf } from './web-session.ts';

/** The browser's end of connections that never open; the test ends them. */
class Socket extends EventTarget {
  static readonly OPEN = 1;
  static readonly all: Socket[] = [];
  readyState = 0;
  constructor() {
    super();
    Socket.all.push(this);
  }
  close(): void {
    this.readyState = 3;
  }
  breaks(): void {
    this.dispatchEvent(new CloseEvent('close', { code: 1006 }));
  }
}

/** No other window of this browser: a real channel reaches the other files of a test run. */
class NoOtherWindow extends EventTarget {
  postMessage(): void {}
  close(): void {}
}

/** What the host answers to a path; a path without an answer is never answered. */
const answers = new Map<string, () => Response>();
const posted: { readonly path: string; readonly token?: string; readonly factor: string }[] = [];
function post(path: string, { signal, body }: RequestInit): Promise<Response> {
  if (typeof body === 'string') posted.push({ path, ...(JSON.parse(body) as { factor: string }) });
  const answer = answers.get(path);
  if (answer) return Promise.resolve().then(answer);
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });
}
const refused = (): Response => {
  throw new TypeError('connection refused');
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(window, 'addEventListener');
  vi.stubGlobal('WebSocket', Socket);
  vi.stubGlobal('BroadcastChannel', NoOtherWindow);
  vi.stubGlobal('fetch', post);
});
afterEach(() => {
  // a link lives as long as its page, and the tests of this file have one
  for (const [type, listener] of vi.mocked(window.addEventListener).mock.calls)
    window.removeEventListener(type, listener);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  Socket.all.length = 0;
  answers.clear();
  posted.length = 0;
  sessionStorage.clear();
});

const token = 'T'.repeat(43);

it('says that the connection is lost although the host does not even say how it stands', async () => {
  sessionStorage.setItem('keyreeve-factor', 'OLDF');
  const states: LinkState['kind'][] = [];
  webLink().onState(({ kind }) => states.push(kind));
  await vi.advanceTimersByTimeAsync(0);
  Socket.all[0]?.breaks();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(states).toEqual(['connecting', 'lost']);
  expect(Socket.all.length).toBeGreaterThan(1);
});

it('gives up a question that the host does not answer', async () => {
  const standing = standingOf('OLDF');
  await vi.advanceTimersByTimeAsync(15_000);
  await expect(standing).resolves.toEqual({ kind: 'unreachable' });
});

it('stays with the link that came last, whatever it had still been waiting for', async () => {
  sessionStorage.setItem('keyreeve-factor', 'OLDF');
  answers.set(consolePaths.standing, refused);
  const states: LinkState['kind'][] = [];
  webLink().onState(({ kind }) => states.push(kind));
  for (let breaks = 0; breaks < 4; breaks += 1) {
    await vi.advanceTimersByTimeAsync(1_200);
    Socket.all.at(-1)?.breaks();
  }
  await vi.advanceTimersByTimeAsync(0);
  const before = Socket.all.length;
  answers.set(consolePaths.session, () => Response.json({ waiting: false }));
  location.hash = `#t=${token}`;
  window.dispatchEvent(new HashChangeEvent('hashchange'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(Socket.all.length).toBe(before + 1);
  expect(sessionStorage.getItem('keyreeve-factor')).toBe(posted.at(-1)?.factor);
});

const asked = () => posted.filter(({ path }) => path === consolePaths.session);

it('asks again with the factor of its first question, where no answer came and after a reload', async () => {
  location.hash = `#t=${token}`;
  webLink();
  await vi.advanceTimersByTimeAsync(12_000);
  expect(asked().length).toBeGreaterThan(1);
  // loaded again: what the page kept is all there is
  webLink();
  answers.set(consolePaths.session, () => Response.json({ waiting: false }));
  await vi.advanceTimersByTimeAsync(12_000);
  const [first] = asked();
  expect(first).toMatchObject({ token, factor: expect.stringMatching(/^[\w-]{43}$/) });
  expect(asked()).toEqual(asked().map(() => first));
  expect(sessionStorage.getItem('keyreeve-factor')).toBe(first?.factor);
  expect(JSON.stringify(sessionStorage)).not.toContain(token);
});

it('makes a factor for each link, and follows the last where two are under way', async () => {
  const second = 'U'.repeat(43);
  const held: ((response: Response) => void)[] = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    void post(path, init).catch(() => undefined);
    return new Promise<Response>((resolve) => held.push(resolve));
  });
  location.hash = `#t=${token}`;
  webLink();
  location.hash = `#t=${second}`;
  window.dispatchEvent(new HashChangeEvent('hashchange'));
  await vi.advanceTimersByTimeAsync(0);
  for (const answer of held.toReversed()) answer(Response.json({ waiting: false }));
  await vi.advanceTimersByTimeAsync(0);
  const [first, last] = asked();
  expect([first?.token, last?.token]).toEqual([token, second]);
  expect(first?.factor).not.toBe(last?.factor);
  expect(sessionStorage.getItem('keyreeve-factor')).toBe(last?.factor);
});
