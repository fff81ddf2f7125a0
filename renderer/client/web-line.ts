import type { Change } from '../../shared/contract/session.ts';
import {
  closeCodes,
  consolePaths,
  consoleProtocol,
  type EndReason,
  type HostWord,
  heartbeat,
  mostCallsAtOnce,
} from '../../shared/wire/console.ts';
import { isRecord, packMessage, type Utf8 } from '../../shared/wire/message.ts';
import { LinkLost, NotBegun, type Reply } from './link.ts';

/** Calls kept back while as many are under way as the host allows. */
const mostWaiting = 500;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const utf8: Utf8 = {
  encode: (text) => encoder.encode(text),
  decode: (bytes) => decoder.decode(bytes),
};

export interface LineEvents {
  ready(as: 'open' | 'waiting'): void;
  change(change: Change): void;
  host(message: HostWord): void;
  /** Called once. The code is the WebSocket's. */
  ended(code: number): void;
}

interface Waiting {
  readonly name: string;
  readonly input: unknown;
  readonly answer: PromiseWithResolvers<Reply>;
  readonly givenUp: AbortSignal | undefined;
}

interface UnderWay {
  readonly answer: PromiseWithResolvers<Reply>;
  readonly bringsSecrets: boolean;
}

/** One WebSocket to the host, from its hello to its end. */
export class WebLine {
  readonly #socket: WebSocket;
  readonly #events: LineEvents;
  readonly #underWay = new Map<number, UnderWay>();
  readonly #waiting: Waiting[] = [];
  #open = false;
  #ended = false;
  #next = 1;
  #silence: ReturnType<typeof setTimeout> | null = null;

  constructor(factor: string, events: LineEvents) {
    this.#events = events;
    this.#socket = new WebSocket(consolePaths.line);
    this.#heard();
    this.#socket.addEventListener('open', () => {
      this.#heard();
      this.#send({ protocol: consoleProtocol, factor: fromBase64Url(factor) });
    });
    this.#socket.addEventListener('message', ({ data }) => this.#take(data));
    this.#socket.addEventListener('close', ({ code }) => this.#end(code));
  }

  /** @throws LinkLost when no answer can come, NotBegun when it was never sent */
  call(name: string, input: unknown, givenUp?: AbortSignal): Promise<Reply> {
    const answer = Promise.withResolvers<Reply>();
    if (this.#ended || this.#waiting.length >= mostWaiting) answer.reject(new NotBegun());
    else {
      this.#waiting.push({ name, input, answer, givenUp });
      this.#sendWaiting();
    }
    return answer.promise;
  }

  answer(answer: unknown): void {
    if (!this.#ended && this.#takes) this.#send({ answer });
  }

  close(): void {
    this.#socket.close();
    this.#end(1000);
  }

  /** A connection that is closing takes nothing more, and its end is still to come. */
  get #takes(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  #sendWaiting(): void {
    while (this.#open && this.#takes && this.#underWay.size < mostCallsAtOnce) {
      const next = this.#waiting.shift();
      if (!next) return;
      if (next.givenUp?.aborted) {
        next.answer.reject(new NotBegun());
        continue;
      }
      const id = this.#next++;
      try {
        const bringsSecrets = this.#send({ id, call: next.name, input: next.input });
        this.#underWay.set(id, { answer: next.answer, bringsSecrets });
        next.givenUp?.addEventListener('abort', () => this.#giveUp(id), { once: true });
      } catch (error) {
        next.answer.reject(error);
      }
    }
  }

  /** It stays under way until the host has answered it: that is what the host counts. */
  #giveUp(id: number): void {
    if (!this.#ended && this.#takes && this.#underWay.has(id)) this.#send({ giveUp: id });
  }

  /** True when there were bytes in it. */
  #send(message: unknown): boolean {
    const { bytes, holdsBytes } = packMessage(message, utf8);
    this.#socket.send(bytes);
    if (holdsBytes) bytes.fill(0);
    return holdsBytes;
  }

  #take(data: unknown): void {
    this.#heard();
    if (typeof data !== 'string') return;
    const message: unknown = JSON.parse(data);
    if (!isRecord(message)) return;
    const { id, reply, change, ready, host } = message;
    if (typeof id === 'number') this.#answered(id, reply as Reply);
    else if (change !== undefined) this.#events.change(change as Change);
    else if (typeof host === 'string') this.#events.host(message as unknown as HostWord);
    else if (ready === 'open' || ready === 'waiting') {
      this.#open = ready === 'open';
      this.#events.ready(ready);
      this.#sendWaiting();
    }
  }

  #answered(id: number, reply: Reply): void {
    this.#underWay.get(id)?.answer.resolve(reply);
    this.#underWay.delete(id);
    this.#sendWaiting();
  }

  /** A connection may hang before it opens or later, and never break: the host says often that it is there. */
  #heard(): void {
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.close(), heartbeat.patienceMs);
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#silence) clearTimeout(this.#silence);
    // A core that gives way to another begins nothing that brings a secret.
    const renewed = code === closeCodes.restart;
    for (const { answer, bringsSecrets } of this.#underWay.values()) {
      answer.reject(renewed && bringsSecrets ? new NotBegun() : new LinkLost());
    }
    for (const { answer } of this.#waiting.splice(0)) answer.reject(new NotBegun());
    this.#underWay.clear();
    this.#events.ended(code);
  }
}

/** Why the host ended a line for good; null when it only broke. */
export function endOf(code: number): Exclude<EndReason, 'link-used'> | null {
  for (const cause of ['taken-over', 'kept', 'ended', 'no-session'] as const) {
    if (closeCodes[cause] === code) return cause;
  }
  return null;
}

function fromBase64Url(text: string): Uint8Array {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
