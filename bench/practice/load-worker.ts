/** Sends one request over and over on so many connections, as fast as it is answered. */
import { connect, type Socket } from 'node:net';
import { collectGarbage, quantile } from '../support/measure.ts';
import { serve } from '../support/worker.ts';
import { signedRequest } from './signed.ts';

export interface Load {
  readonly port: number;
  readonly operation: string;
  readonly body: unknown;
  readonly connections: number;
  readonly ms: number;
}

export interface Pace {
  /** Answered requests. */
  readonly calls: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Bytes of a reply's body. */
  readonly replyBytes: number;
}

export type LoadMethods = {
  run(input: Load): Promise<Pace>;
  /** One request and its JSON. */
  once(input: Omit<Load, 'connections' | 'ms'>): Promise<{ ms: number; json: unknown }>;
};

interface Reply {
  readonly status: string;
  readonly body: Buffer;
  /** Bytes of head and body. */
  readonly length: number;
}

/** Null until a whole reply is there. */
function replyIn(bytes: Buffer): Reply | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.toString('latin1', 0, end);
  const size = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(size)) throw new Error(`no length in ${head}`);
  const length = end + 4 + size;
  if (bytes.length < length) return null;
  return { status: head.slice(9, 12), body: bytes.subarray(end + 4, length), length };
}

/** Asks one thing after the other on a connection that stays. */
class Line {
  readonly #socket: Socket;
  readonly #request: Buffer;
  #got: Buffer = Buffer.alloc(0);
  #settle: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;

  constructor(port: number, request: Buffer) {
    this.#request = request;
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true);
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#settle?.reject(error));
    this.#socket.on('close', () => this.#settle?.reject(new Error('connection closed')));
  }

  #take(chunk: Buffer): void {
    this.#got = this.#got.length === 0 ? chunk : Buffer.concat([this.#got, chunk]);
    const reply = replyIn(this.#got);
    if (reply === null) return;
    this.#got = Buffer.alloc(0);
    if (reply.status === '200') this.#settle?.resolve(reply);
    else this.#settle?.reject(new Error(`${reply.status} ${reply.body.toString()}`));
  }

  ask(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(this.#request);
    });
  }

  end(): void {
    this.#settle = null;
    this.#socket.destroy();
  }
}

const requestOf = ({ port, operation, body }: Omit<Load, 'connections' | 'ms'>): Buffer =>
  signedRequest(`127.0.0.1:${port}`, operation, body);

async function run(load: Load): Promise<Pace> {
  collectGarbage();
  const request = requestOf(load);
  const lines = Array.from({ length: load.connections }, () => new Line(load.port, request));
  const times: number[] = [];
  let replyBytes = 0;
  const start = performance.now();
  const end = start + load.ms;
  await Promise.all(
    lines.map(async (line) => {
      for (let before = performance.now(); before < end; ) {
        const { body } = await line.ask();
        const after = performance.now();
        times.push(after - before);
        replyBytes = body.length;
        before = after;
      }
    }),
  );
  const wall = performance.now() - start;
  for (const line of lines) line.end();
  return {
    calls: times.length,
    perSecond: (times.length * 1000) / wall,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    replyBytes,
  };
}

async function once(load: Omit<Load, 'connections' | 'ms'>) {
  const line = new Line(load.port, requestOf(load));
  const start = performance.now();
  const { body } = await line.ask();
  const ms = performance.now() - start;
  line.end();
  return { ms, json: JSON.parse(body.toString('utf8')) as unknown };
}

serve({ run, once } satisfies LoadMethods);
