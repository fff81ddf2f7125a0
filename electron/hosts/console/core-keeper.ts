import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { LockNote } from '../../../shared/contract/session.ts';
import { childEnvironment, childFlags } from '../../core/kernel/node-launcher.ts';
import type { DoorNote } from '../../core/core.ts';
import type { Logger } from '../../core/ports.ts';
import type { CloseCause } from '../../../shared/wire/console.ts';
import type { Handshake } from '../transport/http/tab-server.ts';
import { endRenewal, noteRenewal } from '../transport/socket/renewal.ts';
import type { SocketPlace } from '../transport/socket/place.ts';
import type { ConsoleLink, TabsPlace } from './console.ts';
import type { CoreSettings, FromCore, ToCore } from './core-messages.ts';

const entry = fileURLToPath(new URL('./core-main.ts', import.meta.url));

/** A core that ends by itself so often within a minute is not started again. */
const mostEnds = 5;
const endsCountFor = 60_000;
/** Comings and goings that are held until a keystore is open; the oldest give way. */
const mostNotes = 100;
/** How long running steps and the closing of the keystore may take at the end (ms). */
const stopPatience = 60_000;

export interface KeeperParts {
  readonly settings: Omit<CoreSettings, 'formerEnd' | 'formerLock'>;
  readonly place: SocketPlace;
  readonly log: Logger;
  /** What the core says of windows and of the keystore. */
  heard(message: FromCore): void;
  link(): ConsoleLink;
  /** It cannot be kept running. */
  gaveUp(): void;
  /** Starts the core's program; tests start another. */
  readonly fork?: () => ChildProcess;
}

/** A core process, listened to from its first moment: it may end before it is needed. */
interface Forked {
  readonly child: ChildProcess;
  /** How it ended. */
  readonly ended: Promise<string>;
  /** Windows' connections on their way to it, until it has them. */
  readonly onTheWay: Map<string, Socket>;
}

/**
 * Keeps a core process running. After a lock, and when it ends by itself, another takes its place
 * with an empty memory; windows connect again by themselves and find it locked.
 */
export class CoreKeeper implements TabsPlace {
  readonly #parts: KeeperParts;
  #now: Forked | null = null;
  #ready = Promise.withResolvers<void>();
  #ends: number[] = [];
  #replacing = false;
  /** A core took calls once. */
  #ran = false;
  #open = false;
  /** Comings and goings by number, until a core has written them down. */
  readonly #notes = new Map<number, DoorNote>();
  #lastNote = 0;
  /** Up to this one the core that runs now was told them. */
  #toldNote = 0;
  /** Why it is locked, until a core has taken that over. */
  #lock: LockNote | null = null;
  #stopping = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#ready.promise.catch(() => undefined);
  }

  /** @throws OperationError what keeps the core from starting */
  async start(): Promise<void> {
    this.#begin(this.#fork(), null);
    await this.#ready.promise;
  }

  accept(handshake: Handshake, socket: Socket): void {
    this.#ready.promise.then(
      () => {
        if (socket.destroyed || !this.#now?.child.connected) socket.destroy();
        else handOver(handshake, socket, this.#now);
      },
      () => socket.destroy(),
    );
  }

  /**
   * A core that has no keystore open could not write it, and one that is locking may end before it
   * does: it waits here until it is written. A core that is killed in between may leave it twice.
   */
  note(note: DoorNote): void {
    this.#lastNote += 1;
    this.#notes.set(this.#lastNote, note);
    this.#notes.delete(this.#lastNote - mostNotes);
    if (this.#open) this.#tellNotes();
  }

  tell(session: string, message: unknown): void {
    this.#send({ tell: session, message });
  }

  end(session: string | null, cause: CloseCause): void {
    this.#send({ end: session, cause });
  }

  /** Locks, lets running steps finish and ends the process. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#now) await this.#endOf(this.#now);
  }

  async #endOf({ child, ended }: Forked): Promise<void> {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopPatience);
    if (child.connected) child.send({ stop: true } satisfies ToCore, () => undefined);
    await ended;
    clearTimeout(timer);
  }

  #fork(): Forked {
    const child = (this.#parts.fork ?? forkCore)();
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? String(code)));
      // A process that could not be made has no exit; of another one the exit says enough.
      child.on('error', () => child.pid === undefined && resolve('not started'));
    });
    return { child, ended, onTheWay: new Map() };
  }

  #begin(next: Forked, formerEnd: string | null): void {
    this.#now = next;
    this.#toldNote = 0;
    next.child.on('message', (message) => this.#take(message as FromCore));
    void this.#watch(next);
    this.#send({ start: { ...this.#parts.settings, formerEnd, formerLock: this.#lock } });
  }

  #send(message: ToCore): void {
    // A broken line is followed by the exit, which is what is acted on.
    const child = this.#now?.child;
    if (child?.connected) child.send(message, () => undefined);
  }

  #take(message: FromCore): void {
    if ('ready' in message) {
      this.#ran = true;
      this.#lock = null;
      endRenewal(this.#parts.place);
      this.#ready.resolve();
    } else if ('failed' in message) {
      // What keeps the first one from starting is told; a later one counts as one that ended.
      this.#stopping ||= !this.#ran;
      if (!this.#ran) this.#ready.reject(OperationError.from(message.failed));
      this.#now?.child.kill('SIGKILL');
    } else if ('written' in message) this.#notes.delete(message.written);
    else if ('taken' in message) this.#letGo(message.taken);
    else if ('soiled' in message) {
      this.#lock = message.lock;
      void this.#replace();
    } else if ('linkWanted' in message) {
      this.#send({ link: this.#parts.link(), number: message.linkWanted });
    } else {
      if ('keystoreOpen' in message) this.#heardOpen(message.keystoreOpen);
      this.#parts.heard(message);
    }
  }

  /** It has that connection: we stop reading from it, and only then may it speak. */
  #letGo(tab: string): void {
    this.#now?.onTheWay.get(tab)?.destroy();
    this.#now?.onTheWay.delete(tab);
    this.#send({ go: tab });
  }

  #heardOpen(open: boolean): void {
    this.#open = open;
    if (open) this.#tellNotes();
  }

  #tellNotes(): void {
    for (const [number, note] of this.#notes)
      if (number > this.#toldNote) this.#send({ note, number });
    this.#toldNote = this.#lastNote;
  }

  /** The next one loads while this one ends, so that windows hardly notice. */
  async #replace(): Promise<void> {
    const former = this.#now;
    if (!former || this.#replacing || this.#stopping) return;
    this.#replacing = true;
    this.#ready = Promise.withResolvers<void>();
    this.#ready.promise.catch(() => undefined);
    noteRenewal(this.#parts.place);
    const next = this.#fork();
    await this.#endOf(former);
    this.#replacing = false;
    if (this.#stopping) next.child.kill('SIGKILL');
    else this.#begin(next, null);
  }

  async #watch(which: Forked): Promise<void> {
    const how = await which.ended;
    for (const socket of which.onTheWay.values()) socket.destroy();
    if (which !== this.#now) return;
    this.#open = false;
    this.#parts.heard({ keystoreOpen: false });
    if (this.#replacing || this.#stopping) return;
    this.#parts.log.log('error', 'console.core-ended', { how });
    const now = performance.now();
    this.#ends = [...this.#ends.filter((at) => now - at < endsCountFor), now];
    this.#ready = Promise.withResolvers<void>();
    this.#ready.promise.catch(() => undefined);
    if (this.#ends.length < mostEnds) {
      this.#begin(this.#fork(), how);
    } else {
      this.#ready.reject(new OperationError('INTERNAL', {}));
      this.#parts.gaveUp();
    }
  }
}

/**
 * Keeps our end until the process says that it has the connection. Node would close it for us, but
 * never does where that process dies on the way: the window would wait for minutes, for nobody.
 */
function handOver(handshake: Handshake, socket: Socket, { child, onTheWay }: Forked): void {
  const { tab } = handshake.ticket;
  onTheWay.set(tab, socket);
  socket.once('close', () => onTheWay.delete(tab));
  child.send({ handshake } satisfies ToCore, socket, { keepOpen: true }, () => undefined);
}

function forkCore(): ChildProcess {
  return fork(entry, [], {
    serialization: 'advanced',
    execArgv: [...childFlags],
    env: childEnvironment(),
    // A library may print: nothing of it belongs into the output of a command.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}
