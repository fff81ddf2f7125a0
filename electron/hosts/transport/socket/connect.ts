import { createConnection, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Change } from '../../../../shared/contract/session.ts';
import { type Failure, OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Reply } from '../../../core/core.ts';
import { standingAt } from '../../../core/store/durable-file.ts';
import { isRecord } from './frames.ts';
import { answer, greeting, newNonce, readChallenge } from './handshake.ts';
import { checkPrivate, readToken, type SocketPlace } from './place.ts';
import { isRenewing } from './renewal.ts';
import { type SocketDeadlines, socketDeadlines, Wire } from './wire.ts';

/** A connection to the process that holds the keystore. */
export interface SocketClient {
  /** Runs one operation there. HOLDER_GONE when the connection ends before the answer. */
  call(name: string, input: unknown): Promise<Reply>;
  /** Named changes from now on. */
  subscribe(listener: (change: Change) => void): void;
  close(): void;
}

/** How often a listener that is coming back is looked for (ms). */
const lookEvery = 20;

/**
 * Connects to the process that holds a keystore. Null when none does. Waits for one that is just
 * replacing itself. Raises CALLER_NOT_TRUSTED when the place is not ours alone, or when the listener
 * cannot prove that it wrote the token.
 */
export async function connectSocket(
  place: SocketPlace,
  deadlines: SocketDeadlines = socketDeadlines,
): Promise<SocketClient | null> {
  while (isRenewing(place)) await wait(lookEvery);
  try {
    const client = await connectOnce(place, deadlines);
    if (client !== null || !isRenewing(place)) return client;
  } catch (error) {
    // It began to go while we were being let in.
    if (!isRenewing(place)) throw error;
  }
  return connectSocket(place, deadlines);
}

async function connectOnce(
  place: SocketPlace,
  deadlines: SocketDeadlines,
): Promise<SocketClient | null> {
  if (!isThere(place)) return null;
  checkPrivate(place.folder, 'folder');
  checkPrivate(place.socket, 'socket');
  const token = await readToken(place);
  if (!token) return null;
  const socket = await reach(place.socket);
  if (!socket) return null;
  try {
    return await prove(socket, token, place, deadlines);
  } finally {
    token.fill(0);
  }
}

/**
 * Whether there is a socket. Behind a folder of another account (a HOME that came along with `sudo`)
 * nobody can tell.
 * @throws OperationError DISK_READ_ONLY, which names the folder
 */
function isThere(place: SocketPlace): boolean {
  try {
    return standingAt(place.socket) !== null;
  } catch (error) {
    const external = { name: (error as NodeJS.ErrnoException).code ?? '', at: 'look: lstat' };
    const details = { folder: place.folder };
    throw new OperationError('DISK_READ_ONLY', details, { external, cause: error });
  }
}

function reach(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(null);
      else reject(new OperationError('CALLER_NOT_TRUSTED', { path }, { cause: error }));
    });
  });
}

function prove(
  socket: Socket,
  token: Buffer,
  place: SocketPlace,
  deadlines: SocketDeadlines,
): Promise<SocketClient> {
  return new Promise((resolve, reject) => {
    const wire = new Wire(socket, deadlines);
    const refuse = (cause: unknown): void => {
      clearTimeout(timer);
      const details = { path: place.socket, reason: 'it did not prove itself' };
      reject(new OperationError('CALLER_NOT_TRUSTED', details, { cause }));
      wire.end();
    };
    const timer = setTimeout(() => refuse(new Error('deadline')), deadlines.handshakeMs);
    const caller = newNonce();
    let answered = false;
    wire.onEnd((reason) => refuse(reason));
    wire.onMessage((message) => {
      if (!answered) {
        const listener = readChallenge(message, token, caller);
        answered = true;
        wire.send(answer(token, { caller, listener }), 'may-hold-bytes');
        return;
      }
      clearTimeout(timer);
      resolve(new ConnectedClient(wire));
    });
    wire.send(greeting(caller), 'may-hold-bytes');
  });
}

class ConnectedClient implements SocketClient {
  readonly #wire: Wire;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #listener: ((change: Change) => void) | null = null;
  #next = 1;
  #gone = false;

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.onMessage((message) => this.#take(message));
    wire.onEnd(() => this.#end());
  }

  call(name: string, input: unknown): Promise<Reply> {
    if (this.#gone) return Promise.resolve({ ok: false, failure: gone });
    const id = this.#next;
    this.#next += 1;
    try {
      this.#wire.send({ id, call: name, input }, 'may-hold-bytes');
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      return Promise.resolve({ ok: false, failure: error.toFailure() });
    }
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  subscribe(listener: (change: Change) => void): void {
    this.#listener = listener;
    this.#wire.send({ subscribe: true }, 'no-bytes');
  }

  close(): void {
    this.#wire.end();
  }

  #take(message: unknown): void {
    if (!isRecord(message)) return;
    const { id, reply, change } = message;
    if (change !== undefined) this.#listener?.(change as Change);
    if (typeof id !== 'number' || !isRecord(reply)) return;
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(reply as unknown as Reply);
  }

  #end(): void {
    this.#gone = true;
    for (const resolve of this.#waiting.values()) resolve({ ok: false, failure: gone });
    this.#waiting.clear();
  }
}

const gone: Failure = { code: 'HOLDER_GONE', details: {} };
