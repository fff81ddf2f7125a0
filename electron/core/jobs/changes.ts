import type { FailureCode } from '../../../shared/errors/failures.ts';
import type { Store } from '../store/store.ts';

/** Says that a job is not what it was. Carries no data: whoever shows the job reads it again. */
export interface JobChange {
  readonly jobId: string;
  readonly number: number;
  /** Of the job row; grows with every committed change. */
  readonly revision: number;
  /** Order of all changes of this process, progress texts included. */
  readonly sequence: number;
}

type Listener = (change: JobChange) => void;

/** What a running step says about itself. Lives in memory only. */
export interface LiveProgress {
  readonly text: string;
  readonly until: number | null;
  readonly done: number | null;
  readonly ahead: number | null;
}

/**
 * Tells watchers what moved, in the order of commits. Writers call `touch` inside their
 * transaction; what is told is read from the database after it, so that a transaction that was
 * rolled back tells nothing.
 */
export class JobChanges {
  readonly #db: Store['db'];
  readonly #row;
  readonly #open;
  readonly #listeners = new Set<Listener>();
  readonly #after = new Set<() => void>();
  readonly #dirty = new Set<number>();
  readonly #told = new Map<number, number>();
  readonly #progress = new Map<number, LiveProgress>();
  #sequence = 0;
  #scheduled = false;
  #held: FailureCode | null = null;

  constructor(store: Pick<Store, 'db'>) {
    this.#db = store.db;
    this.#row = store.db.prepare<
      [number],
      { id: string; revision: number; ended_at: number | null }
    >('select id, revision, ended_at from job where number = ?');
    this.#open = store.db
      .prepare<[], number>('select number from job where ended_at is null order by number')
      .pluck();
  }

  /** Returns the unsubscriber. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs `listener` once after every transaction that touched jobs, before the watchers hear. */
  afterCommit(listener: () => void): () => void {
    this.#after.add(listener);
    return () => this.#after.delete(listener);
  }

  /** Inside a transaction: this job's row was changed. */
  touch(number: number): void {
    this.#dirty.add(number);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // transactions are synchronous, so a microtask runs after the commit or the rollback
    queueMicrotask(() => this.#flush());
  }

  progress(number: number): LiveProgress | null {
    return this.#progress.get(number) ?? null;
  }

  setProgress(job: { id: string; number: number }, progress: LiveProgress | null): void {
    if (progress === null) {
      this.#progress.delete(job.number);
      return;
    }
    this.#progress.set(job.number, progress);
    const revision = this.#told.get(job.number) ?? this.#row.get(job.number)?.revision ?? 0;
    this.#tell({ jobId: job.id, number: job.number, revision, sequence: ++this.#sequence });
  }

  /** Why no job can be taken just now, for the keystore takes no change; null: it does. In memory only. */
  get held(): FailureCode | null {
    return this.#held;
  }

  set held(why: FailureCode | null) {
    if (why === this.#held) return;
    this.#held = why;
    if (this.#db.open) for (const number of this.#open.all()) this.#tellAgain(number);
  }

  #tellAgain(number: number): void {
    const row = this.#row.get(number);
    if (row === undefined) return;
    const { id: jobId, revision } = row;
    this.#tell({ jobId, number, revision, sequence: ++this.#sequence });
  }

  #flush(): void {
    this.#scheduled = false;
    const numbers = [...this.#dirty].toSorted((a, b) => a - b);
    this.#dirty.clear();
    if (!this.#db.open) return;
    for (const listener of this.#after) listener();
    for (const number of numbers) this.#tellRow(number);
  }

  #tellRow(number: number): void {
    const row = this.#row.get(number);
    if (row === undefined || this.#told.get(number) === row.revision) return;
    if (row.ended_at === null) this.#told.set(number, row.revision);
    else this.#told.delete(number);
    const { id: jobId, revision } = row;
    this.#tell({ jobId, number, revision, sequence: ++this.#sequence });
  }

  #tell(change: JobChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
