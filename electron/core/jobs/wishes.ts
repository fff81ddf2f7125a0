import type { Store } from '../store/store.ts';
import type { JobKind } from './kind.ts';

interface Open {
  readonly id: string;
  readonly number: number;
  readonly position: number | null;
}

/** A job that was asked for and that decides otherwise. */
export interface OtherWish {
  readonly number: number;
  readonly title: string;
}

/** What a deed decides; the deed itself where no other decides the same. */
export const matterOf = <P>(kind: JobKind<P>, payload: P): string =>
  kind.matter?.(payload) ?? `${kind.name}:${kind.deedKey(payload)}`;

/** What was asked for and is not over yet, in the order in which it will be done. */
export class Wishes {
  readonly #open;
  readonly #behind;
  readonly #last;
  readonly #former;

  constructor({ db }: Pick<Store, 'db'>) {
    this.#open = db.prepare<[string, string], Open>(
      `select id, number, position from job where kind = ? and deed_key = ? and ended_at is null
       order by position is null desc, position desc limit 1`,
    );
    this.#behind = db
      .prepare<[string, number], number>(
        `select exists (select 1 from job where matter = ? and ended_at is null and position > ?)`,
      )
      .pluck();
    this.#last = db.prepare<[string], OtherWish & { kind: string; deed_key: string }>(
      `select number, title, kind, deed_key from job where matter = ? and ended_at is null
       order by position is null desc, position desc limit 1`,
    );
    this.#former = db
      .prepare<[string, string], number | null>(
        `select max(j.number) from job_subject s join job j on j.number = s.job
         where s.subject = ? and j.kind = ?`,
      )
      .pluck();
  }

  /**
   * Number of the newest job of this kind about `subject`, over or not. Whatever it was asked for: what is usual
   * may be another deed once it was done.
   */
  former(kind: string, subject: string): number | null {
    return this.#former.get(subject, kind) ?? null;
  }

  /** The job that is at this deed and will be done last; null: none is. */
  open(kind: string, deed: string): Open | null {
    return this.#open.get(kind, deed) ?? null;
  }

  /** The same, unless another deed of its matter comes after it and undoes what it does. */
  lastWord<P>(kind: JobKind<P>, payload: P): Open | null {
    const open = this.open(kind.name, kind.deedKey(payload));
    if (open === null || open.position === null) return open;
    return this.#behind.get(matterOf(kind, payload), open.position) === 1 ? null : open;
  }

  /** The job that has the last word about the matter of this deed, where that is another deed. */
  otherwise<P>(kind: JobKind<P>, payload: P): OtherWish | null {
    const last = this.#last.get(matterOf(kind, payload));
    if (last === undefined) return null;
    const same = last.kind === kind.name && last.deed_key === kind.deedKey(payload);
    return same ? null : { number: last.number, title: last.title };
  }
}
