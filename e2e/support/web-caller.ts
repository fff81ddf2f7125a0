import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { nodeUtf8 } from '../../electron/hosts/transport/node-utf8.ts';
import type { Reply } from '../../electron/core/core.ts';
import { consolePaths, consoleProtocol } from '../../shared/wire/console.ts';
import { packMessage } from '../../shared/wire/message.ts';
import { ownPage, type RawHeaders, rawRequest } from './raw-http.ts';

/** How long a test waits for what a host is to say (ms): a loaded computer may take its time. */
const patience = 60_000;

/** What a browser holds once its link was good. */
export interface WebKey {
  readonly cookie: string;
  readonly factor: string;
  readonly waiting: boolean;
}

export const tokenOf = (url: string): string => new URL(url).hash.slice('#t='.length);

/** A second factor as a page makes one for itself. */
export const newFactor = (): string => randomBytes(32).toString('base64url');

/** Posts a token as the page does. */
export const postToken = (port: number, token: string, factor: string = newFactor()) =>
  rawRequest(port, {
    method: 'POST',
    path: consolePaths.session,
    headers: ownPage(port),
    body: JSON.stringify({ token, factor }),
  });

/** Turns a link into a session as a browser would; raises when it is refused. */
export async function useLink(url: string): Promise<WebKey> {
  const port = Number(new URL(url).port);
  const factor = newFactor();
  const answer = await postToken(port, tokenOf(url), factor);
  if (answer.status !== 200) throw new Error(`the link was refused: ${answer.body}`);
  const { waiting } = JSON.parse(answer.body) as { waiting: boolean };
  return { cookie: cookieOf(answer), factor, waiting };
}

/** The cookie that an answer sets, as a browser sends it back. */
export const cookieOf = (answer: { readonly headers: ReadonlyMap<string, string> }): string =>
  /^([^;]+);/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '';

/** A WebSocket as a program may open it, with headers of its own choice. */
export function openSocket(port: number, headers: RawHeaders, path: string = consolePaths.line) {
  const sent = Object.entries(headers).filter(([, value]) => value !== null);
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, {
    headers: Object.fromEntries(sent) as Record<string, string>,
    perMessageDeflate: false,
  });
}

/** The headers with which a browser opens the line of its page. */
export const lineHeaders = (port: number, cookie: string): RawHeaders => ({
  Origin: `http://127.0.0.1:${port}`,
  'Sec-Fetch-Site': 'same-origin',
  Cookie: cookie,
});

/** `open`, or the HTTP status with which the handshake was refused. */
export function outcomeOf(socket: WebSocket): Promise<'open' | number> {
  return new Promise((resolve) => {
    socket.once('open', () => resolve('open'));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', () => resolve(0));
  });
}

export const packed = (message: unknown): Uint8Array => packMessage(message, nodeUtf8).bytes;

export const hello = (factor: string): Uint8Array =>
  packed({ protocol: consoleProtocol, factor: new Uint8Array(Buffer.from(factor, 'base64url')) });

/** A window without a browser: the console's line, spoken by a test. */
export class WebCaller {
  readonly socket: WebSocket;
  /** Everything the host said, in order. */
  readonly said: Record<string, unknown>[] = [];
  readonly #answers = new Map<number, (reply: Reply) => void>();
  #next = 1;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.#take((data as Buffer).toString('utf8')));
  }

  static async open(port: number, key: WebKey): Promise<WebCaller> {
    const caller = new WebCaller(openSocket(port, lineHeaders(port, key.cookie)));
    await once(caller.socket, 'open');
    caller.socket.send(hello(key.factor));
    await caller.heard((message) => 'ready' in message);
    return caller;
  }

  call(name: string, input: unknown = {}): Promise<Reply> {
    const id = this.#next++;
    this.socket.send(packed({ id, call: name, input }));
    const answer = new Promise<Reply>((resolve) => this.#answers.set(id, resolve));
    const reply = this.#within(answer, `an answer to ${name}`);
    // who waits for it is told; a test may also ask more than the host is to answer
    reply.catch(() => undefined);
    return reply;
  }

  /** The first message, said already or later, that fits. */
  async heard(
    fits: (message: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown>> {
    for (let at = 0; ; at += 1) {
      while (at >= this.said.length) {
        await this.#within(once(this.socket, 'message'), 'a message that fits');
      }
      const message = this.said[at];
      if (message && fits(message)) return message;
    }
  }

  /** The code with which the line ended. */
  async ended(): Promise<number> {
    const [code] = (await this.#within(once(this.socket, 'close'), 'the end of the line')) as [
      number,
    ];
    return code;
  }

  /** A host that hangs fails the test that waits for it, with what it said last. */
  async #within<T>(waited: Promise<T>, what: string): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const said = this.said.slice(-5).map((message) => JSON.stringify(message).slice(0, 300));
      late.reject(
        new Error(`${what} did not come within ${patience} ms. Last:\n${said.join('\n')}`),
      );
    }, patience);
    try {
      return await Promise.race([waited, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.socket.close();
  }

  #take(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    this.said.push(message);
    const { id, reply } = message;
    if (typeof id !== 'number') return;
    this.#answers.get(id)?.(reply as Reply);
    this.#answers.delete(id);
  }
}
