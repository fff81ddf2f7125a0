/** What the window and the browser console's host agree on, apart from the contract itself. */

export const consoleProtocol = 1;

/** Paths of the console's host. Everything else it serves is a static file. */
export const consolePaths = {
  /** POST: the token of a one-time link, with a factor that the page made, becomes a session. */
  session: '/session',
  /** POST: how a session stands, for a window whose line broke. */
  standing: '/session/standing',
  /** WebSocket: calls and changes. */
  line: '/line',
} as const;

/** Why a window may not go on. The window words each of them. */
export const endReasons = ['no-session', 'link-used', 'taken-over', 'kept', 'ended'] as const;
export type EndReason = (typeof endReasons)[number];

/** Codes with which the host closes a line; any other end is a broken line. */
export const closeCodes = {
  'taken-over': 4001,
  /** The browser that works here was asked and goes on. */
  kept: 4004,
  ended: 4002,
  'no-session': 4003,
  /** Granted what it waited for: connect again. */
  granted: 4010,
  /** Another process takes this one's place: connect again. */
  restart: 4011,
  nonsense: 4020,
  'too-slow': 4021,
} as const;
export type CloseCause = keyof typeof closeCodes;

/** How often the host says that it is there, and how long a window waits for that (ms). */
export const heartbeat = { everyMs: 10_000, patienceMs: 25_000 } as const;

/** Calls of one window that may be under way; the window keeps the others back. */
export const mostCallsAtOnce = 32;

/**
 * What a window says on its line after its hello: `{ id, call, input }`, `{ giveUp: id }` once it waits no more for
 * the answer, and `{ answer }` to what its host asked.
 */

/** What the host says by itself on a line. */
export type HostWord =
  /** Another browser asks to take over. */
  | { readonly host: 'takeover-asked'; readonly from: string }
  /** It does not ask any more. */
  | { readonly host: 'takeover-over' }
  /** To the one that waits: whether the browser that works here has a window open. */
  | { readonly host: 'waiting'; readonly firstHere: boolean }
  | { readonly host: 'passphrase-refused'; readonly triesLeft: number };

/** A session as the host grants it, beside its cookie. The second factor of every line is the page's own. */
export interface Grant {
  /** Another browser has the session: this one waits until it may take over. */
  readonly waiting: boolean;
}
