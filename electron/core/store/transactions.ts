import type { Database } from 'better-sqlite3';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Clock } from '../ports.ts';
import { diskFailure } from './disk-errors.ts';

type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

interface Pending {
  readonly work: () => unknown;
  readonly settle: (outcome: Outcome) => void;
}

export interface TransactionRules {
  /** Throws when changes are refused now. */
  readonly allow: () => void;
  /** Inside the transaction, after the hooks: write what every commit must carry. */
  readonly seal: () => void;
  /** After the commit is on the disk. */
  readonly committed: () => void;
  /** The disk failed while writing: what is on it is no longer known. */
  readonly broken: (error: OperationError) => void;
}

/**
 * The only way to write: the triggers that keep the sums refuse what is written outside. (Not the
 * pragma `query_only`: each turn of it makes SQLite compile every statement again.)
 */
export class Transactions {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #rules: TransactionRules;
  readonly #hooks: (() => void)[] = [];
  #pending: Pending[] = [];
  #inside = false;
  readonly #statement;

  constructor(db: Database, clock: Clock, rules: TransactionRules) {
    this.#db = db;
    this.#clock = clock;
    this.#rules = rules;
    this.#statement = {
      begin: db.prepare('begin immediate'),
      commit: db.prepare('commit'),
      rollback: db.prepare('rollback'),
      save: db.prepare('savepoint step'),
      keep: db.prepare('release step'),
      undo: db.prepare('rollback to step'),
      changes: db.prepare<[], number>('select total_changes()').pluck(),
    };
  }

  get inside(): boolean {
    return this.#inside;
  }

  onCommit(hook: () => void): void {
    this.#hooks.push(hook);
  }

  change<T>(work: () => T): T {
    this.#rules.allow();
    if (this.#inside) return unwrap<T>(this.#attempt(work));
    let mine: Outcome | undefined;
    // What was asked for earlier in this turn comes first, in the same commit.
    this.#commit([...this.#take(), { work, settle: (outcome) => (mine = outcome) }]);
    if (mine === undefined) throw new Error('a change was never settled');
    return unwrap<T>(mine);
  }

  changeSoon<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#rules.allow();
      const settle = (outcome: Outcome): void => {
        if (outcome.ok) resolve(outcome.value as T);
        else reject(outcome.error as Error);
      };
      this.#pending.push({ work, settle });
      if (this.#pending.length === 1) this.#flushSoon().catch(reject);
    });
  }

  /**
   * The first turn lets what is ready now be worked off, the second what that made ready: of several
   * jobs that are at work, more share one commit.
   */
  async #flushSoon(): Promise<void> {
    await this.#clock.yield();
    await this.#clock.yield();
    this.flush();
  }

  /** Commits what waits. Each waiting promise learns its own outcome. */
  flush(): void {
    const waiting = this.#take();
    if (waiting.length === 0) return;
    try {
      this.#rules.allow();
    } catch (error) {
      for (const each of waiting) each.settle({ ok: false, error });
      return;
    }
    this.#commit(waiting);
  }

  #take(): Pending[] {
    const taken = this.#pending;
    this.#pending = [];
    return taken;
  }

  #commit(all: readonly Pending[]): void {
    let outcomes: readonly Outcome[];
    try {
      outcomes = this.#transaction(all.map((each) => each.work));
    } catch (thrown) {
      const error = diskFailure(thrown, 'commit');
      if (error instanceof OperationError && error.code === 'DISK_FAILED')
        this.#rules.broken(error);
      for (const each of all) each.settle({ ok: false, error });
      return;
    }
    for (const [at, each] of all.entries()) each.settle(outcomes[at] as Outcome);
  }

  #transaction(works: readonly (() => unknown)[]): Outcome[] {
    const { begin, commit, rollback, changes } = this.#statement;
    try {
      begin.run();
      this.#inside = true;
      const before = changes.get();
      const outcomes = this.#run(works);
      if (changes.get() !== before && outcomes.some((outcome) => outcome.ok)) {
        for (const hook of this.#hooks) hook();
        this.#rules.seal();
        commit.run();
        this.#rules.committed();
      } else {
        rollback.run();
      }
      return outcomes;
    } finally {
      this.#inside = false;
      if (this.#db.inTransaction) rollback.run();
    }
  }

  /**
   * A single work needs no savepoint: the transaction is undone with it. (Inside a savepoint SQLite
   * keeps every page's old content in memory, and gets slow when a work touches thousands.)
   */
  #run(works: readonly (() => unknown)[]): Outcome[] {
    const [only, ...others] = works;
    if (only === undefined || others.length > 0) return works.map((work) => this.#attempt(work));
    try {
      return [{ ok: true, value: synchronous(only()) }];
    } catch (thrown) {
      if (!this.#db.inTransaction) throw thrown;
      return [{ ok: false, error: diskFailure(thrown, 'change') }];
    }
  }

  /** Runs one work in a savepoint. Throws only when the whole transaction is lost. */
  #attempt(work: () => unknown): Outcome {
    const { save, keep, undo } = this.#statement;
    save.run();
    try {
      const value = synchronous(work());
      keep.run();
      return { ok: true, value };
    } catch (thrown) {
      // A full or failing disk makes SQLite undo everything at once: then nobody's work stands.
      if (!this.#db.inTransaction) throw thrown;
      undo.run();
      keep.run();
      return { ok: false, error: diskFailure(thrown, 'change') };
    }
  }
}

function synchronous(value: unknown): unknown {
  if (value instanceof Promise) throw new TypeError('work inside a change must be synchronous');
  return value;
}

function unwrap<T>(outcome: Outcome): T {
  if (!outcome.ok) throw outcome.error;
  return outcome.value as T;
}
