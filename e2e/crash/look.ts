import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { AuditBody } from '../../electron/core/audit/record.ts';
import { verifyStoredLog } from '../../electron/core/audit/chain.ts';
import { createDomain } from '../../electron/core/keystore/domain.ts';
import type { KeyWithRemote } from '../../electron/core/keystore/rows.ts';
import type {
  ExternalStore,
  ProxyCredential,
  XksBinding,
  XksKey,
  XksVersion,
} from '../../electron/core/keystore/xks/rows.ts';
import type { DomainModel } from '../../electron/core/keystore/domain.ts';
import type { KeyBlob } from '../../electron/core/hsm/driver.ts';
import type { JobRow, StepRow } from '../../electron/core/jobs/rows.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import type { Secret } from '../../electron/core/kernel/secret.ts';
import { openStoreWithRootKey } from '../../electron/core/store/store-file.ts';
import type { OpenStore } from '../../electron/core/store/open-store.ts';

/** A parcel is a sealed record of a job: import token, wrapping key, wrapped copy. */
export interface Parcel {
  readonly job: string;
  readonly name: string;
}

/** An external key with everything that hangs on it. */
export interface ExternalKey {
  readonly key: XksKey;
  readonly versions: readonly XksVersion[];
  readonly bindings: readonly XksBinding[];
  /** ARNs of KMS keys that it was let go of. */
  readonly released: readonly string[];
}

/** What the keystore knows of external key stores. */
export interface ExternalFacts {
  readonly stores: readonly ExternalStore[];
  /** Credentials that a proxy accepts. */
  readonly accepted: readonly ProxyCredential[];
  readonly keys: readonly ExternalKey[];
}

/** What the keystore file holds, read from a copy of it without the product's services. */
export interface StoreFacts {
  readonly condition: string;
  readonly reason: string | null;
  /** SQLite's own check: `ok`. */
  readonly integrity: string;
  readonly commitNumber: number;
  readonly auditSize: number;
  /** Null when the whole chain holds, else why not. */
  readonly chain: string | null;
  readonly audit: readonly AuditBody[];
  readonly jobs: readonly JobRow[];
  readonly steps: readonly StepRow[];
  readonly parcels: readonly Parcel[];
  readonly keys: readonly KeyWithRemote[];
  readonly external: ExternalFacts;
  /** Kept copies, by key id; of an external key by the id of its version. */
  readonly blobs: ReadonlyMap<string, KeyBlob>;
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Opens a copy of a keystore by its root key, checks all of it and reads what the checks need. */
export async function lookInto(path: string, rootKey: Secret): Promise<StoreFacts> {
  if (!existsSync(path)) throw new Error(`no keystore at ${path}`);
  const ports = { clock: nodeClock, random: randomBytes };
  const store = await openStoreWithRootKey({ ...ports, path, rootKey });
  try {
    const condition = await store.verify();
    return { condition, ...(await facts(store)) };
  } finally {
    store.close();
  }
}

async function facts(store: OpenStore): Promise<Omit<StoreFacts, 'condition'>> {
  const { db } = store;
  const domain = createDomain({ clock: nodeClock, random: randomBytes, store });
  const { keys } = domain.keys.list({ groupId: null, find: '', limit: 500, after: null });
  let chain: string | null = null;
  try {
    await verifyStoredLog(store, nodeClock);
  } catch (error) {
    chain = said(error);
  }
  return {
    reason: store.reason,
    integrity: String(db.pragma('integrity_check', { simple: true })),
    commitNumber: store.commitNumber,
    auditSize: store.meta.auditSize,
    chain,
    audit: db
      .prepare<[], string>('select body from audit_record order by seq')
      .pluck()
      .all()
      .map((body) => JSON.parse(body) as AuditBody),
    jobs: db.prepare<[], JobRow>('select * from job order by number').all(),
    steps: db.prepare<[], StepRow>('select * from job_step order by job, n, run').all(),
    parcels: db
      .prepare<[], Parcel>(
        `select row_key as job, column_name as name from sealed_record where table_name = 'job'`,
      )
      .all(),
    keys,
    external: externalFacts(domain),
    blobs: new Map([
      ...keys.map(({ key }) => [key.id, domain.keys.blob(key.id)] as const),
      ...externalFacts(domain)
        .keys.flatMap(({ versions }) => versions)
        .filter(({ kcv }) => kcv !== null)
        .map((version) => [version.id, domain.xks.keys.blob(version)] as const),
    ]),
  };
}

function externalFacts({ xks }: DomainModel): ExternalFacts {
  const stores = xks.stores.list();
  return {
    stores,
    accepted: stores.flatMap(({ id }) => xks.credentials.valid(id)),
    keys: xks.keys.list(null).map((key) => ({
      key,
      versions: xks.keys.versions(key.id),
      bindings: xks.keys.bindings(key.id),
      released: xks.keys.released(key.id),
    })),
  };
}
