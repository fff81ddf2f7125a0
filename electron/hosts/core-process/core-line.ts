import type { Change, LockNote } from '../../../shared/contract/session.ts';
import type { Caller, Reply } from '../../core/core.ts';
import type { ChildChannel, ChildExit } from '../../core/ports.ts';
import type { CoreSettings, FromCore, ToCore } from './messages.ts';

/** The core process ended before it answered: what was asked for may or may not have happened. */
export class CoreGone extends Error {
  constructor() {
    super('The core ended before it answered.');
    this.name = 'CoreGone';
  }
}

export interface CoreEvents {
  change(change: Change): void;
  /** This core's memory should be emptied, by ending it and starting another. */
  soiled(wasOpen: boolean, lock: LockNote | null): void;
  /** Called once, after every call in flight was given up. */
  exit(exit: ChildExit): void;
  /** A process that the core asks for; a host whose core launches for itself never hears it. */
  wants?(message: Extract<FromCore, { launch: number } | { kill: number }>): void;
}

/** The host's end of a core process: calls by number, changes, its end. Has no timeouts. */
export class CoreLine {
  readonly #channel: ChildChannel;
  readonly #events: CoreEvents;
  readonly #pending = new Map<number, PromiseWithResolvers<Reply>>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<ChildExit>();
  #number = 0;
  #ended = false;

  constructor(channel: ChildChannel, settings: CoreSettings, events: CoreEvents) {
    this.#channel = channel;
    this.#events = events;
    // Whoever does not wait for it must not be told of a rejection that nobody handles.
    this.#ready.promise.catch(() => undefined);
    channel.onMessage((message) => this.#take(message as FromCore));
    channel.onExit((exit) => this.#exit(exit));
    this.#send({ start: settings });
  }

  get pid(): number {
    return this.#channel.pid;
  }

  /** Resolves when calls are taken. @throws CoreGone */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get exited(): Promise<ChildExit> {
    return this.#exited.promise;
  }

  /** Byte arrays of the input were copied when this returns: the caller may wipe its own. @throws CoreGone */
  async call(name: string, input: unknown, caller: Caller, givenUp?: AbortSignal): Promise<Reply> {
    if (this.#ended) throw new CoreGone();
    const id = ++this.#number;
    const answer = Promise.withResolvers<Reply>();
    this.#pending.set(id, answer);
    this.#send({ id, call: name, input, caller });
    const giveUp = (): void => this.#send({ giveUp: id });
    if (givenUp?.aborted) giveUp();
    else givenUp?.addEventListener('abort', giveUp, { once: true });
    try {
      return await answer.promise;
    } finally {
      givenUp?.removeEventListener('abort', giveUp);
    }
  }

  /** Locks, lets running steps finish and ends the process; `patience` (ms) later it is killed. */
  async stop(patience: number): Promise<ChildExit> {
    this.#send({ stop: true });
    const timer = setTimeout(() => this.kill(), patience);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A process that this core asked for has ended. */
  tellExited(launch: number, exit: ChildExit): void {
    this.#send({ exited: launch, exit });
  }

  kill(): void {
    this.#channel.kill('SIGKILL');
  }

  #send(message: ToCore): void {
    if (!this.#ended) this.#channel.send(message);
  }

  #take(message: FromCore): void {
    if (this.#ended) return;
    if ('id' in message) {
      this.#pending.get(message.id)?.resolve(message.reply);
      this.#pending.delete(message.id);
    } else if ('change' in message) this.#events.change(message.change);
    else if ('ready' in message) this.#ready.resolve();
    else if ('soiled' in message) this.#events.soiled(message.wasOpen, message.lock);
    else if ('stopped' in message) this.#send({ end: true });
    else this.#events.wants?.(message);
  }

  #exit(exit: ChildExit): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ready.reject(new CoreGone());
    for (const { reject } of this.#pending.values()) reject(new CoreGone());
    this.#pending.clear();
    this.#exited.resolve(exit);
    this.#events.exit(exit);
  }
}
