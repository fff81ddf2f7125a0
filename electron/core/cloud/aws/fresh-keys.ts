import type { Ticket } from './bucket.ts';

/** For this long (ms) after CreateKey, "not found" means "not seen everywhere yet". */
const settling = 5 * 60_000;

/** Keys made or adopted a moment ago, and the places kept for their import parameters. */
export class FreshKeys {
  readonly #until = new Map<string, number>();
  readonly #tickets = new Map<string, Ticket>();

  add(keyId: string, now: number, madeAt: number): void {
    for (const [known, until] of this.#until) {
      if (until >= now) break; // they stand in the order they were added
      this.forget(known);
    }
    this.#until.set(keyId, madeAt + settling);
  }

  has(keyId: string, now: number): boolean {
    return (this.#until.get(keyId) ?? 0) > now;
  }

  keepPlace(keyId: string, ticket: Ticket): void {
    this.#tickets.set(keyId, ticket);
  }

  takePlace(keyId: string): Ticket | undefined {
    const ticket = this.#tickets.get(keyId);
    this.#tickets.delete(keyId);
    return ticket;
  }

  forget(keyId: string): void {
    this.#until.delete(keyId);
    this.#tickets.delete(keyId);
  }
}
