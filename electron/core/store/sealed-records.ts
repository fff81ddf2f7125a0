import type { Database } from 'better-sqlite3';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { AuthenticationError, gcmOpen, gcmSeal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { kwpUnwrap, kwpWrap } from '../crypto/key-wrap.ts';
import { Secret } from '../kernel/secret.ts';
import type { RandomBytes } from '../ports.ts';
import type { SealBinding, SealedRecords } from './store.ts';

/** Which sealing key the data keys are wrapped under; a new root key would be the next epoch. */
const epoch = 1;

interface SealedRow {
  readonly revision: number;
  readonly epoch: number;
  readonly wrapped_key: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/** See {@link SealedRecords}. Data keys: 32 random bytes each, AES-KWP under the sealing key. */
export class SealedRecordTable implements SealedRecords {
  readonly #storeId: string;
  readonly #sealingKey: Secret;
  readonly #random: RandomBytes;
  readonly #requireChange: () => void;
  readonly #statement;

  constructor(parts: {
    db: Database;
    storeId: string;
    sealingKey: Secret;
    random: RandomBytes;
    requireChange: () => void;
  }) {
    this.#storeId = parts.storeId;
    this.#sealingKey = parts.sealingKey;
    this.#random = parts.random;
    this.#requireChange = parts.requireChange;
    const at = 'table_name = ? and row_key = ? and column_name = ?';
    this.#statement = {
      read: parts.db.prepare<[string, string, string], SealedRow>(
        `select revision, epoch, wrapped_key, nonce, ciphertext, tag from sealed_record where ${at}`,
      ),
      write: parts.db.prepare(
        `insert into sealed_record (table_name, row_key, column_name, revision, state, policy, epoch,
           wrapped_key, nonce, ciphertext, tag) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict do update set revision = excluded.revision, state = excluded.state,
           policy = excluded.policy, epoch = excluded.epoch, wrapped_key = excluded.wrapped_key,
           nonce = excluded.nonce, ciphertext = excluded.ciphertext, tag = excluded.tag`,
      ),
      erase: parts.db.prepare(`delete from sealed_record where ${at}`),
      has: parts.db
        .prepare<[string, string, string], number>(`select 1 from sealed_record where ${at}`)
        .pluck(),
    };
  }

  put(binding: SealBinding, value: Secret): void {
    this.#requireChange();
    const { table, row, column, state, policy } = binding;
    const revision = (this.#statement.read.get(table, row, column)?.revision ?? 0) + 1;
    const dataKey = this.#random(32);
    try {
      const aad = this.#aad(binding, revision, epoch);
      const sealed = value.use((bytes) => gcmSeal(dataKey, this.#random(12), aad, bytes));
      const wrapped = this.#sealingKey.use((kek) => kwpWrap(kek, dataKey));
      this.#statement.write.run(
        table,
        row,
        column,
        revision,
        state,
        policy,
        epoch,
        wrapped,
        sealed.nonce,
        sealed.ciphertext,
        sealed.tag,
      );
    } finally {
      dataKey.fill(0);
    }
  }

  open(binding: SealBinding): Secret {
    const { table, row, column } = binding;
    const record = this.#statement.read.get(table, row, column);
    if (record === undefined) throw new OperationError('NOT_FOUND', { table, row, column });
    let dataKey: Buffer | null = null;
    try {
      dataKey = this.#sealingKey.use((kek) => kwpUnwrap(kek, record.wrapped_key));
      const aad = this.#aad(binding, record.revision, record.epoch);
      return Secret.adopt(gcmOpen(dataKey, record, aad));
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      throw new OperationError('KEYSTORE_TAMPERED', { table, row, column }, { cause: error });
    } finally {
      dataKey?.fill(0);
    }
  }

  rebind(from: SealBinding, to: SealBinding): void {
    this.#requireChange();
    using value = this.open(from);
    this.put(to, value);
    const moved = from.table !== to.table || from.row !== to.row || from.column !== to.column;
    if (moved) this.erase(from.table, from.row, from.column);
  }

  has(table: string, row: string, column: string): boolean {
    return this.#statement.has.get(table, row, column) !== undefined;
  }

  erase(table: string, row: string, column: string): void {
    this.#requireChange();
    this.#statement.erase.run(table, row, column);
  }

  #aad(binding: SealBinding, revision: number, epochOfKey: number): Buffer {
    const { table, row, column, state, policy } = binding;
    return canonicalBytes('keyreeve sealed record v1', [
      this.#storeId,
      table,
      row,
      column,
      revision,
      state,
      policy,
      epochOfKey,
    ]);
  }
}
