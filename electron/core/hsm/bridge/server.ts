import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { HsmDriver } from '../driver.ts';
import { type Call, type CallFrame, type Method, mayTakeLong } from './methods.ts';
import { type PackedReply, packReplies, unpackCalls } from './packed.ts';
import type { Reply, ReplyFrame } from './protocol.ts';

/** What the bridge process gives the server: a way back, time, and how to open a device. */
export interface BridgeHost {
  send(frame: ReplyFrame): void;
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs `work` on a later turn of the event loop. */
  later(work: () => void): void;
  /** Handles the calls that come before a driver is there. */
  readonly device: Device;
}

export interface Device {
  open(args: readonly unknown[]): Promise<{ driver: HsmDriver; value: unknown }>;
  tokens(args: readonly unknown[]): Promise<unknown>;
  initializeToken(args: readonly unknown[]): Promise<unknown>;
  end(): void;
}

/** Longest work between two frames of answers, in milliseconds, when the calls are short ones. */
const slice = 5;

/**
 * Answers calls one after the other, in order. Answers of one slice leave in one frame; a call that
 * may take long does not hold back the answers before it.
 */
export class BridgeServer {
  readonly #host: BridgeHost;
  readonly #waiting: Call[] = [];
  /** Sequence numbers of calls that came packed and wait. */
  readonly #packed = new Set<number>();
  #running = false;
  #driver: HsmDriver | null = null;

  constructor(host: BridgeHost) {
    this.#host = host;
  }

  receive(frame: CallFrame): void {
    this.#waiting.push(...frame.calls);
    if (frame.packed !== undefined) {
      for (const call of unpackCalls(frame.packed)) {
        this.#packed.add(call.seq);
        this.#waiting.push(call);
      }
    }
    if (this.#running) return;
    this.#running = true;
    void this.#runSlice();
  }

  async #runSlice(): Promise<void> {
    const replies: Reply[] = [];
    const begun = this.#host.now();
    while (this.#host.now() - begun < slice || replies.length === 0) {
      const call = this.#waiting[0];
      if (call === undefined) break;
      if (mayTakeLong(call) && replies.length > 0) break;
      this.#waiting.shift();
      replies.push(await this.#answer(call));
    }
    if (replies.length > 0) this.#send(replies);
    for (const reply of replies) wipeValue(reply);
    if (this.#waiting.length > 0) {
      this.#host.later(() => void this.#runSlice());
      return;
    }
    this.#running = false;
  }

  #send(replies: readonly Reply[]): void {
    const frame = this.#frame(replies);
    this.#host.send(frame);
    frame.packed?.fill(0);
  }

  #frame(replies: readonly Reply[]): ReplyFrame {
    if (this.#packed.size === 0) return { replies: [...replies] };
    const packed: PackedReply[] = [];
    const others: Reply[] = [];
    for (const reply of replies) {
      const wasPacked = this.#packed.delete(reply.seq);
      if (wasPacked && reply.ok) packed.push(reply as PackedReply);
      else others.push(reply);
    }
    return { replies: others, packed: packReplies(packed) };
  }

  async #answer(call: Call): Promise<Reply> {
    try {
      const value = await this.#run(call.method, call.args);
      return { seq: call.seq, ok: true, value };
    } catch (error) {
      return { seq: call.seq, ok: false, failure: operationError(error).toFailure() };
    } finally {
      wipe(call);
    }
  }

  async #run(method: Method, args: readonly unknown[]): Promise<unknown> {
    const { device } = this.#host;
    if (method === 'open') {
      const { driver, value } = await device.open(args);
      this.#driver = driver;
      return value;
    }
    if (method === 'tokens') return device.tokens(args);
    if (method === 'initializeToken') return device.initializeToken(args);
    if (method === 'end') {
      await this.#driver?.logout();
      return device.end();
    }
    if (this.#driver === null) throw new OperationError('HSM_NOT_ATTACHED');
    const run = this.#driver[method] as (...given: unknown[]) => Promise<unknown>;
    return run.apply(this.#driver, [...args]);
  }
}

/** Where a secret stands among the arguments. The client sends each in a buffer of its own. */
const secretArgument: Partial<Record<Method, number>> = {
  login: 0,
  sealWithSlotKey: 1,
  gcmEncrypt: 2,
};

/**
 * This process's copy of a PIN or of a value to be sealed ends with the call. Only those: other
 * buffers may be shared by the calls of one frame, for structured clone keeps identity.
 */
function wipe(call: Call): void {
  const at = secretArgument[call.method];
  const secret = at === undefined ? undefined : call.args[at];
  if (secret instanceof Uint8Array) secret.fill(0);
}

/** What a key opened is a secret: after it was sent, only whoever asked has it. */
function wipeValue(reply: Reply): void {
  if (reply.ok && reply.value instanceof Uint8Array) reply.value.fill(0);
}

/** An error that is none of ours is a fault of this program; its text may hold anything. */
function operationError(error: unknown): OperationError {
  if (error instanceof OperationError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new OperationError('INTERNAL', {}, { external: { name, at: 'HSM bridge' }, cause: error });
}
