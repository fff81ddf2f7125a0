import type { Socket } from 'node:net';
import type { Change } from '../../../../shared/contract/session.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Caller, Core, Reply } from '../../../core/core.ts';
import type { Logger } from '../../../core/ports.ts';
import { CallsUnderWay } from '../calls-under-way.ts';
import { FrameError, isRecord } from './frames.ts';
import { answerHolds, challenge, newNonce, readGreeting } from './handshake.ts';
import { type SocketDeadlines, Wire } from './wire.ts';

const mostCallsAtOnce = 16;

export interface ConnectionOptions {
  readonly core: Core;
  readonly token: Uint8Array;
  readonly caller: Omit<Caller, 'trusted' | 'channel'>;
  readonly log: Logger;
  readonly deadlines: SocketDeadlines;
  readonly onEnd: () => void;
}

type Phase =
  | { readonly name: 'greeting' }
  | { readonly name: 'proof'; readonly caller: Uint8Array; readonly listener: Uint8Array }
  | { readonly name: 'proved' };

/** The listening end of one connection: handshake first, then calls, each answered by its number. */
export class Connection {
  readonly #wire: Wire;
  readonly #options: ConnectionOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #underWay = new CallsUnderWay();
  readonly #handshakeTimer: NodeJS.Timeout;
  #phase: Phase = { name: 'greeting' };
  #unsubscribe: (() => void) | null = null;
  #ended = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#options = options;
    this.#wire = new Wire(socket, options.deadlines);
    this.#handshakeTimer = setTimeout(
      () => this.#wire.fail(new FrameError('handshake took too long')),
      options.deadlines.handshakeMs,
    ).unref();
    this.#wire.onMessage((message) => this.#take(message));
    this.#wire.onEnd((reason) => this.#end(reason));
  }

  /** Lets running calls answer for a moment, then ends. */
  async end(): Promise<void> {
    const calls = Promise.allSettled(this.#running);
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise((resolve) => {
      timer = setTimeout(resolve, this.#options.deadlines.lastWordsMs);
    });
    await Promise.race([calls, enough]);
    clearTimeout(timer);
    this.#wire.end();
  }

  #take(message: unknown): void {
    switch (this.#phase.name) {
      case 'greeting': {
        const nonces = { caller: readGreeting(message), listener: newNonce() };
        this.#wire.send(challenge(this.#options.token, nonces), 'may-hold-bytes');
        this.#phase = { name: 'proof', ...nonces };
        return;
      }
      case 'proof': {
        if (!answerHolds(message, this.#options.token, this.#phase)) {
          this.#refuse();
          return;
        }
        clearTimeout(this.#handshakeTimer);
        this.#phase = { name: 'proved' };
        this.#wire.send({ ready: true }, 'no-bytes');
        return;
      }
      case 'proved':
        this.#serve(message);
        return;
    }
  }

  /** The core refuses and audits callers that the host could not authenticate. */
  #refuse(): void {
    const { core, caller } = this.#options;
    void core.call('session.snapshot', {}, { ...caller, trusted: false, channel: 'socket' });
    this.#wire.fail(new FrameError('the caller could not prove that it knows the token'));
  }

  #serve(message: unknown): void {
    if (!isRecord(message)) throw new FrameError('message');
    if (message['subscribe'] === true) {
      this.#unsubscribe ??= this.#options.core.onChange((change) => this.#push(change));
      return;
    }
    const { id, call, input } = message;
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || typeof call !== 'string') {
      throw new FrameError('call');
    }
    if (this.#running.size >= mostCallsAtOnce) throw new FrameError('too many calls at once');
    const run = this.#underWay
      .run(id, (givenUp) => this.#run(id, call, { input, givenUp }))
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #run(
    id: number,
    call: string,
    { input, givenUp }: { readonly input: unknown; readonly givenUp: AbortSignal },
  ): Promise<void> {
    const { core, caller, log } = this.#options;
    const from: Caller = { ...caller, trusted: true, channel: 'socket' };
    let reply: Reply;
    try {
      reply = await core.call(call, input, from, givenUp);
    } catch (error) {
      // A core never throws; if one does, its caller still gets an answer, without the text.
      log.log('error', 'socket.core-threw', {
        call,
        name: error instanceof Error ? error.name : '',
      });
      reply = { ok: false, failure: new OperationError('INTERNAL', {}).toFailure() };
    }
    this.#answer(id, reply);
  }

  #answer(id: number, reply: Reply): void {
    try {
      this.#wire.send({ id, reply }, 'no-bytes');
    } catch (error) {
      const failure =
        error instanceof OperationError
          ? error.toFailure()
          : new OperationError('INTERNAL', {}).toFailure();
      this.#options.log.log('error', 'socket.answer-not-sendable', { code: failure.code });
      this.#wire.send({ id, reply: { ok: false, failure } }, 'no-bytes');
    }
  }

  #push(change: Change): void {
    this.#wire.send({ change }, 'no-bytes');
  }

  #end(reason: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#handshakeTimer);
    this.#unsubscribe?.();
    this.#underWay.giveUpAll();
    if (reason instanceof FrameError) {
      this.#options.log.log('warn', 'socket.closed', { reason: reason.message });
    }
    this.#options.onEnd();
  }
}
