import { AsyncLocalStorage } from 'node:async_hooks';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { ChildChannel, ChildExit, Clock, HostPorts } from '../../ports.ts';
import { type Call, deadlineOf, type Method } from './methods.ts';
import { packCalls, unpackReplies } from './packed.ts';
import { type Answer, answers, type Reply, replyFrame } from './protocol.ts';

export type ConnectionPorts = Pick<HostPorts, 'clock' | 'faults'>;

interface Pending {
  readonly method: Method;
  /** Milliseconds from when its turn comes. */
  readonly deadline: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: OperationError) => void;
  /**
   * Reaches a fault point on behalf of the caller: frames carry calls of several, and answers come
   * from no one's context, but the crash harness asks which job step is being worked for.
   */
  reach(moment: 'sent' | 'answered'): void;
}

/**
 * The life of one bridge process: calls out in frames, one frame per turn of the event loop,
 * answers back by sequence number, a deadline for the call that is being worked on. It ends once:
 * by an exit, a deadline, an answer that makes no sense, or `kill`; then every call in flight is
 * refused with HSM_UNAVAILABLE, for nobody knows whether it was carried out.
 */
export class BridgeConnection {
  readonly #ports: ConnectionPorts;
  /** By which the bridge must answer. */
  readonly #clock: Clock;
  readonly #channel: ChildChannel;
  readonly #pending = new Map<number, Pending>();
  readonly #onEnd: (why: OperationError) => void;
  #outgoing: Call[] = [];
  readonly #toWipe: Uint8Array[] = [];
  #seq = 0;
  /** The call that is being worked on, and by when it must be answered; monotonic milliseconds. */
  #first: Pending | null = null;
  #firstDue = 0;
  #watch: AbortController | null = null;
  #watchDue = 0;
  #ended: OperationError | null = null;

  /** `onEnd` is called once, before the calls in flight are refused. */
  constructor(ports: ConnectionPorts, channel: ChildChannel, onEnd: (why: OperationError) => void) {
    this.#ports = ports;
    this.#clock = ports.clock.ofDevices ?? ports.clock;
    this.#channel = channel;
    this.#onEnd = onEnd;
    channel.onMessage((message) => this.#receive(message));
    channel.onExit((exit) => this.#end(gone(exitName(exit), 'bridge process'), false));
  }

  get pid(): number {
    return this.#channel.pid;
  }

  /** Why it ended; null while it lives. */
  get ended(): OperationError | null {
    return this.#ended;
  }

  /**
   * Byte strings among `args` are sent as they are at the end of this turn; those in `wipe` are
   * zeroed right after.
   * @throws OperationError what the bridge answered, HSM_TIMEOUT, HSM_UNAVAILABLE
   */
  call<M extends Method>(
    method: M,
    args: readonly unknown[],
    wipe: readonly Uint8Array[] = [],
  ): Promise<Answer<M>> {
    if (this.#ended !== null) {
      for (const secret of wipe) secret.fill(0);
      return Promise.reject(this.#ended);
    }
    const seq = ++this.#seq;
    const reach = this.#ports.faults.silent === true ? notWatched : this.#reacher(method);
    const answer = new Promise<Answer<M>>((resolve, reject) => {
      this.#pending.set(seq, {
        method,
        deadline: deadlineOf({ method, args }),
        resolve: resolve as (value: unknown) => void,
        reject,
        reach,
      });
    });
    // not a tick: each request that the network brings in one turn ends a tick of its own
    if (this.#outgoing.length === 0) void this.#ports.clock.yield().then(() => this.#flush());
    this.#outgoing.push({ seq, method, args });
    this.#toWipe.push(...wipe);
    return answer;
  }

  #reacher(method: Method): Pending['reach'] {
    const asCaller = AsyncLocalStorage.snapshot();
    return (moment) => asCaller(() => this.#ports.faults.reach(`hsm:${method}:${moment}`));
  }

  /** Ends the process at once. */
  kill(why: OperationError): void {
    this.#end(why, true);
  }

  #flush(): void {
    const sent = this.#outgoing;
    this.#outgoing = [];
    if (this.#ended === null) {
      const packed = packCalls(sent);
      this.#channel.send(packed === null ? { calls: sent } : { calls: [], packed });
      packed?.fill(0);
    }
    for (const secret of this.#toWipe.splice(0)) secret.fill(0);
    if (this.#ended !== null) return;
    this.#watchFirst();
    for (const { seq } of sent) this.#pending.get(seq)?.reach('sent');
  }

  #receive(message: unknown): void {
    if (this.#ended !== null) return;
    const frame = replyFrame.safeParse(message);
    if (!frame.success) return this.#end(gone('malformed answer', 'bridge process'), true);
    const { replies, packed } = frame.data;
    if (packed !== undefined && !this.#settlePacked(packed)) return;
    for (const reply of replies) {
      if (!this.#settle(reply)) return;
    }
    this.#watchFirst();
  }

  #settlePacked(packed: Uint8Array): boolean {
    for (const { seq, value } of unpackReplies(packed) ?? [{ seq: 0, value: packed }]) {
      const pending = this.#pending.get(seq);
      if (pending?.method !== 'gcmEncrypt' && pending?.method !== 'gcmDecrypt') {
        this.#end(gone('malformed answer', 'bridge process'), true);
        return false;
      }
      this.#answered(seq, pending);
      // its own memory: whoever asked may keep it, or wipe it
      pending.resolve(Uint8Array.prototype.slice.call(value));
    }
    packed.fill(0);
    return true;
  }

  /** Hands one answer on; false when it made no sense and the connection has ended. */
  #settle(reply: Reply): boolean {
    const pending = this.#pending.get(reply.seq);
    if (pending === undefined) {
      this.#end(gone('answer to no question', 'bridge process'), true);
      return false;
    }
    if (!reply.ok) {
      this.#answered(reply.seq, pending);
      pending.reject(OperationError.from(tidy(reply.failure)));
      return true;
    }
    const value = answers[pending.method].safeParse(reply.value);
    if (!value.success) {
      this.#end(gone('malformed answer', pending.method), true);
      return false;
    }
    this.#answered(reply.seq, pending);
    pending.resolve(value.data);
    return true;
  }

  #answered(seq: number, pending: Pending): void {
    this.#pending.delete(seq);
    pending.reach('answered');
  }

  /**
   * The bridge works in order, so only the first call in the line can be late. One watch for many
   * calls: it wakes at the time of the first it was set for, and then looks which one is first.
   */
  #watchFirst(): void {
    const first = this.#pending.values().next().value ?? null;
    if (first === this.#first) return;
    this.#first = first;
    if (first === null) return;
    this.#firstDue = this.#clock.monotonic() + first.deadline;
    if (this.#watch === null || this.#watchDue > this.#firstDue) this.#setWatch();
  }

  #setWatch(): void {
    this.#watch?.abort(notLate);
    const watch = new AbortController();
    this.#watch = watch;
    this.#watchDue = this.#firstDue;
    const ms = Math.max(0, this.#firstDue - this.#clock.monotonic());
    this.#clock.sleep(ms, watch.signal).then(
      () => this.#look(watch),
      () => undefined, // another one was set, or the connection ended
    );
  }

  #look(watch: AbortController): void {
    if (this.#watch !== watch) return;
    this.#watch = null;
    const first = this.#first;
    if (first === null) return;
    if (this.#firstDue > this.#clock.monotonic()) this.#setWatch();
    else this.#late(first);
  }

  #late(call: Pending): void {
    const external = { name: `no answer in ${call.deadline / 1000} s`, at: call.method };
    call.reject(new OperationError('HSM_TIMEOUT', {}, { external }));
    this.#end(gone(external.name, call.method), true);
  }

  #end(why: OperationError, kill: boolean): void {
    if (this.#ended !== null) return;
    this.#ended = why;
    this.#watch?.abort(notLate);
    if (kill) this.#channel.kill('SIGKILL');
    this.#onEnd(why);
    for (const { method, reject } of this.#pending.values()) {
      const { name } = why.external ?? { name: why.code };
      reject(gone(name, method));
    }
    this.#pending.clear();
  }
}

const notWatched = (): void => undefined;

/** Ends the watch over a deadline. One for all: each new one would cost a stack trace. */
const notLate = new Error('answered in time');

/** The device cannot be asked now; `name` is what another system called it. */
export const gone = (name: string, at: string): OperationError =>
  new OperationError('HSM_UNAVAILABLE', {}, { external: { name, at } });

function exitName(exit: ChildExit): string {
  return exit.signal ?? `exit code ${exit.code ?? 'unknown'}`;
}

/** Optional members that are present but undefined are left out. */
function tidy(
  failure: Extract<Reply, { ok: false }>['failure'],
): Parameters<typeof OperationError.from>[0] {
  const { code, details, external } = failure;
  if (external === undefined) return { code, details };
  const { name, at, message } = external;
  return { code, details, external: message === undefined ? { name, at } : { name, at, message } };
}
