import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type FastLane, laneBefore, type PlainService } from '../../../plain-http/fast-lane.ts';
import { loopback, watermarkHeader, watermarkValue } from '../constants.ts';

/** KMS requests are small: the largest legal one carries a 128 KB policy, escaped. */
const maxBodyBytes = 1024 * 1024;
const maxHeaderBytes = 16 * 1024;
const maxHeaders = 100;
/** Nearly no request is larger; those that are can as well be read by Node. */
const maxPlainBytes = 64 * 1024;
/** A sender gets so long for its headers, and for the whole request. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** Longer than clients keep idle connections, so that they, not we, close them. */
const keepAliveMs = 75_000;

/** The body is larger than any KMS request. */
export class BodyTooLarge extends Error {}

/** The whole body. @throws BodyTooLarge, or the socket's error when the sender goes away. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= maxBodyBytes) return;
      request.removeAllListeners('data');
      request.resume();
      reject(new BodyTooLarge());
    });
    request.once('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    request.once('error', reject);
    // An error takes longer to make than the body to read, and `close` comes after every end.
    request.once('close', () => {
      if (!request.readableEnded) reject(new Error('the request ended early'));
    });
  });
}

/** Header names in lower case; repeated ones joined with a comma, as signatures want them. */
export function headersOf(raw: readonly string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return headers;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A listening loopback server. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Finishes what is under way, then closes; idle connections are closed at once. */
  close(): Promise<void>;
}

/**
 * Listens on the IPv4 loopback address and nowhere else; there is no option for another one.
 * `plain` is asked first, for whatever is a plain request.
 * @throws the listen error, e.g. when the port is taken.
 */
export async function listenOnLoopback(
  port: number,
  handler: Handler,
  onError: (error: unknown) => void,
  plain: PlainService | null = null,
): Promise<Listening> {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: 1000,
      noDelay: true,
    },
    (request, response) => {
      // Node's parser lets other versions in, and reads them as 1.1
      if (request.httpVersionMajor !== 1) return refuseVersion(response);
      handler(request, response).catch((error: unknown) => {
        response.destroy();
        onError(error);
      });
    },
  );
  server.maxHeadersCount = maxHeaders;
  server.on('clientError', answerGarbage);
  const lane = plain === null ? null : fastLane(server, plain);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: loopback, port, exclusive: true }, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `http://${loopback}:${bound}`,
    close: () => closeServer(server, lane),
  };
}

/** Whatever is not plain goes on to Node with its connection, from its first byte. */
const fastLane = (server: Server, plain: PlainService): FastLane =>
  laneBefore(server, 'connection', {
    headBytes: maxHeaderBytes,
    headers: maxHeaders,
    bodyBytes: maxPlainBytes,
    keepAlive: keepAliveMs,
    serves: (request) => plain.serves(request),
    answer: (request) => plain.answer(request),
    failed: (error) => plain.failed(error),
  });

function refuseVersion(response: ServerResponse): void {
  response.writeHead(505, {
    Connection: 'close',
    'Content-Length': 0,
    [watermarkHeader]: watermarkValue,
  });
  response.end();
}

const garbageStatus: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what is no HTTP request, or never ends; even this reply says where it comes from. */
function answerGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = garbageStatus[error.code ?? ''] ?? '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${watermarkHeader}: ${watermarkValue}\r\n\r\n`,
  );
}

const closeGraceMs = 2000;

async function closeServer(server: Server, lane: FastLane | null): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  lane?.drain();
  const cut = setTimeout(() => {
    server.closeAllConnections();
    lane?.close();
  }, closeGraceMs);
  await closed;
  clearTimeout(cut);
  lane?.close();
}
