import type { Clock } from '../../ports.ts';
import type { Outlook } from '../cloud.ts';
import { Bucket, type Ticket } from './bucket.ts';
import type { Quotas } from './quotas.ts';

/** Whose limit it is: AWS counts per account, Region and operation. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly operation: string;
}

/** A place kept in a queue for a call that will be made soon. */
export interface Reservation {
  /** Resolves when the place is at most `lead` ms from its turn. */
  near(lead: number, signal?: AbortSignal): Promise<void>;
  readonly ticket: Ticket;
  release(): void;
}

/** A kept place that nobody used for this long (ms) is given up. */
const placeKept = 60_000;

/**
 * Keeps calls at 97 % of what AWS grants, first come first served, so that nothing is throttled
 * and nothing starves. One bucket per account, Region and operation.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #quotas: Quotas;
  readonly #free: boolean;
  readonly #buckets = new Map<string, Bucket>();

  /** `free`: no limit is kept before one was met, for a practice KMS, whose quotas are off by default. */
  constructor(clock: Clock, quotas: Quotas, free = false) {
    this.#clock = clock;
    this.#quotas = quotas;
    this.#free = free;
  }

  /**
   * Resolves when the call may go out. `tell` hears how long that takes, about once a second.
   * Rejects with the signal's reason.
   */
  async acquire(
    place: Place,
    options: {
      readonly signal?: AbortSignal;
      readonly ticket?: Ticket;
      /** A call that was throttled goes before those that have not been tried. */
      readonly again?: boolean;
      tell?(text: string): void;
    } = {},
  ): Promise<void> {
    const bucket = this.#bucket(place);
    if (bucket.unlimited) {
      if (options.ticket) bucket.release(options.ticket);
      return;
    }
    await bucket.acquire(options);
  }

  /** Keeps a place for a call that will follow, GetParametersForImport after CreateKey. */
  reserve(place: Place): Reservation {
    const bucket = this.#bucket(place);
    const ticket = bucket.reserve(placeKept);
    return {
      ticket,
      near: (lead, signal) =>
        bucket.unlimited ? Promise.resolve() : bucket.near(ticket, lead, signal),
      release: () => bucket.release(ticket),
    };
  }

  throttled(place: Place): void {
    this.#bucket(place).throttled();
  }

  outlook(place: Place): Outlook {
    return this.#bucket(place).outlook();
  }

  #bucket({ account, region, operation }: Place): Bucket {
    const name = `${account}/${region}/${operation}`;
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      bucket = new Bucket(this.#clock, this.#quotas.of(operation), this.#free);
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }
}
