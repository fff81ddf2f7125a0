import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { diskFailure } from '../disk-errors.ts';
import { readSmallFile, standingAt, syncFile, syncFolder, writeNew } from '../durable-file.ts';
import { schemaVersion } from '../migrate.ts';
import type { OpenStore } from '../open-store.ts';
import { largestHeader } from '../slots/header.ts';
import { headerPaths } from '../slots/header-files.ts';
import { checkCopy, fileHash, type RowCounts } from './check-copy.ts';
import { encodeManifest, keystoreName, type Manifest, manifestName } from './manifest.ts';
import { fullName, nextGeneration, partialName } from './place.ts';

/** A full copy that is written and proved but does not have its name yet. */
export interface UnnamedCopy {
  readonly folder: string;
  readonly finalFolder: string;
  readonly manifest: Manifest;
  readonly mac: string;
  readonly rows: RowCounts;
  readonly seen: readonly string[];
}

/**
 * Copies the open store into a new folder of the place and proves the copy by reading it back.
 * `look` reads in the same turn what the caller wants to know of the state that is in the copy.
 * `VACUUM INTO` holds the event loop for about a second per 100 MB; all else is cut into slices.
 * @throws OperationError BACKUP_INVALID when the copy does not hold, DISK_* of the place.
 */
export async function writeCopy(
  store: OpenStore,
  storeFolder: string,
  tool: string,
  look: () => readonly string[],
): Promise<UnnamedCopy> {
  const folder = join(storeFolder, partialName(store.random(6).toString('hex')));
  try {
    mkdirSync(folder, { mode: 0o700 });
    const target = join(folder, keystoreName);
    // Made first and empty, so that it is private from its first byte.
    writeNew(target, Buffer.alloc(0));
    const { meta } = store;
    store.db.prepare('vacuum into ?').run(target);
    const seen = look();
    const version = schemaVersion(store.db);
    syncFile(target);
    copyHeaders(store.path, folder);
    const generation = nextGeneration(storeFolder);
    const takenAt = store.clock.now();
    const manifest: Manifest = {
      format: 'keyreeve backup',
      version: 1,
      storeId: meta.storeId,
      realm: meta.realm,
      incarnation: meta.incarnation,
      generation,
      commitNumber: meta.commitNumber,
      stateRoot: meta.stateRoot.toString('hex'),
      auditSize: meta.auditSize,
      auditHead: meta.auditHead.toString('hex'),
      schemaVersion: version,
      takenAt,
      tool,
      files: await describe(folder),
    };
    const { bytes, mac } = store.useRootKey((rootKey) => encodeManifest(manifest, rootKey));
    writeNew(join(folder, manifestName), bytes);
    syncFolder(folder);
    const rows = await store.useRootKey((rootKey) =>
      checkCopy(folder, manifest, rootKey, store.clock),
    );
    const finalFolder = join(storeFolder, fullName(generation, meta.commitNumber));
    return { folder, finalFolder, manifest, mac, rows, seen };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw diskFailure(error, 'back up');
  }
}

/** Gives the copy its name: from here on it counts. */
export function nameCopy(copy: UnnamedCopy): void {
  try {
    renameSync(copy.folder, copy.finalFolder);
    syncFolder(dirname(copy.finalFolder));
  } catch (error) {
    throw diskFailure(error, 'name backup');
  }
}

/** A store made from a bare root key (in tests) has no slot header to copy. */
function copyHeaders(path: string, folder: string): void {
  const targets = headerPaths(join(folder, keystoreName));
  for (const [at, source] of headerPaths(path).entries()) {
    const bytes = readSmallFile(source, largestHeader);
    if (bytes instanceof Buffer) writeNew(targets[at] as string, bytes);
  }
}

async function describe(folder: string): Promise<Manifest['files']> {
  const keystore = join(folder, keystoreName);
  const described: Manifest['files'] = [];
  for (const path of [keystore, ...headerPaths(keystore)]) {
    const there = standingAt(path);
    if (there === null) continue;
    const sha256 = await fileHash(path);
    described.push({ name: basename(path), size: there.size, sha256 });
  }
  return described;
}
