import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { consolePaths } from '../../../../shared/wire/console.ts';
import type { Logger } from '../../../core/ports.ts';
import { fromAnotherPage, wrongPortPage } from './pages.ts';
import { judge, type RequestKind } from './request-guard.ts';
import { securityHeaders, windowPolicy } from './security-headers.ts';

/** Largest body of any request: a token and its braces. */
const largestBody = 1024;
const bodyTimeout = 5_000;
const mostCookies = 4;

export interface SiteFile {
  readonly type: string;
  readonly body: Buffer;
}

/** A body posted to one of the console's own paths. */
export interface Change {
  readonly path: string;
  readonly body: unknown;
  readonly cookies: readonly string[];
  /** What the browser says it is. */
  readonly agent: string;
}

/** What a change of the session answers. */
export interface ChangeAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly cookie?: string;
}

/** What this server serves. It knows no core: lines are handed on as they are. */
export interface Site {
  page(nonce: string): Buffer;
  file(path: string): SiteFile | null;
  change(asked: Change): ChangeAnswer;
  /** Takes over a handshake, or answers false. */
  line(request: IncomingMessage, socket: Socket, cookies: readonly string[]): boolean;
  /** One navigation from another page is expected, because we opened a browser. */
  expectsLanding(): boolean;
  /** May whoever is at the other end of this connection talk to us at all? */
  mayConnect(socket: Socket): boolean;
}

export interface WebServer {
  readonly port: number;
  /** Takes no more connections; those there are ended. */
  close(): Promise<void>;
}

/**
 * Listens on the loopback address and nowhere else: there is no switch for another.
 * @throws OperationError PORT_TAKEN
 */
export async function serveWeb(site: Site, port: number, log: Logger): Promise<WebServer> {
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    requireHostHeader: false,
  });
  server.maxConnections = 128;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (site.mayConnect(socket)) return;
    log.log('warn', 'console.another-account');
    socket.destroy();
  });
  const bound = await listen(server, port);
  const serving = { site, port: bound, log };
  server.on('request', (request, response) => void answer(serving, request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (upgrade(serving, request, socket, head)) sockets.delete(socket);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new OperationError('PORT_TAKEN', { port }) : error),
    );
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.removeAllListeners('error');
      const { address, port: bound } = server.address() as AddressInfo;
      if (address === '127.0.0.1') resolve(bound);
      else reject(new Error('not on the loopback address'));
    });
  });
}

interface Serving {
  readonly site: Site;
  readonly port: number;
  readonly log: Logger;
}

const changes: ReadonlySet<string> = new Set([consolePaths.session, consolePaths.standing]);

async function answer(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await route(serving, request, response);
  } catch (error) {
    serving.log.log('error', 'console.request-failed', {
      name: error instanceof Error ? error.name : '',
    });
    refuse(response, 400);
  }
}

/** Anything but what is listed here is not there. */
async function route(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url: path = '' } = request;
  if (method === 'OPTIONS') return refuse(response, 403);
  if (method === 'GET' && path === '/') return servePage(serving, request, response);
  if (method === 'GET') return serveFile(serving, request, response);
  if (method === 'POST' && changes.has(path)) return takeChange(serving, request, response);
  return refuse(response, judgeOf(serving, request, 'change') === 'refused' ? 403 : 404);
}

function judgeOf({ port }: Serving, request: IncomingMessage, kind: RequestKind) {
  return judge(
    {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      hosts: request.headersDistinct['host'] ?? [],
      remoteAddress: request.socket.remoteAddress,
    },
    kind,
    port,
  );
}

function servePage(serving: Serving, request: IncomingMessage, response: ServerResponse): void {
  const { site, port } = serving;
  const verdict = judgeOf(serving, request, 'page');
  if (verdict === 'refused') return refuse(response, 403);
  if (verdict === 'wrong-port') return html(response, 421, wrongPortPage(port));
  if (verdict === 'from-another-page' && !site.expectsLanding()) {
    return html(response, 403, fromAnotherPage());
  }
  const nonce = randomBytes(16).toString('base64');
  send(response, 200, securityHeaders(windowPolicy(nonce)), htmlType, site.page(nonce));
}

function serveFile(serving: Serving, request: IncomingMessage, response: ServerResponse): void {
  if (judgeOf(serving, request, 'file') !== 'ok') return refuse(response, 403);
  const file = serving.site.file(request.url ?? '');
  if (!file) return refuse(response, 404);
  send(response, 200, securityHeaders(), file.type, file.body);
}

async function takeChange(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (judgeOf(serving, request, 'change') !== 'ok') return refuse(response, 403);
  if (request.headers['content-type'] !== 'application/json') return refuse(response, 415);
  const body = await readBody(request);
  if (body === null) return refuse(response, 413);
  const answered = serving.site.change({
    path: request.url ?? '',
    body: parse(body),
    cookies: cookiesOf(request, serving.port),
    agent: request.headers['user-agent'] ?? '',
  });
  const headers = securityHeaders();
  if (answered.cookie !== undefined) {
    headers['Set-Cookie'] =
      `${cookieName(serving.port)}=${answered.cookie}; HttpOnly; SameSite=Strict; Path=/`;
  }
  const json = Buffer.from(JSON.stringify(answered.body));
  send(response, answered.status, headers, 'application/json', json);
}

/** True when somebody else has the connection now. */
function upgrade(
  serving: Serving,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): boolean {
  socket.on('error', () => socket.destroy());
  const right =
    request.method === 'GET' &&
    request.url === consolePaths.line &&
    head.length === 0 &&
    judgeOf(serving, request, 'line') === 'ok';
  if (right && serving.site.line(request, socket, cookiesOf(request, serving.port))) return true;
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  return false;
}

const cookieName = (port: number): string => `keyreeve_${port}`;

/** Somebody else's page on this address may have set more under the same name: all are tried. */
function cookiesOf(request: IncomingMessage, port: number): readonly string[] {
  const start = `${cookieName(port)}=`;
  return (request.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(start))
    .map((part) => part.slice(start.length))
    .filter((value) => /^[\w-]{43}$/.test(value))
    .slice(0, mostCookies);
}

/** Null when it is too large or does not come. */
function readBody(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (body: Buffer | null): void => {
      clearTimeout(timer);
      resolve(body);
    };
    const timer = setTimeout(() => done(null), bodyTimeout).unref();
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestBody) done(null);
      else chunks.push(chunk);
    });
    request.once('end', () => done(Buffer.concat(chunks)));
    request.once('error', () => done(null));
  });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

const htmlType = 'text/html; charset=utf-8';

const html = (response: ServerResponse, status: number, text: string): void =>
  send(response, status, securityHeaders(), htmlType, Buffer.from(text, 'utf8'));

/** The same words for every refusal: they tell nothing about what was wrong. */
const refuse = (response: ServerResponse, status: number): void =>
  send(
    response,
    status,
    { ...securityHeaders(), Connection: 'close' },
    'text/plain; charset=utf-8',
    Buffer.from(`${status}\n`),
  );

function send(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  type: string,
  body: Buffer,
): void {
  if (response.headersSent) return;
  response.writeHead(status, { ...headers, 'Content-Type': type, 'Content-Length': body.length });
  response.end(body);
}
