import type { Sqlite } from './database.ts';

/** When changes become lasting. */
export interface Commits {
  /** Runs the work in a transaction of its own; within other work, in one that can fail alone. */
  transaction<T>(work: () => T): T;
  /**
   * Runs the work at once, and commits it together with all that comes in the same turn of the
   * event loop; settles when that is done. What the work raises takes back its changes alone.
   */
  share<T>(work: () => T): Promise<T>;
  /** Commits now what was shared; whoever shows what is stored calls it first. */
  settle(): void;
}

/** What is kept beside the database and has to go back with it. */
export interface Kept {
  mark(): number;
  rolledBack(mark: number): void;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly mark: number;
  readonly turn: NodeJS.Immediate;
  readonly waiting: Waiting[];
}

export function createCommits(db: Sqlite, kept: Kept): Commits {
  const begin = db.prepare('BEGIN');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const run = db.transaction((work: () => unknown) => work());
  let depth = 0;
  let batch: Batch | null = null;

  function abandon({ mark, turn, waiting }: Batch, error: unknown): void {
    batch = null;
    clearImmediate(turn);
    if (db.inTransaction) rollback.run();
    kept.rolledBack(mark);
    for (const { reject } of waiting) reject(error);
  }

  function settle(): void {
    if (batch === null || depth > 0) return;
    const whole = batch;
    try {
      commit.run();
    } catch (error) {
      abandon(whole, error);
      return;
    }
    batch = null;
    clearImmediate(whole.turn);
    for (const { resolve } of whole.waiting) resolve();
  }

  function guarded<T>(work: () => T): T {
    const mark = kept.mark();
    depth += 1;
    try {
      return run(work) as T;
    } catch (error) {
      kept.rolledBack(mark);
      // A full disk ends the whole transaction, and with it what the others did.
      if (batch !== null && !db.inTransaction) abandon(batch, error);
      throw error;
    } finally {
      depth -= 1;
    }
  }

  function openBatch(): Batch {
    if (batch !== null) return batch;
    const mark = kept.mark();
    begin.run();
    batch = { mark, turn: setImmediate(settle), waiting: [] };
    return batch;
  }

  return {
    transaction(work) {
      if (depth === 0) settle();
      return guarded(work);
    },
    async share(work) {
      const { waiting } = openBatch();
      const result = guarded(work);
      await new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
      return result;
    },
    settle,
  };
}
