import type { Store } from '../store/store.ts';

/**
 * The lines in which open jobs with the same order key wait. Each row knows the job just before it
 * (`blocked_by`), so that finding what may run costs one look into an index, however long the lines
 * are. All methods belong inside a transaction.
 */
export class Line {
  readonly #last;
  readonly #highest;
  readonly #put;
  readonly #behind;
  readonly #closeUp;
  readonly #take;
  readonly #touched: (number: number) => void;

  constructor({ db }: Pick<Store, 'db'>, touched: (number: number) => void) {
    this.#touched = touched;
    this.#last = db.prepare<[string], { number: number }>(
      'select number from job where order_key = ? and position is not null order by position desc limit 1',
    );
    this.#highest = db.prepare<[], { top: number | null }>(
      'select max(position) as top from job where position is not null',
    );
    this.#put = db.prepare<[number | null, number | null, number]>(
      'update job set position = ?, blocked_by = ? where number = ?',
    );
    this.#behind = db.prepare<[number], { number: number }>(
      'select number from job where blocked_by = ?',
    );
    this.#closeUp = db.prepare<[number | null, number]>(
      'update job set blocked_by = ?, revision = revision + 1 where number = ?',
    );
    this.#take = db.prepare<[number], { position: number | null; blocked_by: number | null }>(
      'select position, blocked_by from job where number = ?',
    );
  }

  /** Puts a job at the end of its line. */
  enter(number: number, orderKey: string): void {
    const last = this.#last.get(orderKey)?.number ?? null;
    const position = (this.#highest.get()?.top ?? 0) + 1;
    this.#put.run(position, last, number);
  }

  /** Takes a job out of its line, wherever it stands; the next one moves up. */
  leave(number: number): void {
    const place = this.#take.get(number);
    if (place === undefined || place.position === null) return;
    this.#put.run(null, null, number);
    for (const next of this.#behind.all(number)) {
      this.#closeUp.run(place.blocked_by, next.number);
      this.#touched(next.number);
    }
  }
}
