import type { Sqlite, Statements } from './database.ts';

/** When changes become lasting. */
export interface Commits {
  /** Runs the work in a transaction of its own; within other work, in one that can fail alone. */
  transaction<T>(work: () => T): T;
  /**
   * Runs the work at once, and commits it together with all that comes in the same turn of the
   * event loop; settles when that is done. What the work throws takes back its changes alone.
   */
  share<T>(work: () => T): Promise<T>;
  /** Commits now what was shared; whoever shows what is stored calls it first. */
  settle(): void;
  /** The database, whose statements open a transaction when the first of them changes something. */
  readonly statements: Statements;
}

/** What is kept beside the database and has to go with it. */
export interface Kept<M> {
  mark(): M;
  /** All that came since is to be forgotten: a part of the work failed. */
  rolledBack(mark: M): void;
  /** The same, and nothing of it is in the database: all of the work failed. */
  abandoned(mark: M): void;
  /** A transaction began. What came before the mark goes into it before anything else. */
  begun(mark: M): void;
  /** The transaction is about to be committed; all that is left goes into it. */
  completing(): void;
  committed(): void;
  /** The work changed nothing in the database: makes the rest lasting without it. */
  outlive(): void;
  /** True when so much came without a transaction that one is due. */
  isFull(): boolean;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What is committed together: the work of one turn, or of one transaction. */
interface Whole<M> {
  readonly mark: M;
  readonly turn: NodeJS.Immediate | null;
  readonly waiting: Waiting[];
}

class TransactionLost extends Error {
  /** As SQLite calls it. */
  readonly code = 'SQLITE_ABORT_ROLLBACK';
  constructor() {
    super('the database ended the transaction');
  }
}

/** The transaction of the database, which begins with the first change and no sooner. */
function lazyTransaction<M>(db: Sqlite, kept: Kept<M>) {
  const begin = db.prepare('BEGIN');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  let begun = false;
  return {
    begin(mark: M): void {
      if (begun && !db.inTransaction) throw new TransactionLost();
      if (begun) return;
      begin.run();
      begun = true;
      kept.begun(mark);
    },
    /** Without a change what is kept beside the database lasts by itself, unless it is much. */
    complete(): void {
      if (!begun && !kept.isFull()) return kept.outlive();
      if (!begun) begin.run();
      kept.completing();
      commit.run();
      begun = false;
      kept.committed();
    },
    abandon(mark: M): void {
      begun = false;
      if (db.inTransaction) rollback.run();
      kept.abandoned(mark);
    },
    /** True when the database ended it, as it does when the disk is full. */
    isLost: (): boolean => begun && !db.inTransaction,
  };
}

/** Works within others, each of which can fail alone. A savepoint is made for those that change. */
function nestedWorks<M>(db: Sqlite, kept: Kept<M>, isLost: () => boolean) {
  const savepoint = db.prepare('SAVEPOINT work');
  const release = db.prepare('RELEASE work');
  const rollbackTo = db.prepare('ROLLBACK TO work');
  /** Of the works under way, from the outermost; the first so many have savepoints. */
  const marks: M[] = [];
  let saved = 0;

  return {
    marks,
    save(): void {
      for (; saved < marks.length; saved += 1) savepoint.run();
    },
    run<T>(work: () => T): T {
      const mark = kept.mark();
      const level = marks.push(mark);
      try {
        const result = work();
        if (isLost()) throw new TransactionLost();
        if (saved >= level) release.run();
        return result;
      } catch (error) {
        if (saved >= level && db.inTransaction) {
          rollbackTo.run();
          release.run();
        }
        kept.rolledBack(mark);
        throw error;
      } finally {
        marks.pop();
        saved = Math.min(saved, level - 1);
      }
    },
  };
}

/** Begins no transaction before something changes: calls that only read need none. */
export function createCommits<M>(db: Sqlite, kept: Kept<M>): Commits {
  const transaction = lazyTransaction(db, kept);
  const works = nestedWorks(db, kept, transaction.isLost);
  let whole: Whole<M> | null = null;

  /** Nothing of it happened. Whoever waits for it is told. */
  function abandon({ mark, turn, waiting }: Whole<M>, error: unknown): void {
    whole = null;
    if (turn !== null) clearImmediate(turn);
    transaction.abandon(mark);
    for (const { reject } of waiting) reject(error);
  }

  function settle(): void {
    if (whole === null || works.marks.length > 0) return;
    const settled = whole;
    try {
      transaction.complete();
    } catch (error) {
      abandon(settled, error);
      return;
    }
    whole = null;
    if (settled.turn !== null) clearImmediate(settled.turn);
    for (const { resolve } of settled.waiting) resolve();
  }

  /** A transaction of its own, after what was shared before. */
  function alone<T>(work: () => T): T {
    settle();
    const own: Whole<M> = { mark: kept.mark(), turn: null, waiting: [] };
    whole = own;
    try {
      const result = works.run(work);
      transaction.complete();
      whole = null;
      return result;
    } catch (error) {
      abandon(own, error);
      throw error;
    }
  }

  function beforeChange(): void {
    // A statement by itself is a transaction by itself.
    if (whole === null) return;
    transaction.begin(works.marks[0] ?? whole.mark);
    works.save();
  }

  return {
    transaction: (work) => (works.marks.length > 0 ? works.run(work) : alone(work)),
    async share(work) {
      const shared = (whole ??= { mark: kept.mark(), turn: setImmediate(settle), waiting: [] });
      let result;
      try {
        result = works.run(work);
      } catch (error) {
        if (transaction.isLost()) abandon(shared, error);
        throw error;
      }
      await new Promise<void>((resolve, reject) => shared.waiting.push({ resolve, reject }));
      return result;
    },
    settle,
    statements: telling(db, beforeChange),
  };
}

/** The same statements, of which each that changes something says so before it runs. */
function telling(db: Sqlite, beforeChange: () => void): Statements {
  const prepare = (sql: string) => {
    const statement = db.prepare(sql);
    if (statement.readonly) return statement;
    for (const name of ['run', 'get', 'all'] as const) {
      const method = statement[name].bind(statement) as (...given: unknown[]) => unknown;
      const told = (...given: unknown[]): unknown => {
        beforeChange();
        return method(...given);
      };
      Object.assign(statement, { [name]: told });
    }
    return statement;
  };
  return {
    prepare: prepare as Sqlite['prepare'],
    exec(sql) {
      beforeChange();
      return db.exec(sql);
    },
  };
}
