import type { Database } from 'better-sqlite3';
import type { SafeDetails } from '../../../shared/errors/operation-error.ts';
import type { Secret } from '../kernel/secret.ts';

/** A keystore is practice or real from its creation and for ever. */
export type Realm = 'practice' | 'real';

/**
 * `checking`: readable, every change refused. `verified`: changes allowed. `read-only`: the state
 * root or the anchor did not match; changes are refused and `reason` says why.
 */
export type StoreCondition = 'checking' | 'verified' | 'read-only';

/** What a sealed record is bound to: moved, copied or rolled back, it does not open. */
export interface SealBinding {
  readonly table: string;
  readonly row: string;
  readonly column: string;
  /** Life-cycle state of the row the secret belongs to. */
  readonly state: string;
  /** Hash or name of the usage policy the secret was sealed under. */
  readonly policy: string;
}

/**
 * Secrets kept in the keystore, each under a random data key of its own (AES-256-GCM; associated
 * data: store, table, row, column, revision, state, policy). All methods belong inside
 * {@link Store.change} except `open`.
 */
export interface SealedRecords {
  /** Seals a new value or replaces the one at (table, row, column); revision grows by one. */
  put(binding: SealBinding, value: Secret): void;
  /** @throws OperationError KEYSTORE_TAMPERED when the record does not open where it stands. */
  open(binding: SealBinding): Secret;
  /** Seals the same value again for a new state or policy. */
  rebind(from: SealBinding, to: SealBinding): void;
  has(table: string, row: string, column: string): boolean;
  /** Removes the record and its data key. */
  erase(table: string, row: string, column: string): void;
}

/** An open keystore file. One per process; SQLite and the file lock see to one process at a time. */
export interface Store {
  readonly id: string;
  readonly realm: Realm;
  /** Changes with every restore, so that an inherited job can be told from an own one. */
  readonly incarnation: string;
  readonly path: string;
  /** For reading and for statements inside `change`. Never begin a transaction on it yourself. */
  readonly db: Database;
  readonly seals: SealedRecords;
  readonly condition: StoreCondition;
  /** Failure code of what keeps the store read-only; null while it is not. */
  readonly reason: string | null;
  /** What was found, for the operator: table names, commit numbers. Never content. */
  readonly diagnosis: SafeDetails | null;

  /**
   * Runs `work` in one durable transaction that also moves the state root. Synchronous; a nested
   * call joins the outer one. On a throw nothing is kept.
   * @throws OperationError KEYSTORE_CHECKING, KEYSTORE_READ_ONLY, DISK_FULL, DISK_READ_ONLY, DISK_FAILED
   */
  change<T>(work: () => T): T;

  /**
   * Like `change`, two turns of the event loop later, together with the others that came until
   * then: one fsync for all. A throw undoes only its own work (savepoint).
   */
  changeSoon<T>(work: () => T): Promise<T>;

  /** Called inside every committing transaction, just before the state root is written. */
  onCommit(hook: () => void): void;

  /** Derives a 32-byte key for one purpose from the store root key (HKDF-SHA-256). */
  derive(purpose: string): Secret;

  /** Recomputes the state root in slices of at most 20 ms; settles in `verified` or `read-only`. */
  verify(): Promise<StoreCondition>;

  /** Monotonic number of the newest commit. */
  readonly commitNumber: number;
  /** MAC over store id, commit number, row set, audit size and head. Hex. */
  readonly stateRoot: string;

  close(): void;
}
