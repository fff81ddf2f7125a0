import { chmodSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import type { Caller, Core } from '../../../core/core.ts';
import type { Logger } from '../../../core/ports.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { Connection } from './connection.ts';
import { preparePlace, type SocketPlace, tokenBytes } from './place.ts';
import { type SocketDeadlines, socketDeadlines } from './wire.ts';

const mostConnections = 32;

export interface ServeOptions {
  readonly place: SocketPlace;
  /** Whom calls are noted under: the socket is open to the account of this process only. */
  readonly caller: Omit<Caller, 'trusted' | 'channel'>;
  readonly log: Logger;
  readonly deadlines?: SocketDeadlines;
}

export interface SocketServer {
  readonly place: SocketPlace;
  /** Takes no new callers and removes socket and token; those connected stay. */
  stopListening(): Promise<void>;
  /** Sends what waits and ends every connection. */
  close(): Promise<void>;
}

/**
 * Opens the private socket of a keystore. A socket left by a dead process is replaced. Raises
 * KEYSTORE_IN_USE when a living process listens there, CALLER_NOT_TRUSTED when the place is not
 * ours alone.
 */
export async function serveSocket(core: Core, options: ServeOptions): Promise<SocketServer> {
  const { place } = options;
  preparePlace(place);
  const token = randomBytes(tokenBytes);
  const connections = new Set<Connection>();
  const server = createServer((socket) => accept(socket, core, token, connections, options));
  await listenOrReplace(server, place);
  const mine = lstatSync(place.socket).ino;
  await writeToken(place, token);
  const stopListening = async (): Promise<void> => {
    await removeIfMine(place, mine);
    server.close();
  };
  return {
    place,
    stopListening,
    close: async () => {
      await stopListening();
      await Promise.all([...connections].map((connection) => connection.end()));
      token.fill(0);
    },
  };
}

function accept(
  socket: Socket,
  core: Core,
  token: Buffer,
  connections: Set<Connection>,
  options: ServeOptions,
): void {
  if (connections.size >= mostConnections) {
    options.log.log('warn', 'socket.too-many-connections', { most: mostConnections });
    socket.destroy();
    return;
  }
  const connection = new Connection(socket, {
    core,
    token,
    caller: options.caller,
    log: options.log,
    deadlines: options.deadlines ?? socketDeadlines,
    onEnd: () => connections.delete(connection),
  });
  connections.add(connection);
}

/** Readers must never see half a token: written beside, then renamed. */
async function writeToken(place: SocketPlace, token: Buffer): Promise<void> {
  const beside = `${place.token}.${process.pid}`;
  await rm(beside, { force: true });
  await writeFile(beside, token, { mode: 0o600, flag: 'wx' });
  renameSync(beside, place.token);
}

async function listenOrReplace(server: Server, place: SocketPlace): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await listen(server, place.socket);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt > 3) throw error;
    }
    if (await answers(place.socket)) throw new OperationError('KEYSTORE_IN_USE', {});
    await setAside(place.socket);
  }
}

/** Binding to a path that exists fails, so of two starting at once exactly one gets it. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const before = process.umask(0o177);
    try {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  }).then(() => chmodSync(path, 0o600));
}

/**
 * Moves a dead socket away. Another process may have replaced it since we looked: then what we
 * moved answers, and it is put back.
 */
async function setAside(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (await answers(aside)) {
    renameSync(aside, path);
    throw new OperationError('KEYSTORE_IN_USE', {});
  }
  rmSync(aside, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    const done = (alive: boolean): void => {
      probe.destroy();
      resolve(alive);
    };
    probe.once('connect', () => done(true));
    probe.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'EAGAIN'));
  });
}

async function removeIfMine(place: SocketPlace, inode: number): Promise<void> {
  const now = lstatSync(place.socket, { throwIfNoEntry: false });
  if (!now || now.ino !== inode) return;
  rmSync(place.socket, { force: true });
  await rm(place.token, { force: true });
}
