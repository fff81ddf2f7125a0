import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { childEnvironment, childFlags } from '../../core/kernel/node-launcher.ts';
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
/** How long running steps and the closing of the keystore may take at the end (ms). */
const stopPatience = 60_000;

export interface KeeperParts {
  readonly settings: Omit<CoreSettings, 'formerEnd'>;
  readonly place: SocketPlace;
  readonly log: Logger;
  /** What the core says of windows and of the keystore. */
  heard(message: FromCore): void;
  link(): ConsoleLink;
  /** It cannot be kept running. */
  gaveUp(): void;
}

/**
 * Keeps a core process running. After a lock, and when it ends by itself, another takes its place
 * with an empty memory; windows connect again by themselves and find it locked.
 */
export class CoreKeeper implements TabsPlace {
  readonly #parts: KeeperParts;
  #child: ChildProcess | null = null;
  #ready = Promise.withResolvers<void>();
  #ends: number[] = [];
  #replacing = false;
  #stopping = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#ready.promise.catch(() => undefined);
  }

  /** @throws OperationError what keeps the core from starting */
  async start(): Promise<void> {
    this.#begin(forkCore(), null);
    await this.#ready.promise;
  }

  accept(handshake: Handshake, socket: Socket): void {
    this.#ready.promise.then(
      () => {
        if (socket.destroyed || !this.#child?.connected) socket.destroy();
        else this.#child.send({ handshake } satisfies ToCore, socket, {}, () => undefined);
      },
      () => socket.destroy(),
    );
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
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await this.#endOf(child);
  }

  #endOf(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), stopPatience);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      child.send({ stop: true } satisfies ToCore, () => undefined);
    });
  }

  #begin(child: ChildProcess, formerEnd: string | null): void {
    this.#child = child;
    child.on('message', (message) => this.#take(message as FromCore));
    child.once('exit', (code, signal) => this.#ended(child, signal ?? String(code)));
    this.#send({ start: { ...this.#parts.settings, formerEnd } });
  }

  #send(message: ToCore): void {
    // A broken line is followed by the exit, which is what is acted on.
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  #take(message: FromCore): void {
    if ('ready' in message) {
      endRenewal(this.#parts.place);
      this.#ready.resolve();
    } else if ('failed' in message) {
      this.#stopping = true;
      this.#ready.reject(new OperationError(message.failed, {}));
      this.#child?.kill('SIGKILL');
    } else if ('taken' in message) this.#send({ go: message.taken });
    else if ('soiled' in message) void this.#replace();
    else if ('linkWanted' in message) {
      this.#send({ link: this.#parts.link(), number: message.linkWanted });
    } else this.#parts.heard(message);
  }

  /** The next one loads while this one ends, so that windows hardly notice. */
  async #replace(): Promise<void> {
    const child = this.#child;
    if (!child || this.#replacing || this.#stopping) return;
    this.#replacing = true;
    this.#ready = Promise.withResolvers<void>();
    this.#ready.promise.catch(() => undefined);
    noteRenewal(this.#parts.place);
    const next = forkCore();
    await this.#endOf(child);
    this.#replacing = false;
    if (this.#stopping) next.kill('SIGKILL');
    else this.#begin(next, null);
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    this.#parts.heard({ keystoreOpen: false });
    if (this.#replacing || this.#stopping) return;
    this.#parts.log.log('error', 'console.core-ended', { how });
    const now = performance.now();
    this.#ends = [...this.#ends.filter((at) => now - at < endsCountFor), now];
    this.#ready = Promise.withResolvers<void>();
    this.#ready.promise.catch(() => undefined);
    if (this.#ends.length < mostEnds) this.#begin(forkCore(), how);
    else {
      this.#ready.reject(new OperationError('INTERNAL', {}));
      this.#parts.gaveUp();
    }
  }
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
