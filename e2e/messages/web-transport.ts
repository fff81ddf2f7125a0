import { childrenOf } from '../../bench/support/machine.ts';
import type { ConsoleProcess } from '../support/console-process.ts';
import {
  hello,
  lineHeaders,
  openSocket,
  packed,
  useLink,
  WebCaller,
  type WebKey,
} from '../support/web-caller.ts';
import type { Dice } from './dice.ts';
import { notedErrors } from './noted-errors.ts';
import { type Ending, endingOf, type Transport } from './transport.ts';

const valid = { id: 1, call: 'keystore.status', input: {} };

/** Frames that differ from a good one in one thing. */
function badFrame(dice: Dice): readonly [what: string, frame: Buffer | string] {
  const good = Buffer.from(packed(valid));
  const lengthOf = (length: number): Buffer => {
    const frame = Buffer.from(good);
    frame.writeUInt32BE(length);
    return frame;
  };
  return dice.one<readonly [string, Buffer | string]>([
    ['text instead of bytes', JSON.stringify(valid)],
    ['a length that is too long', lengthOf(good.length)],
    ['a length that is too short', lengthOf(good.length - 5)],
    ['a length beyond everything', lengthOf(0xffffffff)],
    ['a byte too many', Buffer.concat([good, Buffer.from([7])])],
    ['a byte too few', good.subarray(0, dice.below(good.length))],
    ['no number', Buffer.from(packed({ ...valid, id: undefined }))],
    ['a number that is text', Buffer.from(packed({ ...valid, id: '1' }))],
    ['a number that is not whole', Buffer.from(packed({ ...valid, id: 1.5 }))],
    ['a number beyond exactness', Buffer.from(packed({ ...valid, id: 2 ** 53 }))],
    ['no name', Buffer.from(packed({ ...valid, call: null }))],
    ['a name that is a list', Buffer.from(packed({ ...valid, call: ['keystore.status'] }))],
    ['a list', Buffer.from(packed([valid]))],
    ['an answer that nobody asked for', Buffer.from(packed({ ...valid, answer: 'yes' }))],
    ['more than a message may hold', Buffer.alloc(1024 * 1024 + 1, 0x20)],
  ]);
}

/** The line of the browser console: packed frames in, text out. */
export class WebTransport implements Transport {
  readonly name = 'WebSocket';
  readonly carries = { clones: false };
  readonly atOnce = 24;
  readonly #host: ConsoleProcess;
  readonly #key: WebKey;
  readonly #line: WebCaller;

  private constructor(host: ConsoleProcess, key: WebKey, line: WebCaller) {
    this.#host = host;
    this.#key = key;
    this.#line = line;
  }

  static async open(host: ConsoleProcess): Promise<WebTransport> {
    const key = await useLink(host.url);
    return new WebTransport(host, key, await WebCaller.open(host.port, key));
  }

  async send(call: string, input: unknown): Promise<Ending> {
    const answer = await Promise.race([this.#line.call(call, input), this.#ended()]);
    // Else every answer of the campaign would be kept.
    this.#line.said.length = 0;
    return typeof answer === 'number'
      ? { kind: 'broken', why: `the line ended with ${answer}` }
      : endingOf(answer);
  }

  /** On a line of its own, for it must end: after the hello, or instead of it. */
  async nonsense(dice: Dice): Promise<{ what: string; ending: Ending }> {
    const { cookie, factor } = this.#key;
    const socket = openSocket(this.#host.port, lineHeaders(this.#host.port, cookie));
    const [what, frame] = badFrame(dice);
    const greets = !dice.onceIn(4);
    const ended = new Promise<Ending>((resolve) => {
      socket.on('message', (data) => {
        const said = JSON.parse((data as Buffer).toString('utf8')) as { reply?: unknown };
        if (said.reply !== undefined) resolve(endingOf(said.reply));
      });
      socket.once('error', () => undefined);
      socket.once('close', () => resolve({ kind: 'refused', code: 'the line ended' }));
    });
    socket.once('open', () => {
      if (greets) socket.send(hello(factor));
      socket.send(frame);
    });
    const ending = await ended;
    socket.terminate();
    return { what: greets ? what : `${what}, without a hello`, ending };
  }

  processes(): readonly number[] {
    const below = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(below)];
    return below(this.#host.pid);
  }

  complaints(): readonly string[] {
    return notedErrors(this.#host.state);
  }

  #end: Promise<number> | null = null;
  #ended(): Promise<number> {
    this.#end ??= this.#line.ended();
    return this.#end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#line.close();
    await this.#ended();
  }
}
