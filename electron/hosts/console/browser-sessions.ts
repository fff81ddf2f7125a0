import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { EndReason } from '../../../shared/wire/console.ts';
import { type Moment, momentOf, sinceMoment, type Watch } from './moment.ts';
import { hashOf, linkLifetime } from './one-time-links.ts';

/** A session ends when its browser was away this long, and at the latest this long after its start (ms). */
export const sessionLimits = { awayMs: 10 * 60_000, wholeMs: 8 * 60 * 60_000 } as const;

const mostRemembered = 32;

/** One browser that came by a link. Of what it must know only hashes are kept, once it has its cookie. */
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
  /** The answer to its link, until a window of it has shown that it arrived. */
  unheard: Unheard | null;
}

/** An answer that may have been lost on its way, and the link that it answered. */
interface Unheard {
  readonly tokenHash: Buffer;
  readonly cookie: string;
}

/** A browser as it comes by a link. */
export interface Arrival {
  readonly token: string;
  /** Its second factor, 32 bytes in base64url, which its page made. */
  readonly factor: string;
  readonly from: string;
}

export interface Opened {
  readonly session: BrowserSession;
  readonly cookie: string;
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
  open(arrival: Arrival): Opened {
    const opened = this.#make(arrival);
    if (this.#active) this.end(this.#active, 'taken-over');
    this.#active = opened.session;
    return opened;
  }

  /** A browser waits; one that waited before does not any more. */
  queue(arrival: Arrival): Opened {
    const opened = this.#make(arrival);
    if (this.#waiting) this.end(this.#waiting, 'ended');
    this.#waiting = opened.session;
    return opened;
  }

  /**
   * The answer that this very page had to its link, as it was: a page that was loaded again never heard it. Null for
   * whoever does not know the factor, once a window of the session stands, and when the link would be too old.
   */
  again({ token, factor }: Arrival): Opened | null {
    const tokenHash = hashOf(token);
    for (const session of [this.active, this.waiting]) {
      if (!session?.unheard || !timingSafeEqual(session.unheard.tokenHash, tokenHash)) continue;
      const late = sinceMoment(this.#clock, session.startedAt) >= linkLifetime;
      if (!late && this.proves(session, factor)) return { session, cookie: session.unheard.cookie };
    }
    return null;
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
    return timingSafeEqual(session.factorHash, factorHashOf(factor));
  }

  tabOpened(id: string, tab: string): void {
    const session = this.#byId(id);
    session?.tabs.add(tab);
    if (session) session.unheard = null;
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

  #make({ token, factor, from }: Arrival): Opened {
    const cookie = randomBytes(32).toString('base64url');
    const now = momentOf(this.#clock);
    const session: BrowserSession = {
      id: randomUUID(),
      cookieHash: hashOf(cookie),
      factorHash: factorHashOf(factor),
      startedAt: now,
      awaySince: now,
      tabs: new Set(),
      from,
      wrongPassphrases: 0,
      unheard: { tokenHash: hashOf(token), cookie },
    };
    return { session, cookie };
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

const factorHashOf = (factor: string): Buffer => hashOf(Buffer.from(factor, 'base64url'));
