import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { incomplete, type PlainLimits, type PlainRequest, readPlain } from './plain-request.ts';

/** What goes back; the lane adds whether the connection stays. */
export interface PlainAnswer {
  readonly status: number;
  readonly body: string;
  /** The lines of the head for a body of so many bytes, each with its end. */
  readonly head: (length: number) => string;
  /** Milliseconds that the connection may rest after it, where that is less than usual. */
  readonly rests?: number;
}

/** Who answers plain requests. */
export interface PlainService {
  /** False leaves the request, with its connection, to Node. */
  serves(request: PlainRequest): boolean;
  /** Where it rejects, the connection ends without an answer. */
  answer(request: PlainRequest): Promise<PlainAnswer>;
  /** Told why it rejected. */
  failed(error: unknown): void;
}

export interface LaneOptions extends PlainLimits, PlainService {
  /** Milliseconds that a connection may rest between two requests. */
  readonly keepAlive: number;
}

interface Lane extends LaneOptions {
  /** Takes a connection over for good. What was read of it is in front of it again. */
  leave(socket: Socket): void;
}

/** Milliseconds after which a request that does not come, or not go on, is left to Node. */
const wholeWithin = 500;
/** Milliseconds between two looks at all connections. */
const every = 250;
/** Pieces of one request that are put together; one that comes in more is left to Node. */
const mostPieces = 64;

/**
 * Serves connections whose requests are plain ones without the objects that Node makes for each. The
 * first request that is not plain takes its connection out of here: Node reads it from its first
 * byte, refuses it or serves it, watches its time limits, and keeps the connection.
 */
export class FastLane {
  readonly #options: Lane;
  readonly #lines = new Set<Line>();
  readonly #sweep: NodeJS.Timeout;
  #draining = false;

  constructor(options: Lane) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#look(), every).unref();
  }

  take(socket: Socket): void {
    if (socket.destroyed) return;
    const ends = {
      draining: () => this.#draining,
      gone: (line: Line) => void this.#lines.delete(line),
    };
    this.#lines.add(new Line(socket, this.#options, ends));
  }

  /**
   * Ends each connection with its next answer, and those that rest after `grace` (ms): a request that is
   * on its way would meet a closed door.
   */
  drain(grace = 0): void {
    this.#draining = true;
    const end = (): void => {
      for (const line of this.#lines) line.endIfIdle();
    };
    if (grace === 0) end();
    else setTimeout(end, grace).unref();
  }

  /** Cuts off what is still open. */
  close(): void {
    clearInterval(this.#sweep);
    for (const line of this.#lines) line.destroy();
  }

  #look(): void {
    const now = performance.now();
    for (const line of this.#lines) line.look(now);
  }
}

interface Ends {
  draining(): boolean;
  gone(line: Line): void;
}

/** One connection: one request at a time, in the order in which they come. */
class Line {
  readonly #socket: Socket;
  readonly #options: Lane;
  readonly #ends: Ends;
  /** What came of the next request. */
  #got: Buffer | null = null;
  #pieces = 0;
  /** From a whole request until its answer has gone. */
  #busy = false;
  #served = false;
  #ended = false;
  /** Milliseconds that it may rest. */
  #rests: number;
  /** Since when it waits for bytes; monotonic milliseconds. */
  #since = performance.now();

  constructor(socket: Socket, options: Lane, ends: Ends) {
    this.#socket = socket;
    this.#options = options;
    this.#ends = ends;
    this.#rests = options.keepAlive;
    socket.on('data', this.#take);
    socket.on('end', this.#end);
    socket.on('error', ignore); // it closes then
    socket.on('close', this.#gone);
  }

  look(now: number): void {
    if (this.#busy) return;
    const waited = now - this.#since;
    const resting = this.#got === null && this.#served;
    if (resting && waited > this.#rests) this.#socket.destroy();
    if (!resting && waited > wholeWithin) this.#leave();
  }

  endIfIdle(): void {
    if (!this.#busy && this.#got === null) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #take = (piece: Buffer): void => {
    if (this.#got === null && !this.#busy) this.#since = performance.now();
    this.#got = this.#got === null ? piece : Buffer.concat([this.#got, piece]);
    this.#pieces++;
    if (this.#busy) this.#socket.pause();
    else this.#next();
  };

  /** The sender says no more; what it asked for is still answered. */
  readonly #end = (): void => {
    this.#ended = true;
    if (!this.#busy) this.#socket.end();
  };

  readonly #gone = (): void => this.#ends.gone(this);

  #next(): void {
    if (this.#got === null) return;
    const read = readPlain(this.#got, this.#options);
    if (read === incomplete && this.#pieces < mostPieces) return;
    if (read === null || read === incomplete || !this.#options.serves(read)) return this.#leave();
    this.#got = null;
    this.#pieces = 0;
    this.#busy = true;
    this.#served = true;
    this.#options.answer(read).then(this.#answered, this.#failed);
  }

  readonly #failed = (error: unknown): void => {
    this.#socket.destroy();
    this.#options.failed(error);
  };

  readonly #answered = (made: PlainAnswer): void => {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const last = this.#ended || this.#ends.draining();
    this.#rests = made.rests ?? this.#options.keepAlive;
    const taken = socket.write(...encodeAnswer(made, last, this.#rests));
    if (last) return void socket.end();
    if (taken) this.#rest();
    else socket.once('drain', () => this.#rest());
  };

  #rest(): void {
    this.#busy = false;
    this.#since = performance.now();
    if (this.#got === null) return;
    this.#socket.resume();
    this.#next();
  }

  #leave(): void {
    const socket = this.#socket;
    socket.off('data', this.#take);
    socket.off('end', this.#end);
    socket.off('error', ignore);
    socket.off('close', this.#gone);
    this.#ends.gone(this);
    if (socket.destroyed || this.#ended) return void socket.destroy();
    socket.pause();
    if (this.#got !== null) socket.unshift(this.#got);
    this.#options.leave(socket);
    socket.resume();
  }
}

const ignore = (): void => undefined;

/** Head and body as one text, and how it is to be written. */
function encodeAnswer(
  { status, body, head }: PlainAnswer,
  last: boolean,
  keepAlive: number,
): [text: string, encoding: 'latin1' | 'utf8'] {
  const length = Buffer.byteLength(body);
  const connection = last ? 'close' : `keep-alive\r\nKeep-Alive: timeout=${keepAlive / 1000}`;
  const text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head(length)}Connection: ${connection}\r\n\r\n${body}`;
  // nearly always ASCII, which is cheaper to write
  return [text, length === body.length ? 'latin1' : 'utf8'];
}

/** Puts a lane for plain requests before what a server of Node does with its connections. */
export function laneBefore(
  server: Server,
  event: 'connection' | 'secureConnection',
  options: LaneOptions,
): FastLane {
  const ofNode = server.listeners(event) as ((socket: Socket) => void)[];
  server.removeAllListeners(event);
  const lane = new FastLane({
    ...options,
    leave: (socket) => {
      for (const listener of ofNode) listener.call(server, socket);
    },
  });
  server.on(event, (socket: Socket) => lane.take(socket));
  return lane;
}
