import type { Database } from 'better-sqlite3';
import { OperationError, type SafeDetails } from '../../../shared/errors/operation-error.ts';
import { equalBytes, macKey } from '../crypto/mac.ts';
import type { Secret } from '../kernel/secret.ts';
import type { Clock, RandomBytes } from '../ports.ts';
import { diskFailure } from './disk-errors.ts';
import { type LyingFile, sealFits, writeCloseSeal } from './close-seal.ts';
import { innerKey, outerKey } from './keys.ts';
import type { ProcessLock } from './process-lock.ts';
import { RowHasher } from './row-hash.ts';
import { SealedRecordTable } from './sealed-records.ts';
import { recount, Slices } from './state-check.ts';
import {
  differingTables,
  installTriggers,
  type Meta,
  StateRoot,
  type TrackedTable,
  trackedTables,
} from './state-root.ts';
import type { Realm, SealedRecords, Store, StoreCondition } from './store.ts';
import { Transactions } from './transactions.ts';

export interface StoreParts {
  readonly db: Database;
  readonly path: string;
  /** Taken over: wiped when the store closes. */
  readonly rootKey: Secret;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly lock: ProcessLock;
  /** Made a moment ago by this process: nothing to check. */
  readonly fresh: boolean;
  /** The file before it was opened, for comparing with what was noted when it was closed. Taken over. */
  readonly lying: LyingFile;
}

/** Who found that the store must not change. A finding is taken back by its finder only. */
export type HoldSource = 'state root' | 'anchor' | 'disk' | 'session';

/** Makes the hasher of the state root from a store's root key. */
export function rowHasher(rootKey: Secret): RowHasher {
  using key = innerKey(rootKey, 'state-root');
  return key.use((bytes) => new RowHasher(macKey(bytes)));
}

/** Makes the reader and writer of the state root. */
export function stateRoot(db: Database, rootKey: Secret): StateRoot {
  using key = innerKey(rootKey, 'state-root');
  return key.use((bytes) => new StateRoot(db, macKey(bytes)));
}

/** The open keystore. See {@link Store}; what it has beyond that is for the store's own folder. */
export class OpenStore implements Store {
  readonly path: string;
  readonly db: Database;
  readonly seals: SealedRecords;
  readonly #rootKey: Secret;
  readonly #sealingKey: Secret;
  readonly #lock: ProcessLock;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #hasher: RowHasher;
  readonly #root: StateRoot;
  readonly #tables: readonly TrackedTable[];
  readonly #transactions: Transactions;
  readonly #lying: LyingFile;
  readonly #holds = new Map<HoldSource, OperationError>();
  #meta: Meta;
  #next: Meta | null = null;
  #verified: boolean;
  #verifying: Promise<StoreCondition> | null = null;
  /** Commit at which the file lay there as it was closed. */
  #sealedAt: number | null = null;

  /** @throws OperationError KEYSTORE_DAMAGED when the store does not say who it is. */
  constructor(parts: StoreParts) {
    this.db = parts.db;
    this.path = parts.path;
    this.#rootKey = parts.rootKey;
    this.#lock = parts.lock;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#verified = parts.fresh;
    this.#lying = parts.lying;
    this.#hasher = rowHasher(parts.rootKey);
    this.#root = stateRoot(parts.db, parts.rootKey);
    this.#tables = trackedTables(parts.db);
    this.#meta = this.#readMeta();
    const mayWrite = (): boolean => this.#transactions.inside;
    installTriggers(parts.db, this.#tables, this.#hasher, mayWrite);
    this.#transactions = new Transactions(parts.db, parts.clock, {
      allow: () => this.#allowChange(),
      seal: () => {
        this.#next = this.#root.advance();
      },
      committed: () => {
        this.#meta = this.#next ?? this.#meta;
      },
      broken: (error) => this.hold('disk', error),
    });
    this.#sealingKey = innerKey(parts.rootKey, 'seal');
    this.seals = new SealedRecordTable({
      db: parts.db,
      storeId: this.#meta.storeId,
      sealingKey: this.#sealingKey,
      random: parts.random,
      requireChange: () => {
        if (!this.#transactions.inside)
          throw new Error('sealed records change inside store.change');
      },
    });
  }

  get id(): string {
    return this.#meta.storeId;
  }
  get realm(): Realm {
    return this.#meta.realm;
  }
  get incarnation(): string {
    return this.#meta.incarnation;
  }
  get commitNumber(): number {
    return this.#meta.commitNumber;
  }
  get stateRoot(): string {
    return this.#meta.stateRoot.toString('hex');
  }
  /** Everything `meta` says, as of the last commit. */
  get meta(): Meta {
    return this.#meta;
  }
  get clock(): Clock {
    return this.#clock;
  }
  get random(): RandomBytes {
    return this.#random;
  }

  get condition(): StoreCondition {
    if (this.#holds.size > 0) return 'read-only';
    return this.#verified ? 'verified' : 'checking';
  }
  /** Failure code of what keeps the store from changing. */
  get reason(): string | null {
    return this.#held?.code ?? null;
  }
  get diagnosis(): SafeDetails | null {
    return this.#held?.details ?? null;
  }

  change<T>(work: () => T): T {
    return this.#transactions.change(work);
  }
  changeSoon<T>(work: () => T): Promise<T> {
    return this.#transactions.changeSoon(work);
  }
  onCommit(hook: () => void): void {
    this.#transactions.onCommit(hook);
  }
  derive(purpose: string): Secret {
    return outerKey(this.#rootKey, purpose);
  }
  /** The root key itself: for wrapping it into another slot and for keys of backups. */
  useRootKey<T>(work: (rootKey: Secret) => T): T {
    return work(this.#rootKey);
  }

  verify(): Promise<StoreCondition> {
    this.#verifying ??= this.#verify();
    return this.#verifying;
  }

  /** Refuses changes from now on, for `cause`. The first cause is the reason shown. */
  hold(source: HoldSource, cause: OperationError): void {
    this.#holds.set(source, cause);
  }
  /** Takes back what this source found. */
  release(source: HoldSource): void {
    this.#holds.delete(source);
  }
  get #held(): OperationError | null {
    return this.#holds.values().next().value ?? null;
  }

  close(): void {
    if (!this.db.open) return;
    this.#transactions.flush();
    const clean = this.condition === 'verified';
    try {
      if (clean) this.#tidy(() => this.db.pragma('wal_checkpoint(TRUNCATE)'));
      this.db.close();
      this.#lying.close();
      if (clean && !this.#sealed()) {
        this.#tidy(() => writeCloseSeal(this.path, this.#rootKey, this.#random));
      }
    } finally {
      this.#lying.close();
      this.#rootKey.dispose();
      this.#sealingKey.dispose();
      this.#hasher.forget();
      this.#lock.release();
    }
  }

  /** Emptying the log and sealing the file spare the next opening work. On a full disk it has it. */
  #tidy(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      const failure = diskFailure(error, 'close');
      if (!(failure instanceof OperationError)) throw failure;
    }
  }

  /** Does the seal found at opening still hold? */
  #sealed(): boolean {
    return this.#sealedAt === this.#meta.commitNumber;
  }

  #allowChange(): void {
    if (!this.db.open) throw new OperationError('KEYSTORE_LOCKED');
    const held = this.#held;
    if (held !== null) {
      const details = { ...held.details, reason: held.code };
      throw new OperationError('KEYSTORE_READ_ONLY', details, { cause: held });
    }
    if (!this.#verified) throw new OperationError('KEYSTORE_CHECKING');
  }

  #readMeta(): Meta {
    const meta = this.#root.read();
    if (meta === null) throw new OperationError('KEYSTORE_DAMAGED', { part: 'meta' });
    if (!equalBytes(this.#root.rootOf(meta, this.#root.sums()), meta.stateRoot)) {
      this.hold('state root', new OperationError('KEYSTORE_TAMPERED', { part: 'state root' }));
    }
    return meta;
  }

  async #verify(): Promise<StoreCondition> {
    if (this.#verified) return this.condition;
    try {
      // What was opened is shown first: whoever opened it has its answer before the first slice.
      await new Slices(this.#clock, this.db).next();
      const counted = await recount(this.db, this.#tables, this.#hasher, this.#clock);
      const problem = this.#compare(counted) ?? this.#auditTail() ?? (await this.#structure());
      if (problem !== null) this.hold('state root', problem);
      this.#verified = true;
    } catch (error) {
      const failure = diskFailure(error, 'verify');
      if (!(failure instanceof OperationError) || failure.code === 'KEYSTORE_LOCKED') throw failure;
      this.hold('state root', failure);
    }
    return this.condition;
  }

  #compare(counted: Buffer): OperationError | null {
    const differing = differingTables(this.#tables, counted, this.#root.sums());
    if (differing?.length === 0) return null;
    return new OperationError('KEYSTORE_TAMPERED', { part: 'rows', tables: differing ?? [] });
  }

  /**
   * Rows are proved by now. What holds them together is proved by the seal of a clean close, or,
   * after a crash, by SQLite's own walk through everything (which cannot be cut into slices).
   */
  async #structure(): Promise<OperationError | null> {
    if (sealFits(this.path, await this.#lying.print(), this.#rootKey)) {
      this.#sealedAt = this.#meta.commitNumber;
      return null;
    }
    const found: unknown = this.db.pragma('integrity_check(1)', { simple: true });
    if (found !== 'ok')
      return new OperationError('KEYSTORE_TAMPERED', { part: 'structure', found: String(found) });
    return this.#auditWhole();
  }

  /** Records are numbered from 1 without a gap: as many as the last one's number, or some are gone. */
  #auditWhole(): OperationError | null {
    const kept = this.db.prepare<[], number>('select count(*) from audit_record').pluck().get();
    const { auditSize: size } = this.#meta;
    if (kept === size) return null;
    return new OperationError('KEYSTORE_TAMPERED', { part: 'audit', size });
  }

  #auditTail(): OperationError | null {
    const last = this.db
      .prepare<[], { seq: number; hash: Buffer }>(
        'select seq, hash from audit_record order by seq desc limit 1',
      )
      .get();
    const { auditSize, auditHead } = this.#meta;
    const fits =
      last === undefined ? auditSize === 0 : last.seq === auditSize && last.hash.equals(auditHead);
    return fits
      ? null
      : new OperationError('KEYSTORE_TAMPERED', { part: 'audit', size: auditSize });
  }
}
