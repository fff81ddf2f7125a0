import { createHash, timingSafeEqual } from 'node:crypto';
import type { Change } from '../../../../shared/contract/session.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { consoleProtocol, mostCallsAtOnce } from '../../../../shared/wire/console.ts';
import { FrameError, isRecord } from '../../../../shared/wire/message.ts';
import type { Caller, Core, Reply } from '../../../core/core.ts';
import type { Logger } from '../../../core/ports.ts';
import { CallsUnderWay } from '../calls-under-way.ts';
import type { TabLine } from './tab-line.ts';

/** What a line may do, as the host granted it before the line was opened. */
export interface TabTicket {
  readonly tab: string;
  readonly session: string;
  /** SHA-256 (hex) of the second factor that the window must know. */
  readonly factorHash: string;
  /** Waits until it may take over: no call is served. */
  readonly waiting: boolean;
}

/** What a window answers when its host asked something. */
export type HostAnswer =
  | { readonly takeover: 'allow' | 'refuse' }
  | { readonly takeoverBy: Uint8Array };

export interface TabEvents {
  opened(ticket: TabTicket): void;
  closed(ticket: TabTicket): void;
  answered(ticket: TabTicket, answer: HostAnswer): void;
}

export interface TabOptions {
  readonly core: Core;
  readonly caller: Omit<Caller, 'trusted' | 'channel'>;
  readonly log: Logger;
  readonly events: TabEvents;
  /** From connecting to a proved window (ms). */
  readonly helloMs: number;
}

/** One window: it proves its second factor first, then calls are answered and changes follow. */
export class Tab {
  readonly ticket: TabTicket;
  readonly line: TabLine;
  readonly #options: TabOptions;
  readonly #helloTimer: NodeJS.Timeout;
  #phase: 'hello' | 'waiting' | 'open' | 'ended' = 'hello';
  readonly #underWay = new CallsUnderWay();
  #unsubscribe: (() => void) | null = null;

  constructor(line: TabLine, ticket: TabTicket, options: TabOptions) {
    this.line = line;
    this.ticket = ticket;
    this.#options = options;
    this.#helloTimer = setTimeout(
      () => line.fail('nonsense', 'hello took too long'),
      options.helloMs,
    ).unref();
    line.onMessage((message) => this.#take(message));
    line.onEnd((reason) => this.#end(reason));
  }

  get proved(): boolean {
    return this.#phase === 'waiting' || this.#phase === 'open';
  }

  #take(message: unknown): void {
    if (!isRecord(message)) throw new FrameError('message');
    if (this.#phase === 'hello') {
      this.#greet(message);
      return;
    }
    if ('answer' in message) {
      this.#options.events.answered(this.ticket, readAnswer(message['answer']));
      return;
    }
    if (this.#phase !== 'open') throw new FrameError('a call while waiting');
    if ('giveUp' in message) this.#underWay.giveUp(readNumber(message['giveUp']));
    else this.#serve(message);
  }

  #greet(message: Record<string, unknown>): void {
    const { protocol, factor } = message;
    if (!(factor instanceof Uint8Array) || !this.#proves(factor)) {
      this.#refuse();
      return;
    }
    factor.fill(0);
    clearTimeout(this.#helloTimer);
    if (protocol !== consoleProtocol) {
      this.line.end('ended');
      return;
    }
    const { core, events } = this.#options;
    this.#phase = this.ticket.waiting ? 'waiting' : 'open';
    // Subscribed before it is told so: no change falls between.
    if (this.#phase === 'open') this.#unsubscribe = core.onChange((change) => this.#push(change));
    this.line.send({ ready: this.#phase });
    events.opened(this.ticket);
  }

  #proves(factor: Uint8Array): boolean {
    const hash = createHash('sha256').update(factor).digest();
    return timingSafeEqual(hash, Buffer.from(this.ticket.factorHash, 'hex'));
  }

  /** The core refuses and audits callers that the host could not authenticate. */
  #refuse(): void {
    const { core, caller } = this.#options;
    void core.call('session.snapshot', {}, { ...caller, trusted: false, channel: 'console' });
    this.line.fail('no-session', 'the window does not know the second factor');
  }

  #serve(message: Record<string, unknown>): void {
    const { call, input } = message;
    const id = readNumber(message['id']);
    if (typeof call !== 'string') throw new FrameError('call');
    if (this.#underWay.count >= mostCallsAtOnce) throw new FrameError('too many calls at once');
    void this.#underWay.run(id, (givenUp) => this.#run(id, call, { input, givenUp }));
  }

  async #run(
    id: number,
    call: string,
    { input, givenUp }: { readonly input: unknown; readonly givenUp: AbortSignal },
  ): Promise<void> {
    const { core, caller, log } = this.#options;
    let reply: Reply;
    try {
      const from: Caller = { ...caller, trusted: true, channel: 'console' };
      reply = await core.call(call, input, from, givenUp);
    } catch (error) {
      // A core never throws; if one does, its caller still gets an answer, without the text.
      log.log('error', 'console.core-threw', { call, name: nameOf(error) });
      reply = { ok: false, failure: new OperationError('INTERNAL', {}).toFailure() };
    }
    this.#answer(id, reply);
  }

  #answer(id: number, reply: Reply): void {
    try {
      this.line.send({ id, reply });
    } catch (error) {
      const known = error instanceof OperationError ? error : new OperationError('INTERNAL', {});
      this.#options.log.log('error', 'console.answer-not-sendable', { code: known.code });
      this.line.send({ id, reply: { ok: false, failure: known.toFailure() } });
    }
  }

  #push(change: Change): void {
    this.line.send({ change });
  }

  #end(reason: string | null): void {
    if (this.#phase === 'ended') return;
    const { proved } = this;
    this.#phase = 'ended';
    clearTimeout(this.#helloTimer);
    this.#unsubscribe?.();
    this.#underWay.giveUpAll();
    if (reason !== null) this.#options.log.log('info', 'console.line-ended', { reason });
    if (proved) this.#options.events.closed(this.ticket);
  }
}

function readNumber(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new FrameError('call');
  return value;
}

function readAnswer(value: unknown): HostAnswer {
  if (!isRecord(value)) throw new FrameError('answer');
  const { takeover, takeoverBy } = value;
  if (takeover === 'allow' || takeover === 'refuse') return { takeover };
  if (takeoverBy instanceof Uint8Array && takeoverBy.length > 0 && takeoverBy.length <= 1024) {
    return { takeoverBy };
  }
  throw new FrameError('answer');
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');
