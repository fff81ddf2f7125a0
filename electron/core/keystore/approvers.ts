import type { ApproverView } from '../../../shared/contract/approval.ts';
import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import { AuthenticationError, gcmOpen, gcmSeal, packSealed, unpackSealed } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { type KdfCost, passphraseKey } from '../crypto/passphrase-kdf.ts';
import { ecdsaSign, makeSigningKey, spkiFingerprint } from '../crypto/signature.ts';
import { Secret } from '../kernel/secret.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import { requirePassphrase } from '../store/slots/slot-kinds.ts';
import type { Domain, Row } from './rows.ts';

/** Somebody who approves, with what verifies their approvals. */
export interface Approver extends ApproverView {
  /** DER SubjectPublicKeyInfo, P-256. */
  readonly publicKey: Buffer;
}

/** A signing key under a passphrase: everything of it that is kept. */
export interface SealedSigner {
  readonly publicKey: Buffer;
  readonly cost: KdfCost;
  readonly salt: Buffer;
  readonly sealedKey: Buffer;
}

/**
 * The people who approve as a second person. Each has a signing key that only their passphrase opens, so
 * that an approval proves that somebody who knew it was there.
 */
export interface Approvers {
  list(): readonly Approver[];
  /** By id or name. @throws OperationError NOT_FOUND */
  find(reference: string): Approver;
  /**
   * Makes a signing key for somebody. Slow by design, and changes nothing yet.
   * @throws OperationError PASSPHRASE_TOO_SHORT
   */
  prepare(passphrase: Secret, cost: KdfCost): Promise<SealedSigner>;
  /** Inside a change. @throws OperationError NAME_TAKEN */
  add(name: string, signer: SealedSigner): Approver;
  /** Signs as this person. @throws OperationError APPROVER_REFUSED where the passphrase is another one */
  sign(approver: Approver, passphrase: Secret, data: Buffer): Promise<Buffer>;
  /**
   * Seals the signing key under another passphrase. Slow by design, and changes nothing yet.
   * @throws OperationError APPROVER_REFUSED, PASSPHRASE_TOO_SHORT
   */
  prepareOther(
    approver: Approver,
    passphrases: { readonly current: Secret; readonly replacement: Secret },
    cost: KdfCost,
  ): Promise<SealedSigner>;
  /** Inside a change. */
  replace(id: string, signer: SealedSigner): void;
  /** Inside a change. */
  remove(id: string): void;
}

const aadOf = (storeId: string, publicKey: Buffer): Buffer =>
  canonicalBytes('keyreeve approver v1', [storeId, publicKey]);

const approverFrom = (row: Row): Approver => ({
  id: row['id'] as string,
  name: row['name'] as string,
  addedAt: row['added_at'] as number,
  publicKey: row['public_key'] as Buffer,
  fingerprint: spkiFingerprint(row['public_key'] as Buffer),
});

const signerFrom = (row: Row): SealedSigner => ({
  publicKey: row['public_key'] as Buffer,
  cost: {
    memory: row['memory'] as number,
    passes: row['passes'] as number,
    lanes: row['lanes'] as number,
  },
  salt: row['salt'] as Buffer,
  sealedKey: row['sealed_key'] as Buffer,
});

const columnsOf = ({ publicKey, cost, salt, sealedKey }: SealedSigner) => ({
  publicKey,
  ...cost,
  salt,
  sealedKey,
});

const statements = ({ store: { db } }: Domain) => ({
  all: db.prepare<[], Row>('select * from approver order by name'),
  one: db.prepare<[string, string], Row>(
    'select * from approver where id = ? or name = ? order by id = name desc limit 1',
  ),
  insert: db.prepare(
    `insert into approver (id, name, public_key, memory, passes, lanes, salt, sealed_key, added_at)
     values (@id, @name, @publicKey, @memory, @passes, @lanes, @salt, @sealedKey, @addedAt)`,
  ),
  update: db.prepare(
    `update approver set memory = @memory, passes = @passes, lanes = @lanes, salt = @salt,
       sealed_key = @sealedKey where id = @id and public_key = @publicKey`,
  ),
  remove: db.prepare('delete from approver where id = ?'),
});

export function createApprovers(domain: Domain): Approvers {
  return new ApproverTable(domain);
}

class ApproverTable implements Approvers {
  readonly #domain: Domain;
  readonly #sql;

  constructor(domain: Domain) {
    this.#domain = domain;
    this.#sql = statements(domain);
  }

  list(): readonly Approver[] {
    return this.#sql.all.all().map(approverFrom);
  }

  find(reference: string): Approver {
    return approverFrom(this.#row(reference));
  }

  async prepare(passphrase: Secret, cost: KdfCost): Promise<SealedSigner> {
    requirePassphrase(passphrase);
    const { publicKey, privateKey } = makeSigningKey();
    try {
      return await this.#seal(publicKey, privateKey, passphrase, cost);
    } finally {
      privateKey.dispose();
    }
  }

  add(name: string, signer: SealedSigner): Approver {
    if (this.list().some((other) => other.name.toLowerCase() === name.toLowerCase()))
      throw new OperationError('NAME_TAKEN', { name });
    const id = uuidv7(this.#domain);
    const addedAt = this.#domain.clock.now();
    this.#sql.insert.run({ id, name, addedAt, ...columnsOf(signer) });
    return this.find(id);
  }

  async sign(approver: Approver, passphrase: Secret, data: Buffer): Promise<Buffer> {
    using privateKey = await this.#open(approver, passphrase);
    return ecdsaSign(privateKey, data);
  }

  async prepareOther(
    ...[approver, { current, replacement }, cost]: Parameters<Approvers['prepareOther']>
  ) {
    requirePassphrase(replacement);
    using privateKey = await this.#open(approver, current);
    return await this.#seal(approver.publicKey, privateKey, replacement, cost);
  }

  replace(id: string, signer: SealedSigner): void {
    this.#sql.update.run({ id, ...columnsOf(signer) });
  }

  remove(id: string): void {
    this.#sql.remove.run(id);
  }

  #row(reference: string): Row {
    const row = this.#sql.one.get(reference, reference);
    if (row === undefined) throw notFound('approver');
    return row;
  }

  async #seal(publicKey: Buffer, privateKey: Secret, passphrase: Secret, cost: KdfCost) {
    const { random, store } = this.#domain;
    const salt = random(32);
    using key = await passphraseKey(passphrase, salt, cost);
    const aad = aadOf(store.id, publicKey);
    const sealed = key.use((bytes) =>
      privateKey.use((plain) => gcmSeal(bytes, random(12), aad, plain)),
    );
    return { publicKey, cost, salt, sealedKey: packSealed(sealed) };
  }

  async #open({ id, name }: Approver, passphrase: Secret): Promise<Secret> {
    const { publicKey, cost, salt, sealedKey } = signerFrom(this.#row(id));
    using key = await passphraseKey(passphrase, salt, cost);
    const aad = aadOf(this.#domain.store.id, publicKey);
    try {
      return key.use((bytes) => Secret.adopt(gcmOpen(bytes, unpackSealed(sealedKey), aad)));
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      throw new OperationError('APPROVER_REFUSED', { approver: name });
    }
  }
}
