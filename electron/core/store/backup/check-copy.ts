import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { equalBytes, sha256OfStream } from '../../crypto/mac.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { Clock } from '../../ports.ts';
import { openConnection } from '../connection.ts';
import { diskFailure } from '../disk-errors.ts';
import { standingAt } from '../durable-file.ts';
import { innerKey } from '../keys.ts';
import { schemaVersion } from '../migrate.ts';
import { rowHasher, stateRoot } from '../open-store.ts';
import { recount } from '../state-check.ts';
import { differingTables, quoted, trackedTables } from '../state-root.ts';
import { invalid, keystoreName, type Manifest } from './manifest.ts';
import { type CopiedRow, more } from './row-copy.ts';

/** Rows per table of a copy that was proved, with the increments behind it. */
export type RowCounts = Readonly<Record<string, number>>;

/**
 * Proves a full copy against its manifest: every file's size and hash, then the copied keystore
 * itself, opened read-only, counted row by row against the state root.
 * @param behind rows of the increments, oldest first: they are in the counts that are answered
 * @throws OperationError BACKUP_INVALID naming the part, DISK_*.
 */
export async function checkCopy(
  folder: string,
  manifest: Manifest,
  rootKey: Secret,
  clock: Clock,
  behind: readonly CopiedRow[] = [],
): Promise<RowCounts> {
  for (const file of manifest.files) {
    const path = join(folder, file.name);
    const there = standingAt(path);
    if (there === null || !there.isFile()) throw invalid(file.name, 'missing');
    if (there.size !== file.size) throw invalid(file.name, 'size');
    if ((await fileHash(path)) !== file.sha256) throw invalid(file.name, 'hash');
  }
  try {
    return await checkContent(join(folder, keystoreName), { manifest, rootKey, clock, behind });
  } catch (thrown) {
    const error = diskFailure(thrown, 'verify backup');
    if (!(error instanceof OperationError) || error.code !== 'KEYSTORE_DAMAGED') throw error;
    throw invalid(keystoreName, 'does not open', error);
  }
}

/** SHA-256 of a file, hex, read in pieces. */
export async function fileHash(path: string): Promise<string> {
  try {
    const pieces = createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
    return (await sha256OfStream(pieces)).toString('hex');
  } catch (error) {
    throw diskFailure(error, 'read backup');
  }
}

interface Content {
  readonly manifest: Manifest;
  readonly rootKey: Secret;
  readonly clock: Clock;
  readonly behind: readonly CopiedRow[];
}

async function checkContent(
  path: string,
  { manifest, rootKey, clock, behind }: Content,
): Promise<RowCounts> {
  using key = innerKey(rootKey, 'db');
  const db = openConnection({ path, key, readOnly: true });
  try {
    if (schemaVersion(db) !== manifest.schemaVersion) throw invalid(keystoreName, 'version');
    const root = stateRoot(db, rootKey);
    const meta = root.read();
    const kept = root.sums();
    if (meta === null || !equalBytes(root.rootOf(meta, kept), meta.stateRoot)) {
      throw invalid(keystoreName, 'state root');
    }
    const same =
      meta.storeId === manifest.storeId &&
      meta.realm === manifest.realm &&
      meta.incarnation === manifest.incarnation &&
      meta.commitNumber === manifest.commitNumber &&
      meta.auditSize === manifest.auditSize &&
      meta.auditHead.toString('hex') === manifest.auditHead &&
      meta.stateRoot.toString('hex') === manifest.stateRoot;
    if (!same) throw invalid(keystoreName, 'differs from manifest');
    const tables = trackedTables(db);
    const counted = await recount(db, tables, rowHasher(rootKey), clock);
    const differing = differingTables(tables, counted, kept);
    if (differing?.length !== 0) throw invalid(differing?.[0] ?? keystoreName, 'rows');
    return rowCounts(db, behind);
  } finally {
    db.close();
  }
}

function rowCounts(db: Database, behind: readonly CopiedRow[]): RowCounts {
  return Object.fromEntries(
    trackedTables(db).map(({ name }) => {
      const there = db.prepare<[], number>(`select count(*) from main.${quoted(name)}`).pluck();
      return [name, (there.get() ?? 0) + more(db, name, behind)];
    }),
  );
}
