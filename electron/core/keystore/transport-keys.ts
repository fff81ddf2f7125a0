import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { KeySpec } from '../../../shared/model/key-specs.ts';
import { spkiFingerprint } from '../crypto/signature.ts';
import type { BlobMechanism, KeyBlob, TransportKey } from '../hsm/driver.ts';
import { Secret } from '../kernel/secret.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import type { SealBinding } from '../store/store.ts';
import type { Domain, Row, StorageLocation } from './rows.ts';

/** How long a transport key lives that nobody uses, in milliseconds: seven days. */
export const transportLife = 7 * 86_400_000;

/** A pair that lets one key into a group. */
export interface KeptTransportKey {
  readonly id: string;
  readonly groupId: string;
  readonly algorithm: TransportKey['algorithm'];
  readonly storage: StorageLocation;
  readonly tokenSerial: string | null;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
  /** SHA-256 of it, hex. */
  readonly fingerprint: string;
  /** Wall clock ms, as `endsAt`. */
  readonly madeAt: number;
  readonly endsAt: number;
}

/** The transport keys of this keystore: at most one of a group, and none that is over. */
export interface TransportKeys {
  /** The one that is open; null: none, or its days are over. */
  ofGroup(groupId: string): KeptTransportKey | null;
  /** @throws OperationError BRING_IN_NOT_PREPARED when it was used, given up, or is over */
  get(id: string): KeptTransportKey;
  /** Keeps a pair; another of the same group is destroyed. */
  add(
    groupId: string,
    place: { readonly storage: StorageLocation; readonly tokenSerial: string | null },
    made: TransportKey,
  ): KeptTransportKey;
  /** The pair as the vault needs it. @throws OperationError BRING_IN_NOT_PREPARED */
  open(id: string): TransportKey;
  /** What came back, until a job has opened it. Inside a change. */
  keepFile(id: string, wrapped: Uint8Array): void;
  /** @throws OperationError BRING_IN_NOT_PREPARED where none is kept */
  file(id: string): Secret;
  /** The file is not wanted any more; the pair stays. */
  dropFile(id: string): void;
  /** Destroys the pair and what was wrapped under it; nothing where it is gone. */
  destroy(id: string): void;
  /** Whatever is there of a group, over or not. */
  destroyOf(groupId: string): void;
  /** Destroys those whose days are over; `gone` is told of each, inside the change. */
  destroyOld(gone: (over: KeptTransportKey) => void): void;
}

const table = 'transport_key';
const binding = (id: string, column: 'blob' | 'file'): SealBinding => ({
  table,
  row: id,
  column,
  state: 'open',
  policy: 'lets one key in',
});

const keptFrom = (row: Row): KeptTransportKey => ({
  id: row['id'] as string,
  groupId: row['group_id'] as string,
  algorithm: row['algorithm'] as TransportKey['algorithm'],
  storage: row['storage'] as StorageLocation,
  tokenSerial: (row['token_serial'] as string | null) ?? null,
  publicKey: row['public_key'] as Buffer,
  fingerprint: spkiFingerprint(row['public_key'] as Buffer),
  madeAt: row['made_at'] as number,
  endsAt: row['ends_at'] as number,
});

export function createTransportKeys(domain: Domain): TransportKeys {
  return new TransportKeyTable(domain);
}

const statements = ({ store: { db } }: Domain) => ({
  ofGroup: db.prepare<[string], Row>('select * from transport_key where group_id = ?'),
  one: db.prepare<[string], Row>('select * from transport_key where id = ?'),
  over: db.prepare<[number], Row>('select * from transport_key where ends_at <= ?'),
  erase: db.prepare('delete from transport_key where id = ?'),
  insert: db.prepare(
    `insert into transport_key (id, group_id, spec, algorithm, storage, token_serial, mechanism, master_id,
       public_key, made_at, ends_at)
     values (@id, @groupId, @spec, @algorithm, @storage, @tokenSerial, @mechanism, @masterId,
       @publicKey, @madeAt, @endsAt)`,
  ),
});

class TransportKeyTable implements TransportKeys {
  readonly #domain: Domain;
  readonly #sql;

  constructor(domain: Domain) {
    this.#domain = domain;
    this.#sql = statements(domain);
  }

  ofGroup(groupId: string): KeptTransportKey | null {
    const row = this.#sql.ofGroup.get(groupId);
    return row !== undefined && this.#isOpen(row) ? keptFrom(row) : null;
  }

  get(id: string): KeptTransportKey {
    return keptFrom(this.#known(id));
  }

  add(...[groupId, place, { blob, algorithm }]: Parameters<TransportKeys['add']>) {
    const { store, clock } = this.#domain;
    return store.change(() => {
      this.destroyOf(groupId);
      const id = uuidv7(this.#domain);
      const madeAt = clock.now();
      this.#sql.insert.run({
        ...place,
        id,
        groupId,
        algorithm,
        spec: blob.spec,
        mechanism: blob.mechanism,
        masterId: blob.masterId,
        publicKey: Buffer.from(blob.publicKey ?? []),
        madeAt,
        endsAt: madeAt + transportLife,
      });
      using copy = Secret.copyOf(blob.wrapped);
      store.seals.put(binding(id, 'blob'), copy);
      return this.get(id);
    });
  }

  open(id: string): TransportKey {
    const row = this.#known(id);
    const { algorithm, publicKey, fingerprint } = keptFrom(row);
    using sealed = this.#domain.store.seals.open(binding(id, 'blob'));
    const blob: KeyBlob = {
      spec: row['spec'] as KeySpec,
      wrapped: sealed.use((bytes) => Uint8Array.from(bytes)),
      mechanism: row['mechanism'] as BlobMechanism,
      masterId: row['master_id'] as string,
      kcv: { method: 'SPKI', value: fingerprint.slice(0, 10).toUpperCase() },
      publicKey,
    };
    return { blob, algorithm };
  }

  keepFile(id: string, wrapped: Uint8Array): void {
    this.#known(id);
    using copy = Secret.copyOf(wrapped);
    this.#domain.store.seals.put(binding(id, 'file'), copy);
  }

  file(id: string): Secret {
    this.#known(id);
    const { seals } = this.#domain.store;
    if (!seals.has(table, id, 'file')) throw new OperationError('BRING_IN_NOT_PREPARED');
    return seals.open(binding(id, 'file'));
  }

  dropFile(id: string): void {
    this.#domain.store.change(() => this.#erase(id, 'file'));
  }

  destroy(id: string): void {
    this.#domain.store.change(() => {
      this.#erase(id, 'blob');
      this.#erase(id, 'file');
      this.#sql.erase.run(id);
    });
  }

  destroyOf(groupId: string): void {
    const there = this.#sql.ofGroup.get(groupId);
    if (there) this.destroy(there['id'] as string);
  }

  destroyOld(gone: Parameters<TransportKeys['destroyOld']>[0]): void {
    const { store, clock } = this.#domain;
    const old = this.#sql.over.all(clock.now()).map(keptFrom);
    if (old.length === 0) return;
    store.change(() => {
      for (const over of old) {
        this.destroy(over.id);
        gone(over);
      }
    });
  }

  #isOpen(row: Row): boolean {
    return (row['ends_at'] as number) > this.#domain.clock.now();
  }

  #known(id: string): Row {
    const row = this.#sql.one.get(id);
    if (row === undefined || !this.#isOpen(row)) throw new OperationError('BRING_IN_NOT_PREPARED');
    return row;
  }

  #erase(id: string, column: 'blob' | 'file'): void {
    const { seals } = this.#domain.store;
    if (seals.has(table, id, column)) seals.erase(table, id, column);
  }
}
