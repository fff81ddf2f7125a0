import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import type { XksProxy } from '../../core/xks/proxy.ts';
import {
  failureAnswer,
  versionAnswer,
  type XksAnswer,
  XksFailure,
} from '../../core/xks/wire/errors.ts';
import { type FastLane, laneBefore } from '../../plain-http/fast-lane.ts';
import { listenAt } from './listen-at.ts';

/** More than the largest legal request, whose parts are 5736 and 10924 characters and ARNs. */
const mostBodyBytes = 64 * 1024;
const mostHeaderBytes = 16 * 1024;
const mostHeaders = 64;
/** Milliseconds: a sender gets so long for its headers, its whole request, its handshake. */
const usualHeadersWithin = 3_000;
const requestWithin = 5_000;
const handshakeWithin = 5_000;
/** Longer than KMS keeps idle connections, so that it, not we, closes them. */
const keepAlive = 75_000;
/** The same for whoever showed no credential: connections are counted, and KMS needs some. */
const strangerRests = 1_000;
/** An answer that no credential is needed for. */
const toStrangers: ReadonlySet<number> = new Set([401, 404, 405]);
/** Milliseconds in which whoever was told that the connection ends may read it, and end it, too. */
const goodbye = 1_000;
/** Milliseconds in which requests that are on their way when a drain begins may still come. */
const lastRequests = 300;
/** After which a drain cuts off what is still open. */
const drainWithin = 5_000;

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly context: SecureContextOptions;
  readonly mostConnections: number;
  /** Milliseconds that a sender gets for its headers; 3000 unless told otherwise. */
  readonly headersWithin?: number;
  /** Names of which a client certificate must carry one; null: no client certificate is asked for. */
  readonly clientNames: readonly string[] | null;
}

/** HTTPS for KMS. */
export interface XksListener {
  readonly port: number;
  /** For connections from now on. */
  use(context: SecureContextOptions): void;
  /** Takes no new connection, answers what is under way, then closes all. */
  drain(): Promise<void>;
}

/** @throws the error of `listen` */
export async function listen(options: ListenerOptions, proxy: XksProxy): Promise<XksListener> {
  const state = { draining: false };
  const respond = (request: IncomingMessage, response: ServerResponse): void =>
    void answer(proxy, request, response, state);
  const server = createServer(
    {
      ...options.context,
      honorCipherOrder: true,
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: handshakeWithin,
      headersTimeout: options.headersWithin ?? usualHeadersWithin,
      requestTimeout: requestWithin,
      keepAliveTimeout: keepAlive,
      connectionsCheckingInterval: 500,
      maxHeaderSize: mostHeaderBytes,
      // refused as any other request that lacks a signed header: Node's own answer has no body
      requireHostHeader: false,
      requestCert: options.clientNames !== null,
      rejectUnauthorized: options.clientNames !== null,
    },
    respond,
  );
  server.maxHeadersCount = mostHeaders;
  server.maxConnections = options.mostConnections;
  server.on('clientError', refuseGarbage);
  // Node's own answers to both have no body
  server.on('checkExpectation', respond);
  server.on('connect', (_, socket) => endWith(socket, '400 Bad Request'));
  server.on('tlsClientError', (_, socket) => void socket.destroy());
  const lane = fastLane(server, proxy);
  if (options.clientNames !== null) requireName(server, options.clientNames);
  const port = await listenAt(server, options);
  return {
    port,
    use: (context) => server.setSecureContext(context),
    drain: () => {
      state.draining = true;
      return drained(server, lane);
    },
  };
}

/** Puts a lane for plain requests before what Node does with a connection that is secured. */
const fastLane = (server: Server, proxy: XksProxy): FastLane =>
  laneBefore(server, 'secureConnection', {
    headBytes: mostHeaderBytes,
    headers: mostHeaders,
    bodyBytes: mostBodyBytes,
    keepAlive,
    serves: () => true,
    async answer({ target, rawHeaders, body }) {
      const made = await proxy.handle({ method: 'POST', target, rawHeaders, body });
      const rests = toStrangers.has(made.status) ? strangerRests : keepAlive;
      return { status: made.status, body: made.body, head, rests };
    },
    // It answers its own mistakes, too.
    failed: () => undefined,
  });

const head = (length: number): string =>
  `Content-Type: application/json\r\nContent-Length: ${length}\r\nDate: ${today()}\r\n`;

let second = 0;
let date = '';

/** The Date of an answer, made once a second. */
function today(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    date = new Date(now * 1000).toUTCString();
  }
  return date;
}

async function answer(
  proxy: XksProxy,
  request: IncomingMessage,
  response: ServerResponse,
  state: { readonly draining: boolean },
): Promise<void> {
  // Node's parser lets other versions in, and reads them as 1.1
  if (request.httpVersionMajor !== 1) return send(response, versionAnswer, true);
  const body = await readBody(request);
  if (body === null) return; // gone before its end
  if (body === 'too long') {
    const message = `The request body is longer than ${mostBodyBytes} bytes.`;
    send(response, failureAnswer(new XksFailure('ValidationException', message)), true);
    return;
  }
  const { method = '', url: target = '', rawHeaders } = request;
  const made = await proxy.handle({ method, target, rawHeaders, body });
  send(response, made, state.draining || toStrangers.has(made.status));
}

function send(response: ServerResponse, { status, body }: XksAnswer, close: boolean): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...(status === 405 ? { Allow: 'POST' } : {}),
    ...(close ? { Connection: 'close' } : {}),
  });
  response.end(body, 'utf8');
}

/** The whole body; null when the sender went away. */
function readBody(request: IncomingMessage): Promise<Buffer | 'too long' | null> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let length = 0;
    request.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= mostBodyBytes) {
        pieces.push(piece);
        return;
      }
      request.pause();
      resolve('too long');
    });
    request.on('end', () => {
      const [only] = pieces;
      resolve(pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces));
    });
    request.on('close', () => resolve(null));
    request.on('error', () => resolve(null));
  });
}

const garbageStatus: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what is no HTTP request or never ends. KMS can read this too. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  endWith(socket, garbageStatus[error.code ?? ''] ?? '400 Bad Request');
}

/** The last word on a connection. Whoever neither reads it nor goes is cut off. */
function endWith(socket: Duplex, status: string): void {
  const cut = setTimeout(() => socket.destroy(), goodbye);
  socket.once('close', () => clearTimeout(cut));
  const message = 'The request is not valid HTTP.';
  const { body } = failureAnswer(new XksFailure('ValidationException', message));
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** A client certificate of the right authority must also carry one of the names. */
function requireName(server: Server, names: readonly string[]): void {
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const { subject, subjectaltname = '' } = socket.getPeerCertificate();
    const alternatives = subjectaltname
      .split(', ')
      .filter((one) => one.startsWith('DNS:'))
      .map((one) => one.slice(4));
    const carried = [...alternatives, ...[subject?.CN ?? []].flat()];
    if (!socket.authorized || !carried.some((name) => names.includes(name))) socket.destroy();
  });
}

async function drained(server: Server, lane: FastLane): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  lane.drain(lastRequests);
  const cut = setTimeout(() => {
    server.closeAllConnections();
    lane.close();
  }, drainWithin);
  await closed;
  clearTimeout(cut);
  lane.close();
}
