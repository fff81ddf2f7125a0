import { createHash } from 'node:crypto';
import { constants, lstatSync, realpathSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { makePrivateFolder } from '../../../core/store/durable-file.ts';

/** Where the process that holds a keystore listens, and how a caller finds it. */
export interface SocketPlace {
  /** Private folder (0700) of this keystore. */
  readonly folder: string;
  /** The socket (0600). */
  readonly socket: string;
  /** 32 random bytes (0600), new at each start of the listener. */
  readonly token: string;
  /** There while the listener is being replaced by a clean image of itself: its process id. */
  readonly renewing: string;
}

/** Longest usable path: Linux takes 107 bytes, macOS 103. */
const longestSocketPath = 100;
export const tokenBytes = 32;

/**
 * The same keystore gives the same place under every spelling of its path: links and relative
 * parts are resolved first, also when the file itself is not there yet.
 */
export function socketPlace(stateFolder: string, keystorePath: string): SocketPlace {
  const name = createHash('sha256').update(realPath(keystorePath)).digest('hex').slice(0, 32);
  const folder = join(resolve(stateFolder), 's', name);
  const socket = join(folder, 'k');
  if (Buffer.byteLength(socket) > longestSocketPath) {
    throw new OperationError('BAD_INPUT', {
      field: 'state folder',
      problem: 'the state folder has too long a path for a socket: set KEYREEVE_STATE to a shorter',
    });
  }
  return { folder, socket, token: join(folder, 'token'), renewing: join(folder, 'renewing') };
}

function realPath(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync.native(whole);
  } catch {
    try {
      return join(realpathSync.native(dirname(whole)), basename(whole));
    } catch {
      return whole;
    }
  }
}

/** Makes the private folder, or refuses one that somebody else could have prepared. */
export function preparePlace(place: SocketPlace): void {
  for (const folder of [dirname(dirname(place.folder)), dirname(place.folder), place.folder]) {
    makePrivateFolder(folder);
  }
  checkPrivate(dirname(place.folder), 'folder');
  checkPrivate(place.folder, 'folder');
}

/** Refuses anything that is not ours alone: other owner, other type, a link, open to others. */
export function checkPrivate(path: string, kind: 'folder' | 'socket' | 'file'): void {
  checkStats(path, lstatSync(path), kind);
}

function checkStats(path: string, found: Stats, kind: 'folder' | 'socket' | 'file'): void {
  const rightType =
    kind === 'folder'
      ? found.isDirectory()
      : kind === 'socket'
        ? found.isSocket()
        : found.isFile() && found.nlink === 1;
  const ours = process.getuid === undefined || found.uid === process.getuid();
  const closed = (found.mode & 0o077) === 0;
  if (rightType && ours && closed) return;
  const why = !rightType
    ? `it is not a ${kind}`
    : !ours
      ? 'another account owns it'
      : 'it is open to others';
  throw new OperationError('CALLER_NOT_TRUSTED', { path, reason: why });
}

/** Reads the token, following no link. Null when there is none: nobody listens. */
export async function readToken(place: SocketPlace): Promise<Buffer | null> {
  let file;
  try {
    file = await open(place.token, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new OperationError('CALLER_NOT_TRUSTED', { path: place.token }, { cause: error });
  }
  try {
    checkStats(place.token, await file.stat(), 'file');
    const token = Buffer.alloc(tokenBytes + 1);
    const { bytesRead } = await file.read(token, 0, tokenBytes + 1, 0);
    if (bytesRead === tokenBytes) return token.subarray(0, tokenBytes);
    throw new OperationError('CALLER_NOT_TRUSTED', {
      path: place.token,
      reason: 'it has no right token',
    });
  } finally {
    await file.close();
  }
}
