import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Moment, momentOf, sinceMoment, type Watch } from './moment.ts';

/** A link is good for five minutes and one use (ms). */
export const linkLifetime = 5 * 60_000;
/** So many wrong tokens void the link that is out. */
const mostWrong = 5;
/** Hashes of links that were used, voided or outlived, so that whoever holds one is told so. */
const mostRemembered = 32;

interface OutstandingLink {
  readonly hash: Buffer;
  readonly madeAt: Moment;
  wrong: number;
}

export interface NewLink {
  readonly token: string;
  /** Wall time in ms. */
  readonly expiresAt: number;
}

export type Redeemed = 'good' | 'spent' | 'wrong';

export const hashOf = (value: string | Uint8Array): Buffer =>
  createHash('sha256').update(value).digest();

/** The one link that is out: at most one at a time, and only its hash is kept. */
export class OneTimeLinks {
  readonly #clock: Watch;
  #out: OutstandingLink | null = null;
  #spent: Buffer[] = [];

  constructor(clock: Watch) {
    this.#clock = clock;
  }

  /** Makes a link; one that was out before is void. */
  make(): NewLink {
    this.void();
    const token = randomBytes(32).toString('base64url');
    this.#out = { hash: hashOf(token), madeAt: momentOf(this.#clock), wrong: 0 };
    return { token, expiresAt: this.#clock.now() + linkLifetime };
  }

  /** `spent` is said only to who holds a token that was good once. */
  redeem(token: string): Redeemed {
    const hash = hashOf(token);
    const out = this.#out;
    if (out && sinceMoment(this.#clock, out.madeAt) >= linkLifetime) this.void();
    if (this.#out && timingSafeEqual(this.#out.hash, hash)) {
      this.void();
      return 'good';
    }
    if (this.#spent.some((known) => timingSafeEqual(known, hash))) return 'spent';
    if (this.#out) {
      this.#out.wrong += 1;
      if (this.#out.wrong >= mostWrong) this.void();
    }
    return 'wrong';
  }

  /** The link that is out is good no more. */
  void(): void {
    if (!this.#out) return;
    this.#spent = [...this.#spent, this.#out.hash].slice(-mostRemembered);
    this.#out = null;
  }
}
