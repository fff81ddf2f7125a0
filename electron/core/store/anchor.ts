import { z } from 'zod';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { equalBytes, hmacSha256 } from '../crypto/mac.ts';
import type { OpenStore } from './open-store.ts';

/**
 * Where a few hundred bytes are kept outside the keystore file, for one store: a data object in the
 * HSM, a file on a ceremony stick.
 */
export interface AnchorPlace {
  /** Null when nothing was ever written for this store. */
  read(): Promise<Buffer | null>;
  write(bytes: Buffer): Promise<void>;
}

/**
 * - `none`: nothing is kept there yet.
 * - `matches`: the store is at, or properly beyond, what was remembered.
 * - `older`: the anchor remembers a later commit, or another incarnation of this store.
 * - `differs`: same age, other content; or what is kept there is not ours.
 */
export type AnchorFinding = 'none' | 'matches' | 'older' | 'differs';

const anchorValue = z.strictObject({
  storeId: z.string(),
  incarnation: z.string(),
  commitNumber: z.number().int().nonnegative(),
  stateRoot: z.string(),
  auditSize: z.number().int().nonnegative(),
  auditHead: z.string(),
});
const anchorFile = z.strictObject({ value: anchorValue, mac: z.string() });
type AnchorValue = z.output<typeof anchorValue>;

/**
 * Compares a store with what was remembered of it elsewhere. The state root cannot tell an older
 * whole file from the newest one; this can.
 */
export class Anchor {
  readonly #store: OpenStore;
  readonly #place: AnchorPlace;

  constructor(store: OpenStore, place: AnchorPlace) {
    this.#store = store;
    this.#place = place;
  }

  /**
   * Compares; on `older` and `differs` the store becomes read-only until {@link acceptOlder}.
   * @throws what the place throws when it cannot be read.
   */
  async check(): Promise<AnchorFinding> {
    const kept = await this.#place.read();
    if (kept === null) return 'none';
    const remembered = this.#decode(kept);
    if (remembered === null) {
      this.#hold(new OperationError('KEYSTORE_TAMPERED', { part: 'anchor' }));
      return 'differs';
    }
    const finding = this.#compare(remembered);
    const { commitNumber } = this.#store;
    const numbers = { store: commitNumber, anchor: remembered.commitNumber };
    if (finding === 'older') {
      const sameIncarnation = remembered.incarnation === this.#store.incarnation;
      this.#hold(new OperationError('KEYSTORE_OLDER_THAN_ANCHOR', { ...numbers, sameIncarnation }));
    } else if (finding === 'differs') {
      this.#hold(new OperationError('KEYSTORE_TAMPERED', { part: 'history', ...numbers }));
    } else {
      this.#store.release('anchor');
    }
    return finding;
  }

  /**
   * Remembers the store as it is now.
   * @throws OperationError KEYSTORE_CHECKING or KEYSTORE_READ_ONLY: only a proved store is remembered.
   */
  async record(): Promise<void> {
    this.#store.change(() => undefined);
    await this.#place.write(this.#encode(this.#current()));
  }

  /**
   * A person decided that this older, restored or differing store is the one to go on with: takes
   * back the anchor's objection and remembers the store as it is. The caller audits it, with the
   * numbers returned.
   */
  async acceptOlder(): Promise<{ readonly store: number; readonly anchor: number | null }> {
    const kept = await this.#place.read();
    const remembered = kept === null ? null : this.#decode(kept);
    this.#store.release('anchor');
    await this.record();
    return { store: this.#store.commitNumber, anchor: remembered?.commitNumber ?? null };
  }

  #hold(cause: OperationError): void {
    this.#store.hold('anchor', cause);
  }

  #compare(remembered: AnchorValue): AnchorFinding {
    const now = this.#current();
    if (remembered.storeId !== now.storeId) return 'differs';
    if (remembered.incarnation !== now.incarnation) return 'older';
    if (now.commitNumber < remembered.commitNumber) return 'older';
    if (now.commitNumber === remembered.commitNumber) {
      return now.stateRoot === remembered.stateRoot ? 'matches' : 'differs';
    }
    // Later is not enough: it must have grown out of what was remembered.
    return this.#auditHeadAt(remembered.auditSize) === remembered.auditHead ? 'matches' : 'differs';
  }

  #auditHeadAt(size: number): string {
    if (size === this.#store.meta.auditSize) return this.#store.meta.auditHead.toString('hex');
    if (size === 0) return Buffer.alloc(32).toString('hex');
    const hash = this.#store.db
      .prepare<[number], Buffer>('select hash from audit_record where seq = ?')
      .pluck()
      .get(size);
    return hash?.toString('hex') ?? 'missing';
  }

  #current(): AnchorValue {
    const { storeId, incarnation, commitNumber, stateRoot, auditSize, auditHead } =
      this.#store.meta;
    return {
      storeId,
      incarnation,
      commitNumber,
      stateRoot: stateRoot.toString('hex'),
      auditSize,
      auditHead: auditHead.toString('hex'),
    };
  }

  #encode(value: AnchorValue): Buffer {
    return Buffer.from(canonicalJson({ value, mac: this.#mac(value).toString('hex') }));
  }

  #decode(bytes: Buffer): AnchorValue | null {
    let parsed: unknown;
    try {
      parsed = JSON.parse(bytes.toString('utf8'));
    } catch {
      // Not ours: the caller says so.
      return null;
    }
    const file = anchorFile.safeParse(parsed);
    if (!file.success) return null;
    const genuine = equalBytes(this.#mac(file.data.value), Buffer.from(file.data.mac, 'hex'));
    return genuine ? file.data.value : null;
  }

  #mac(value: AnchorValue): Buffer {
    using key = this.#store.derive('anchor');
    return key.use((bytes) => hmacSha256(bytes, Buffer.from(canonicalJson({ ...value }))));
  }
}
