import type { BridgeAnswer, CoreState } from '../../../shared/host/desktop-bridge.ts';
import type { Change, LockNote } from '../../../shared/contract/session.ts';
import type { LockReason } from '../../../shared/contract/keystore.ts';
import type { Caller } from '../../core/core.ts';
import type { ChildExit, Logger } from '../../core/ports.ts';
import { CoreGone, CoreLine } from '../core-process/core-line.ts';
import type { CoreSettings } from '../core-process/messages.ts';
import type { ChildProcesses } from './child-processes.ts';
import { OwnedChildren } from './owned-children.ts';

/** A core that ended unasked this often within this time (ms) is not started again by itself. */
const mostEnds = 3;
const endsWithin = 60_000;
/** How long a core may take to lock and end before it is killed (ms): running steps finish. */
const stopPatience = 60_000;
/** How long a lock may take that cannot wait, for the computer is going to sleep (ms). */
const lockPatience = 5_000;

export interface OwnerOptions {
  readonly children: ChildProcesses;
  readonly settings: Omit<CoreSettings, 'formerEnd'>;
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onChange: (change: Change) => void;
  readonly onState: (state: CoreState) => void;
  /** A keystore that was open is locked, and the core process that held it is being replaced. */
  readonly onEmptied: () => void;
}

/**
 * Owns the core process of the desktop. A core that ends is a locked core: another takes its place,
 * locked, and no one logs in by itself. A core whose secrets are of no use any more is ended too,
 * for nothing else empties its memory.
 */
export class CoreOwner {
  readonly #options: OwnerOptions;
  readonly #unaskedEnds: number[] = [];
  #line: CoreLine | null = null;
  #state: CoreState = 'ended';
  #renewing: Promise<void> | null = null;
  #ending = false;
  #formerEnd: string | null = null;
  #formerLock: LockNote | null = null;

  constructor(options: OwnerOptions) {
    this.#options = options;
  }

  get state(): CoreState {
    return this.#state;
  }

  /** Starts a core where none is. Also the way back after it ended too often. */
  start(): void {
    if (this.#line || this.#ending || this.#renewing) return;
    this.#unaskedEnds.length = 0;
    this.#begin();
  }

  /** Calls that come while a core is starting wait for it. */
  async call(
    name: string,
    input: unknown,
    caller: Caller,
    givenUp?: AbortSignal,
  ): Promise<BridgeAnswer> {
    try {
      await this.#renewing;
      const line = this.#line;
      if (!line) return { lost: true };
      await line.ready;
      return await line.call(name, input, caller, givenUp);
    } catch (error) {
      if (error instanceof CoreGone) return { lost: true };
      throw error;
    }
  }

  /** Locks now. A core that does not manage it in a moment is ended, which locks as well. */
  async lock(caller: Caller, why: LockReason): Promise<void> {
    const line = this.#line;
    if (!line || this.#state !== 'open') return;
    const timer = setTimeout(() => {
      this.#options.log.log('error', 'core-did-not-lock');
      line.kill();
    }, lockPatience);
    try {
      await line.call('keystore.lock', { why }, caller);
    } catch (error) {
      if (!(error instanceof CoreGone)) throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets running steps finish, locks, and ends the core for good. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#renewing;
    await this.#line?.stop(stopPatience);
  }

  #begin(): void {
    const { children, settings } = this.#options;
    const channel = children.startCore();
    const owned = new OwnedChildren(children, channel);
    const line: CoreLine = new CoreLine(
      channel,
      { ...settings, formerEnd: this.#formerEnd, formerLock: this.#formerLock },
      {
        change: (change) => this.#options.onChange(change),
        soiled: (wasOpen, lock) => {
          this.#formerLock = lock;
          this.#renew(line, wasOpen);
        },
        exit: (exit) => this.#exited(line, exit, owned),
        wants: (asked) => owned.serve(asked, (launch, how) => line.tellExited(launch, how)),
      },
    );
    this.#formerEnd = null;
    this.#formerLock = null;
    this.#line = line;
    this.#show('starting');
    void line.ready.then(
      () => this.#line === line && this.#show('open'),
      () => undefined,
    );
  }

  #renew(line: CoreLine, wasOpen: boolean): void {
    if (this.#renewing || this.#ending || this.#line !== line) return;
    if (wasOpen) this.#options.onEmptied();
    const renewed = Promise.withResolvers<void>();
    this.#renewing = renewed.promise;
    void line.stop(stopPatience).finally(() => {
      this.#renewing = null;
      if (!this.#ending) this.#begin();
      renewed.resolve();
    });
  }

  #exited(line: CoreLine, exit: ChildExit, owned: OwnedChildren): void {
    owned.end();
    if (this.#line !== line) return;
    this.#line = null;
    if (this.#renewing || this.#ending) return;
    const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
    this.#formerEnd = how;
    this.#options.log.log('error', 'core-ended', { how });
    const time = this.#options.now();
    this.#unaskedEnds.push(time);
    const lately = this.#unaskedEnds.filter((at) => time - at < endsWithin).length;
    if (lately >= mostEnds) this.#show('ended');
    else this.#begin();
  }

  #show(state: CoreState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
