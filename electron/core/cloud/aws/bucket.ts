import type { Clock } from '../../ports.ts';
import type { Outlook } from '../cloud.ts';

/** Share of the published quota that is used: AWS's clock and ours do not tick together. */
const share = 0.97;
/** A throttled operation never goes below this share of its quota. */
const floor = 1 / 16;
/**
 * Share of the quota won back after a throttle, per second and at most per call: operations that
 * are granted once a second or less must not run into the limit again with every other call.
 */
const recoveryPerSecond = 0.05;
const recoveryPerCall = 0.02;
/** After this long (ms) without a call nothing is known of AWS's limit any more. */
const forgotten = 60_000;
/** Operations with at least this many requests per second may use a tenth of a second at once. */
const burstFrom = 50;

/** A place in the queue. Kept places are passed over until their call comes to claim them. */
export interface Ticket {
  readonly since: number;
  /** Monotonic ms after which an unclaimed place is given up. */
  readonly until: number;
  claimed: boolean;
  go: () => void;
  tell: ((text: string) => void) | undefined;
}

/**
 * One queue with a pace: a leaky bucket that grants in order. Lateness of our own timers is made
 * good by the next grant, idle time is not saved up, a throttle halves the pace and it recovers
 * by equal steps.
 */
export class Bucket {
  readonly #clock: Clock;
  readonly #quota: number;
  readonly #queue: Ticket[] = [];
  readonly #watchers = new Set<() => void>();
  #rate: number;
  /** Monotonic ms from which the next grant is due. */
  #due = Number.NEGATIVE_INFINITY;
  #adjusted: number;
  #halved = Number.NEGATIVE_INFINITY;
  #told = Number.NEGATIVE_INFINITY;
  #pumping = false;

  /** `free`: not limited until the other side throttles for the first time. */
  constructor(clock: Clock, quota: number, free = false) {
    this.#clock = clock;
    this.#quota = quota;
    this.#rate = free ? Number.POSITIVE_INFINITY : quota * share;
    this.#adjusted = clock.monotonic();
  }

  get unlimited(): boolean {
    return this.#rate === Number.POSITIVE_INFINITY;
  }

  async acquire(options: {
    readonly signal?: AbortSignal;
    readonly ticket?: Ticket;
    readonly again?: boolean;
    tell?(text: string): void;
  }): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    const kept = options.ticket && this.#queue.includes(options.ticket) ? options.ticket : null;
    const ticket = kept ?? this.#join(Number.POSITIVE_INFINITY, options.again ?? false);
    let stop = (): void => undefined;
    const turn = new Promise<void>((resolve, reject) => {
      ticket.go = resolve;
      stop = () => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
    });
    ticket.claimed = true;
    ticket.tell = options.tell?.bind(options);
    this.#announce(ticket);
    void this.#pump();
    try {
      await turn;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.release(ticket);
    }
  }

  reserve(keptFor: number): Ticket {
    return this.#join(this.#clock.monotonic() + keptFor, false);
  }

  release(ticket: Ticket): void {
    const at = this.#queue.indexOf(ticket);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    this.#wakeWatchers();
  }

  /** Resolves when the ticket's turn is at most `lead` ms away. */
  async near(ticket: Ticket, lead: number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const away = this.#wait(this.#queue.indexOf(ticket)) - lead;
      if (away <= 0) return;
      const woken = new AbortController();
      const wake = (): void => woken.abort();
      this.#watchers.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
      await this.#clock.sleep(away, woken.signal).catch(() => undefined); // woken: look again
      this.#watchers.delete(wake);
      signal?.removeEventListener('abort', wake);
    }
  }

  throttled(): void {
    const now = this.#clock.monotonic();
    if (this.unlimited) this.#rate = this.#quota * share * 2;
    // one answer per round trip counts, or a burst of them would stop everything
    if (now - this.#halved < Math.max(1000, this.#interval)) return;
    this.#halved = now;
    this.#adjusted = now;
    this.#rate = Math.max(this.#rate / 2, this.#quota * floor);
    this.#due = Math.max(this.#due, now + this.#interval);
  }

  outlook(): Outlook {
    this.#expire();
    if (this.unlimited) return { perSecond: null, waiting: 0, waits: 0 };
    const waiting = this.#queue.length;
    return { perSecond: this.#rate, waiting, waits: this.#wait(waiting) };
  }

  get #interval(): number {
    return 1000 / this.#rate;
  }

  #join(until: number, first: boolean): Ticket {
    const since = this.#clock.monotonic();
    const ticket: Ticket = { since, until, claimed: false, go: () => undefined, tell: undefined };
    if (first) this.#queue.unshift(ticket);
    else this.#queue.push(ticket);
    return ticket;
  }

  /** Milliseconds until the place at `position` has its turn. */
  #wait(position: number): number {
    const next = Math.max(0, this.#due - this.#clock.monotonic());
    return position < 0 ? 0 : next + position * this.#interval;
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (;;) {
        this.#expire();
        const ticket = this.#queue.find((each) => each.claimed);
        if (!ticket) return;
        const ahead = this.#due - this.#clock.monotonic();
        if (ahead > 0) {
          await this.#clock.sleep(ahead);
          continue;
        }
        this.#grant(ticket);
      }
    } finally {
      this.#pumping = false;
    }
  }

  #grant(ticket: Ticket): void {
    const now = this.#clock.monotonic();
    this.#recover(now);
    const burst = this.#quota >= burstFrom ? 100 : 0;
    // a ticket that stood here before it was due is late by our own timers only
    const base = ticket.since <= this.#due && now - this.#due < 1000 ? this.#due : now - burst;
    this.#due = Math.max(this.#due, base) + this.#interval;
    this.release(ticket);
    ticket.go();
    if (now - this.#told >= 1000) {
      this.#told = now;
      for (const each of this.#queue) this.#announce(each);
    }
  }

  #recover(now: number): void {
    const idle = now - this.#adjusted;
    const step = Math.min(recoveryPerCall, (recoveryPerSecond * idle) / 1000);
    const full = this.#quota * share;
    this.#adjusted = now;
    this.#rate = idle > forgotten ? full : Math.min(full, this.#rate + this.#quota * step);
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    const stale = this.#queue.filter((ticket) => !ticket.claimed && ticket.until <= now);
    for (const ticket of stale) this.release(ticket);
  }

  #announce(ticket: Ticket): void {
    const ahead = this.#queue.indexOf(ticket);
    const wait = this.#wait(ahead);
    if (wait < 1000) return;
    ticket.tell?.(
      `waits ${Math.round(wait / 1000)} s for AWS's limit of ${spoken(this.#quota)} (${ahead} ahead)`,
    );
  }

  #wakeWatchers(): void {
    for (const wake of this.#watchers) wake();
  }
}

function spoken(quota: number): string {
  if (quota >= 1) return quota === 1 ? '1 request per second' : `${quota} requests per second`;
  return `1 request per ${Math.round(1 / quota)} seconds`;
}
