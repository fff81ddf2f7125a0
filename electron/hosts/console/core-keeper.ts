import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { LockNote } from '../../../shared/contract/session.ts';
import type { DoorNote } from '../../core/core.ts';
import type { Logger } from '../../core/ports.ts';
import type { CloseCause } from '../../../shared/wire/console.ts';
import type { Handshake } from '../transport/http/tab-server.ts';
import { endRenewal, noteRenewal } from '../transport/socket/renewal.ts';
import type { SocketPlace } from '../transport/socket/place.ts';
import type { ConsoleLink, TabsPlace } from './console.ts';
import type { CoreSettings, FromCore, ToCore } from './core-messages.ts';
import { ForkedCore } from './forked-core.ts';

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
  /** It ended, and every window's line with it: it may not have said so. */
  ended(): void;
  link(): ConsoleLink;
  /** It cannot be kept running. */
  gaveUp(): void;
  /** Starts the core's program; tests start another. */
  readonly fork?: () => ChildProcess;
}

/**
 * Keeps a core process running. After a lock, and when it ends by itself, another takes its place
 * with an empty memory; windows connect again by themselves and find it locked.
 */
export class CoreKeeper implements TabsPlace {
  readonly #parts: KeeperParts;
  #now: ForkedCore | null = null;
  /** Kept by the core that takes calls: by the next one where one died before it did. */
  #ready = Promise.withResolvers<void>();
  #isReady = false;
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

  accept(handshake: () => Handshake | null, socket: Socket): void {
    this.#ready.promise.then(
      () => {
        const now = handshake();
        if (socket.destroyed || now === null) socket.destroy();
        else this.#now?.handOver(now, socket);
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
    // Windows that wait for the next one wait for nobody.
    this.#ready.reject(new OperationError('INTERNAL', {}));
    if (this.#now) await this.#endOf(this.#now);
  }

  async #endOf(core: ForkedCore): Promise<void> {
    const timer = setTimeout(() => core.kill(), stopPatience);
    core.send({ stop: true });
    await core.ended;
    clearTimeout(timer);
  }

  #fork(): ForkedCore {
    return new ForkedCore(this.#parts.fork?.());
  }

  #begin(next: ForkedCore, formerEnd: string | null): void {
    this.#now = next;
    this.#toldNote = 0;
    next.onMessage((message) => {
      // What one says that ended meanwhile is no word of the one that runs.
      if (next === this.#now) this.#take(message);
    });
    void this.#watch(next);
    this.#send({ start: { ...this.#parts.settings, formerEnd, formerLock: this.#lock } });
  }

  #send(message: ToCore): void {
    this.#now?.send(message);
  }

  /** Whoever waits already waits on: for the core that comes. */
  #waitForNext(): void {
    if (!this.#isReady) return;
    this.#isReady = false;
    this.#ready = Promise.withResolvers<void>();
    this.#ready.promise.catch(() => undefined);
  }

  #take(message: FromCore): void {
    if ('ready' in message) {
      this.#ran = true;
      this.#lock = null;
      endRenewal(this.#parts.place, this.#parts.log);
      this.#isReady = true;
      this.#ready.resolve();
    } else if ('failed' in message) {
      // What keeps the first one from starting is told; a later one counts as one that ended.
      this.#stopping ||= !this.#ran;
      if (!this.#ran) this.#ready.reject(OperationError.from(message.failed));
      this.#now?.kill();
    } else if ('written' in message) this.#notes.delete(message.written);
    else if ('taken' in message) this.#now?.letGo(message.taken);
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
    this.#waitForNext();
    noteRenewal(this.#parts.place, this.#parts.log);
    const next = this.#fork();
    await this.#endOf(former);
    this.#replacing = false;
    if (this.#stopping) next.kill();
    else this.#begin(next, null);
  }

  async #watch(which: ForkedCore): Promise<void> {
    const how = await which.ended;
    if (which !== this.#now) return;
    this.#open = false;
    this.#parts.ended();
    if (this.#replacing || this.#stopping) return;
    this.#parts.log.log('error', 'console.core-ended', { how });
    const now = performance.now();
    this.#ends = [...this.#ends.filter((at) => now - at < endsCountFor), now];
    this.#waitForNext();
    if (this.#ends.length < mostEnds) {
      this.#begin(this.#fork(), how);
    } else {
      this.#ready.reject(new OperationError('INTERNAL', {}));
      this.#parts.gaveUp();
    }
  }
}
