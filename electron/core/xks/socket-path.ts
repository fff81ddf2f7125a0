import { closeSync, openSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Bytes of a path that every system takes for a socket; Linux has room for 107. */
const longest = 100;

/** Where a socket is reached while this is held. */
export interface SocketPath {
  readonly path: string;
  release(): void;
}

/**
 * A path for a socket in a folder however deep: on Linux a folder that is open is reached by its
 * descriptor, too. Elsewhere a path that is too long stays as it is, and the system refuses it.
 * @throws the error of `open` on the folder
 */
export function socketPath(path: string): SocketPath {
  if (process.platform !== 'linux' || Buffer.byteLength(path) <= longest) {
    return { path, release: () => undefined };
  }
  const folder = openSync(dirname(path), 'r');
  return {
    path: join(`/proc/self/fd/${folder}`, basename(path)),
    release: () => closeSync(folder),
  };
}
