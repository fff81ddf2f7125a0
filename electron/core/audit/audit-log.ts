import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { checkChain } from './chain.ts';
import {
  checkpointBytes,
  checkpointHash,
  encodeCheckpoint,
  type CheckpointBody,
  type CheckpointPurpose,
} from './checkpoint.ts';
import { type AuditEvent, encodeRecord, genesis, recordHash } from './record.ts';
import { viewRecord } from './record-view.ts';
import type { AuditSigner } from './signer.ts';

/** After this many records without a signature, one is made. */
export const recordsPerCheckpoint = 256;

/** Actions of most records; the index of actions leaves them out. Going backwards soon finds some. */
const ofSteps: readonly string[] = ['job.intent', 'job.outcome', 'job.state'];
const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/** One record as the console shows it. */
export interface AuditRecordView {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly host: string;
  readonly channel: string;
  readonly action: string;
  readonly objects: readonly string[];
  readonly requestHash: string | null;
  readonly outcome: string;
  readonly details: { readonly [key: string]: Json };
  readonly hash: string;
}

export interface AuditState {
  readonly size: number;
  /** Hash of the newest record, hex. */
  readonly head: string;
  /** Records that a signature covers. */
  readonly signedSize: number;
}

interface KeptCheckpoint {
  readonly size: number;
  readonly body: string;
}

/**
 * The audit log of one open keystore: append-only, hash-chained, its head signed now and then.
 * A record is written in the transaction of the change it records, or there is no change.
 */
export class AuditLog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  #signer: AuditSigner | null = null;
  #signing: Promise<AuditState> | null = null;
  #due = false;
  #signedSize: number;
  readonly #statement;

  constructor(parts: { store: Store; clock: Clock; log: Logger }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    const { db } = parts.store;
    this.#statement = {
      meta: db.prepare<[], { size: number; head: Buffer }>(
        'select audit_size as size, audit_head as head from meta',
      ),
      insert: db.prepare(
        'insert into audit_record (seq, at, action, outcome, body, hash) values (?, ?, ?, ?, ?, ?)',
      ),
      advance: db.prepare('update meta set audit_size = ?, audit_head = ?'),
      hashAt: db.prepare<[number], Buffer>('select hash from audit_record where seq = ?').pluck(),
      lastCheckpoint: db.prepare<[], KeptCheckpoint>(
        'select size, body from audit_checkpoint order by id desc limit 1',
      ),
      insertCheckpoint: db.prepare(
        'insert into audit_checkpoint (size, body, signature, public_key) values (?, ?, ?, ?)',
      ),
    };
    this.#signedSize = this.#statement.lastCheckpoint.get()?.size ?? 0;
  }

  /** The key that signs from now on. Without one, records gather unsigned. */
  useSigner(signer: AuditSigner | null): void {
    this.#signer = signer;
  }
  get signer(): AuditSigner | null {
    return this.#signer;
  }

  /** Whose signature it is: the key that signs now, else the one that signed last. */
  signedBy(): { readonly kind: AuditSigner['kind']; readonly fingerprint: string } | null {
    const signer = this.#signer;
    if (signer !== null) return { kind: signer.kind, fingerprint: signer.fingerprint };
    const last = this.#statement.lastCheckpoint.get();
    if (last === undefined) return null;
    const signed = JSON.parse(last.body) as CheckpointBody;
    return { kind: signed.signer, fingerprint: signed.key };
  }

  state(): AuditState {
    const { size, head } = this.#tip();
    return { size, head: head.toString('hex'), signedSize: this.#signedSize };
  }

  /**
   * Writes one record; inside `store.change` it belongs to that change and falls with it.
   * @throws what `store.change` throws.
   */
  append(event: AuditEvent): { readonly seq: number; readonly hash: string } {
    return this.#store.change(() => {
      const { size, head } = this.#tip();
      const seq = size + 1;
      const at = this.#clock.now();
      const body = encodeRecord(event, { seq, at, prev: head });
      const hash = recordHash(body);
      this.#statement.insert.run(seq, at, event.action, event.outcome, body, hash);
      this.#statement.advance.run(seq, hash);
      if (seq - this.#signedSize >= recordsPerCheckpoint) this.#signSoon();
      return { seq, hash: hash.toString('hex') };
    });
  }

  /** Newest first; `before` is exclusive. */
  page(query: { limit: number; before?: number | null; action?: string }): AuditRecordView[] {
    const before = query.before ?? Number.MAX_SAFE_INTEGER;
    const action = query.action ?? '';
    // as the index says which it has, so that SQLite sees that it may use it
    const indexed = ofSteps.includes(action) ? '' : `and action not in (${listed(ofSteps)})`;
    const filter = action === '' ? '' : `and action = ? ${indexed}`;
    const rows = this.#store.db
      .prepare<(string | number)[], { body: string; hash: Buffer }>(
        `select body, hash from audit_record where seq < ? ${filter} order by seq desc limit ?`,
      )
      .all(before, ...(action === '' ? [] : [action]), query.limit);
    return rows.map(viewRecord);
  }

  /**
   * Signs the head as it is now. Calls that overlap share the work in turn.
   * @throws OperationError AUDIT_BROKEN when the log does not fit what was signed before;
   *   HSM_* from the signer. Without a signer nothing is signed.
   */
  async checkpoint(purpose: CheckpointPurpose): Promise<AuditState> {
    while (this.#signing !== null) await this.#signing.catch(() => undefined);
    this.#signing = this.#sign(purpose);
    try {
      return await this.#signing;
    } finally {
      this.#signing = null;
    }
  }

  #tip(): { readonly size: number; readonly head: Buffer } {
    const tip = this.#statement.meta.get();
    if (tip === undefined) throw new OperationError('KEYSTORE_DAMAGED', { part: 'meta' });
    return tip.size === 0 ? { size: 0, head: genesis(this.#store.id) } : tip;
  }

  async #sign(purpose: CheckpointPurpose): Promise<AuditState> {
    const signer = this.#signer;
    const { size, head } = this.#tip();
    const last = this.#statement.lastCheckpoint.get();
    const nothingNew = size === (last?.size ?? 0) && purpose !== 'export';
    if (signer === null || size === 0 || nothingNew) return this.state();
    const from = this.#requireContinuation(last);
    await checkChain(this.#store, this.#clock, { from, to: { size, head } });
    const body: CheckpointBody = {
      v: 1,
      store: this.#store.id,
      realm: this.#store.realm,
      size,
      head: head.toString('hex'),
      at: this.#clock.now(),
      purpose,
      key: signer.fingerprint,
      signer: signer.kind,
      previous: last === undefined ? null : checkpointHash(last.body),
    };
    const text = encodeCheckpoint(body);
    const signature = await signer.sign(checkpointBytes(text));
    this.#store.change(() =>
      this.#statement.insertCheckpoint.run(size, text, signature, signer.publicKey),
    );
    this.#signedSize = size;
    return this.state();
  }

  /** Nothing is signed that takes back what was signed before. */
  #requireContinuation(last: KeptCheckpoint | undefined): { size: number; head: Buffer } {
    if (last === undefined) return { size: 0, head: genesis(this.#store.id) };
    const signed = JSON.parse(last.body) as CheckpointBody;
    const hash = this.#statement.hashAt.get(signed.size);
    if (hash === undefined || hash.toString('hex') !== signed.head) {
      throw new OperationError('AUDIT_BROKEN', { seq: signed.size, part: 'signed head' });
    }
    return { size: signed.size, head: hash };
  }

  #signSoon(): void {
    if (this.#due || this.#signing !== null || this.#signer === null) return;
    this.#due = true;
    // After the transaction this record is part of; a failure leaves the next record to try again.
    this.#clock
      .yield()
      .then(() => {
        this.#due = false;
        return this.#store.db.open ? this.checkpoint('count') : null;
      })
      .catch((error: unknown) => {
        const code = error instanceof OperationError ? error.code : 'INTERNAL';
        this.#log.log('error', 'audit.checkpoint-failed', { code });
      });
  }
}
