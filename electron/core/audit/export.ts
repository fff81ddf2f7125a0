import { closeSync, fsyncSync, linkSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { spkiFingerprint } from '../crypto/signature.ts';
import type { Clock, RandomBytes } from '../ports.ts';
import { diskFailure, onDisk } from '../store/disk-errors.ts';
import {
  folderAt,
  nothingThere,
  privateMode,
  standingAt,
  syncFolder,
} from '../store/durable-file.ts';
import { Slices } from '../store/state-check.ts';
import type { Store } from '../store/store.ts';
import type { AuditLog } from './audit-log.ts';

export interface ExportedLog {
  readonly path: string;
  readonly records: number;
  readonly head: string;
  readonly fingerprint: string;
  readonly signer: 'hsm' | 'software';
}

interface Checkpoint {
  readonly id: number;
  readonly size: number;
  readonly body: string;
  readonly signature: Buffer;
  readonly publicKey: Buffer;
}

/**
 * Writes the whole log to a new file of JSON lines, closed by a signature made for this export:
 * a line about the log, the public keys, then every record with the checkpoints where they belong.
 * @throws OperationError BAD_INPUT when the file exists, its folder does not or takes none, or there is
 *   nothing to sign with; AUDIT_BROKEN; HSM_*; DISK_*.
 */
export async function exportLog(
  parts: { store: Store; log: AuditLog; clock: Clock; random: RandomBytes },
  to: string,
): Promise<ExportedLog> {
  const { store, log, clock } = parts;
  const signer = log.signer;
  if (signer === null) throw new OperationError('BAD_INPUT', { field: 'signer', why: 'none' });
  requireNewFile(to);
  const { size, head } = await log.checkpoint('export');
  const temporary = join(dirname(to), `.export.${parts.random(6).toString('hex')}.tmp`);
  try {
    const file = openNew(temporary);
    try {
      await writeLines(file, store, clock, size);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    giveName(temporary, to);
    syncFolder(dirname(to));
  } catch (error) {
    throw exportFailure(error, to);
  } finally {
    rmSync(temporary, { force: true });
  }
  return { path: to, records: size, head, fingerprint: signer.fingerprint, signer: signer.kind };
}

async function writeLines(file: number, store: Store, clock: Clock, size: number): Promise<void> {
  const checkpoints = store.db
    .prepare<[number], Checkpoint>(
      `select id, size, body, signature, public_key as publicKey from audit_checkpoint
       where size <= ? order by id`,
    )
    .all(size);
  const put = (line: string): void => void writeSync(file, `${line}\n`);
  put(canonicalJson({ type: 'log', v: 1, store: store.id, realm: store.realm, at: clock.now() }));
  const keys = new Map(
    checkpoints.map((each) => [spkiFingerprint(each.publicKey), each.publicKey]),
  );
  for (const [fingerprint, key] of keys) {
    put(canonicalJson({ type: 'key', fingerprint, spki: key.toString('base64') }));
  }
  const records = store.db.prepare<[number, number], { seq: number; body: string; hash: Buffer }>(
    'select seq, body, hash from audit_record where seq > ? and seq <= ? order by seq limit 512',
  );
  const slices = new Slices(clock, store.db);
  let at = 0;
  let next = 0;
  while (at < size) {
    const batch = records.all(at, size);
    if (batch.length === 0)
      throw new OperationError('AUDIT_BROKEN', { seq: at + 1, part: 'missing' });
    for (const { seq, body, hash } of batch) {
      put(`{"body":${body},"hash":"${hash.toString('hex')}","type":"record"}`);
      at = seq;
      for (; checkpoints[next]?.size === at; next++)
        put(checkpointLine(checkpoints[next] as Checkpoint));
    }
    if (slices.over) await slices.next();
  }
}

const checkpointLine = ({ body, signature }: Checkpoint): string =>
  `{"body":${body},"signature":"${signature.toString('base64')}","type":"checkpoint"}`;

const exists = {
  field: 'to',
  why: 'exists',
  problem: 'there is already something of that name; choose another',
};

function requireNewFile(to: string): void {
  if (!onDisk('export', () => folderAt(dirname(to))))
    throw new OperationError('BAD_INPUT', {
      field: 'to',
      why: 'no-such-folder',
      problem: 'there is no such folder',
    });
  if (onDisk('export', () => standingAt(to)) !== null)
    throw new OperationError('BAD_INPUT', exists);
}

/** Why a folder takes no file, where that is no matter of the keystore's own disk. */
const noFileThere: Readonly<Record<string, string>> = {
  EACCES: 'this account may not write there',
  EPERM: 'this account may not write there',
  EROFS: 'its disk takes no changes',
};

function openNew(temporary: string): number {
  try {
    return openSync(temporary, 'wx', privateMode);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? '';
    if (!(why in noFileThere || nothingThere(error))) throw error;
    const problem = `no file can be made in that folder: ${noFileThere[why] ?? 'it takes none'}`;
    throw new OperationError(
      'BAD_INPUT',
      { field: 'to', why: 'not-writable', problem },
      { external: { name: why, at: 'export: open' }, cause: error },
    );
  }
}

/** A disk that an export is written to is not the keystore's: nothing of that is lost. */
function exportFailure(error: unknown, to: string): unknown {
  const failure = diskFailure(error, 'export');
  const ofFiles = typeof (error as NodeJS.ErrnoException).syscall === 'string';
  if (!(ofFiles && failure instanceof OperationError)) return failure;
  const { code, details, external } = failure.toFailure();
  const elsewhere = { ...details, elsewhere: dirname(to) };
  return new OperationError(code, elsewhere, { ...(external ? { external } : {}), cause: error });
}

/** Without replacing what may have come there meanwhile. */
function giveName(temporary: string, to: string): void {
  try {
    linkSync(temporary, to);
    unlinkSync(temporary);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new OperationError('BAD_INPUT', exists, { cause: error });
  }
}
