/** KMS as a load: one prepared request over and over, on TLS connections that stay. */
import { connect, type TLSSocket } from 'node:tls';
import { collectGarbage, quantile } from '../support/measure.ts';
import { serve } from '../support/worker.ts';

export interface Target {
  readonly port: number;
  /** The whole request, head and body. */
  readonly request: Uint8Array;
  readonly connections: number;
}

export interface Pace {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly requests: number;
  /** Answers other than 200. */
  readonly refused: number;
  /** Answers that took over 250 ms. */
  readonly late: number;
}

export type LoadMethods = {
  /** As fast as it is answered, one request at a time on each connection. */
  closed(input: Target & { readonly ms: number }): Promise<Pace>;
  /** So many a second whatever is answered; times count from when a request was due. */
  open(input: Target & { readonly ms: number; readonly perSecond: number }): Promise<Pace>;
  /** One request: its status and body. */
  once(input: Omit<Target, 'connections'>): Promise<{ status: number; body: Uint8Array }>;
};

const headEnd = Buffer.from('\r\n\r\n');
const lengthName = Buffer.from('Content-Length: ');

/** One request after the other on a connection of its own. */
class Line {
  readonly #socket: TLSSocket;
  readonly #request: Uint8Array;
  #settle: ((status: number) => void) | null = null;
  #got: Buffer | null = null;
  body: Buffer = Buffer.alloc(0);

  private constructor(socket: TLSSocket, request: Uint8Array) {
    this.#socket = socket;
    this.#request = request;
    socket.on('data', (piece: Buffer) => this.#take(piece));
    socket.on('close', () => this.#answered(0));
    socket.on('error', () => undefined);
  }

  static async open(port: number, request: Uint8Array): Promise<Line> {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      rejectUnauthorized: false,
    });
    socket.setNoDelay(true);
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return new Line(socket, request);
  }

  /** The status of the answer; 0 when the connection ended. */
  ask(settle: (status: number) => void): void {
    if (this.#socket.destroyed) return settle(0);
    this.#settle = settle;
    this.#socket.write(this.#request);
  }

  end(): void {
    this.#settle = null;
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    const bytes = this.#got === null ? piece : Buffer.concat([this.#got, piece]);
    this.#got = bytes;
    const end = bytes.indexOf(headEnd);
    if (end < 0) return;
    const at = bytes.indexOf(lengthName);
    const size = Number(bytes.toString('latin1', at + lengthName.length, bytes.indexOf(13, at)));
    if (bytes.length < end + 4 + size) return;
    this.#got = null;
    this.body = bytes.subarray(end + 4, end + 4 + size);
    this.#answered(Number(bytes.toString('latin1', 9, 12)));
  }

  #answered(status: number): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(status);
  }
}

const openLines = ({ port, request, connections }: Target): Promise<Line[]> =>
  Promise.all(Array.from({ length: connections }, () => Line.open(port, request)));

/** What came back and when. */
class Tally {
  readonly times: number[] = [];
  refused = 0;

  add(ms: number, status: number): void {
    this.times.push(ms);
    if (status !== 200) this.refused++;
  }

  pace(wall: number): Pace {
    return {
      perSecond: (this.times.length * 1000) / wall,
      p50: quantile(this.times, 0.5),
      p99: quantile(this.times, 0.99),
      most: this.times.reduce((most, each) => Math.max(most, each), 0),
      requests: this.times.length,
      refused: this.refused,
      late: this.times.filter((each) => each > 250).length,
    };
  }
}

async function closed(input: Target & { readonly ms: number }): Promise<Pace> {
  collectGarbage();
  const lines = await openLines(input);
  const tally = new Tally();
  const start = performance.now();
  const end = start + input.ms;
  const drive = (line: Line): Promise<void> =>
    new Promise((resolve) => {
      const next = (): void => {
        const sent = performance.now();
        if (sent >= end) return resolve();
        line.ask((status) => {
          tally.add(performance.now() - sent, status);
          if (status === 0) resolve();
          else next();
        });
      };
      next();
    });
  await Promise.all(lines.map(drive));
  const wall = performance.now() - start;
  for (const line of lines) line.end();
  return tally.pace(wall);
}

async function open(
  input: Target & { readonly ms: number; readonly perSecond: number },
): Promise<Pace> {
  collectGarbage();
  const lines = await openLines(input);
  const tally = new Tally();
  const idle = [...lines];
  const total = Math.floor((input.ms * input.perSecond) / 1000);
  const every = 1000 / input.perSecond;
  const start = performance.now();
  let sent = 0;
  await new Promise<void>((resolve) => {
    const pump = (): void => {
      const now = performance.now();
      while (sent < total && idle.length > 0 && start + sent * every <= now) {
        const due = start + sent++ * every;
        // by turns, as KMS does: a connection on which nothing comes is closed
        const line = idle.shift() as Line;
        line.ask((status) => {
          tally.add(performance.now() - due, status);
          if (status !== 0) idle.push(line);
          if (tally.times.length === total) resolve();
          else if (status !== 0) pump();
        });
      }
    };
    const timer = setInterval(() => {
      pump();
      if (tally.times.length === total || lines.length === 0) clearInterval(timer);
    }, 1);
  });
  const wall = performance.now() - start;
  for (const line of lines) line.end();
  return tally.pace(wall);
}

async function once({ port, request }: Omit<Target, 'connections'>) {
  const line = await Line.open(port, request);
  const status = await new Promise<number>((resolve) => line.ask(resolve));
  line.end();
  return { status, body: Uint8Array.from(line.body) };
}

serve({ closed, open, once } satisfies LoadMethods);
