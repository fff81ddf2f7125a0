import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { EndReason } from '../../../shared/wire/console.ts';
import { type Moment, momentOf, sinceMoment, type Watch } from './moment.ts';
import { hashOf } from './one-time-links.ts';

/** A session ends when its browser was away this long, and at the latest this long after its start (ms). */
export const sessionLimits = { awayMs: 10 * 60_000, wholeMs: 8 * 60 * 60_000 } as const;

const mostRemembered = 32;

/** One browser that came by a link. Only hashes of what it must know are kept. */
export interface BrowserSession {
  readonly id: string;
  readonly cookieHash: Buffer;
  readonly factorHash: Buffer;
  readonly startedAt: Moment;
  readonly tabs: Set<string>;
  /** What kind of browser it says it is, for the person who is asked about it. */
  readonly from: string;
  awaySince: Moment;
  wrongPassphrases: number;
}

export interface Opened {
  readonly session: BrowserSession;
  readonly cookie: string;
  readonly factor: string;
}

/** Holds the one browser that works here and the one that waits to take over. */
export class BrowserSessions {
  readonly #clock: Watch;
  readonly #tellEnded: (session: BrowserSession, reason: EndReason) => void;
  readonly #ended: { readonly cookieHash: Buffer; readonly reason: EndReason }[] = [];
  #active: BrowserSession | null = null;
  #waiting: BrowserSession | null = null;

  /** `ended`: hears of each session that ends, and why. */
  constructor(clock: Watch, ended: (session: BrowserSession, reason: EndReason) => void) {
    this.#clock = clock;
    this.#tellEnded = ended;
  }

  get active(): BrowserSession | null {
    return this.#alive(this.#active);
  }

  get waiting(): BrowserSession | null {
    return this.#alive(this.#waiting);
  }

  /** A browser may work here; whoever did before may not any more. */
  open(from: string): Opened {
    const opened = this.#make(from);
    if (this.#active) this.end(this.#active, 'taken-over');
    this.#active = opened.session;
    return opened;
  }

  /** A browser waits; one that waited before does not any more. */
  queue(from: string): Opened {
    const opened = this.#make(from);
    if (this.#waiting) this.end(this.#waiting, 'ended');
    this.#waiting = opened.session;
    return opened;
  }

  /** The browser that waited works here from now on. Null when none waits. */
  promote(): BrowserSession | null {
    const { waiting } = this;
    if (!waiting) return null;
    if (this.#active) this.end(this.#active, 'taken-over');
    this.#waiting = null;
    this.#active = waiting;
    return waiting;
  }

  end(session: BrowserSession, reason: EndReason): void {
    this.#ended.push({ cookieHash: session.cookieHash, reason });
    if (this.#ended.length > mostRemembered) this.#ended.shift();
    if (this.#active === session) this.#active = null;
    if (this.#waiting === session) this.#waiting = null;
    this.#tellEnded(session, reason);
  }

  /** The living session of one of these cookies, or why there is none. */
  byCookie(cookies: readonly string[]): BrowserSession | EndReason {
    const hashes = cookies.map(hashOf);
    const known = ({ cookieHash }: { readonly cookieHash: Buffer }): boolean =>
      hashes.some((hash) => timingSafeEqual(cookieHash, hash));
    for (const session of [this.active, this.waiting])
      if (session && known(session)) return session;
    return this.#ended.find(known)?.reason ?? 'no-session';
  }

  /** True when this is the second factor of the session. */
  proves(session: BrowserSession, factor: string): boolean {
    return timingSafeEqual(session.factorHash, hashOf(Buffer.from(factor, 'base64url')));
  }

  tabOpened(id: string, tab: string): void {
    this.#byId(id)?.tabs.add(tab);
  }

  tabClosed(id: string, tab: string): void {
    const session = this.#byId(id);
    session?.tabs.delete(tab);
    if (session) session.awaySince = momentOf(this.#clock);
  }

  /** No window of any browser is open any more. */
  allTabsClosed(): void {
    for (const session of [this.#active, this.#waiting]) {
      for (const tab of session?.tabs ?? []) this.tabClosed(session?.id ?? '', tab);
    }
  }

  #byId(id: string): BrowserSession | null {
    return [this.#active, this.#waiting].find((session) => session?.id === id) ?? null;
  }

  #make(from: string): Opened {
    const cookie = randomBytes(32).toString('base64url');
    const factor = randomBytes(32);
    const now = momentOf(this.#clock);
    const session: BrowserSession = {
      id: randomUUID(),
      cookieHash: hashOf(cookie),
      factorHash: hashOf(factor),
      startedAt: now,
      awaySince: now,
      tabs: new Set(),
      from,
      wrongPassphrases: 0,
    };
    return { session, cookie, factor: factor.toString('base64url') };
  }

  #alive(session: BrowserSession | null): BrowserSession | null {
    if (!session) return null;
    const old = sinceMoment(this.#clock, session.startedAt) >= sessionLimits.wholeMs;
    const away =
      session.tabs.size === 0 &&
      sinceMoment(this.#clock, session.awaySince) >= sessionLimits.awayMs;
    if (!old && !away) return session;
    this.end(session, 'ended');
    return null;
  }
}
