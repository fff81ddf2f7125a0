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

/** What the host answers to a path; a path without an answer is never answered. */
const answers = new Map<string, () => Response>();
function post(path: string, { signal }: RequestInit): Promise<Response> {
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
  answers.set(consolePaths.session, () => Response.json({ factor: 'NEWF', waiting: false }));
  location.hash = `#t=${token}`;
  window.dispatchEvent(new HashChangeEvent('hashchange'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(Socket.all.length).toBe(before + 1);
  expect(sessionStorage.getItem('keyreeve-factor')).toBe('NEWF');
});
