import type { Database } from 'better-sqlite3';
import type { SqlValue } from '../row-hash.ts';
import { type CopiedValue, copied, restored } from './row-copy.ts';

/** At most this many records ride along at once; the next entry takes the rest. */
const mostAtOnce = 2000;

type Row = readonly CopiedValue[];

/** The audit records and checkpoints that the backup does not have yet. */
export class AuditTail {
  readonly #records;
  readonly #checkpoints;
  #kept: number;
  #next: number;

  constructor(db: Database, alreadyKept: number) {
    this.#kept = alreadyKept;
    this.#next = alreadyKept;
    this.#records = db
      .prepare<[number, number], SqlValue[]>(
        `select seq, at, action, outcome, body, hash from audit_record where seq > ? order by seq limit ? + 0`,
      )
      .raw();
    this.#checkpoints = db
      .prepare<[number, number], SqlValue[]>(
        `select id, size, body, signature, public_key from audit_checkpoint
         where size > ? and size <= ? order by id`,
      )
      .raw();
  }

  read(): { readonly audit: Row[]; readonly checkpoints: Row[] } {
    const audit = this.#records.all(this.#kept, mostAtOnce);
    this.#next = audit.length === 0 ? this.#kept : Number(audit.at(-1)?.[0]);
    const checkpoints = this.#checkpoints.all(this.#kept, this.#next);
    return {
      audit: audit.map((row) => row.map(copied)),
      checkpoints: checkpoints.map((row) => row.map(copied)),
    };
  }

  /** What was read last is on the second disk now. */
  kept(): void {
    this.#kept = this.#next;
  }
}

/** Puts the records back behind those that the copy has, and moves the head. */
export function putBackAudit(
  db: Database,
  audit: readonly Row[],
  checkpoints: readonly Row[],
): void {
  const insert = db.prepare(
    `insert into audit_record (seq, at, action, outcome, body, hash) values (?, ?, ?, ?, ?, ?)
     on conflict (seq) do nothing`,
  );
  for (const row of audit) insert.run(...row.map(restored));
  const insertCheckpoint = db.prepare(
    `insert into audit_checkpoint (id, size, body, signature, public_key) values (?, ?, ?, ?, ?)
     on conflict (id) do nothing`,
  );
  for (const row of checkpoints) insertCheckpoint.run(...row.map(restored));
  db.exec(
    `update meta set (audit_size, audit_head) = (select seq, hash from audit_record order by seq desc limit 1)
     where exists (select 1 from audit_record)`,
  );
}
