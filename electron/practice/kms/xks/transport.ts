import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { createSecureContext, type SecureContext, rootCertificates, TLSSocket } from 'node:tls';
import { loopback } from '../constants.ts';
import { type ProxyProblem, ProxyTrouble } from './problems.ts';

/** More than any legal answer: the largest carries 4300 bytes in Base64. */
const maxAnswerBytes = 64 * 1024;
const maxHeaderBytes = 16 * 1024;
const maxConnections = 256;

/** The suites that KMS speaks to key stores (facts 7), TLS 1.3 first. */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':');

/** One signed POST, ready to send. */
export interface ProxyRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Over a connection of its own, so that the certificate is looked at as it is now. */
  readonly anew?: boolean;
}

export interface ProxyAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** How far a request came: what a failure means depends on it. */
interface Progress {
  tcp: boolean;
  tls: boolean;
}

function watch(socket: TLSSocket, progress: Progress): void {
  if (!socket.connecting) progress.tcp = true;
  else socket.once('connect', () => (progress.tcp = true));
  if (socket.authorized) progress.tls = true;
  else socket.once('secureConnect', () => (progress.tls = true));
}

/** What TLS libraries say of an answer in plain text. */
const noTls = /wrong.version.number|packet.length.too.long|http.request/i;

const lost: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

function problemOf(error: NodeJS.ErrnoException, progress: Progress): ProxyProblem {
  const code = error.code ?? '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'wrong name';
  if (!progress.tcp) return 'not reachable';
  if (!progress.tls) {
    return lost.has(code) || noTls.test(`${code} ${error.message}`) ? 'no tls' : 'bad tls';
  }
  return code.startsWith('HPE_') ? 'bad answer' : 'dropped';
}

function readAnswer(
  response: IncomingMessage,
  done: (answer: ProxyAnswer) => void,
  fail: (trouble: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxAnswerBytes) {
      response.destroy();
      fail(new ProxyTrouble('bad answer', `The answer is longer than ${maxAnswerBytes} bytes.`));
    } else chunks.push(chunk);
  });
  response.on('error', fail);
  response.on('end', () =>
    done({
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      body: Buffer.concat(chunks),
    }),
  );
}

/** One try within the budget, connection set-up included. @throws ProxyTrouble. */
function tryOnce(agent: Agent, asked: ProxyRequest, budgetMs: number): Promise<ProxyAnswer> {
  const progress: Progress = { tcp: false, tls: false };
  return new Promise((resolve, reject) => {
    const { host, port, path, headers, body } = asked;
    const outgoing = httpsRequest({
      agent,
      host: loopback,
      port,
      servername: host,
      path,
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.length) },
      maxHeaderSize: maxHeaderBytes,
    });
    const timer = setTimeout(() => {
      fail(
        progress.tcp
          ? new ProxyTrouble('timed out', `No answer within ${budgetMs} ms.`)
          : new ProxyTrouble('not reachable', `No connection within ${budgetMs} ms.`),
      );
      outgoing.destroy();
    }, budgetMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      if (error instanceof ProxyTrouble) return reject(error);
      if (outgoing.reusedSocket && lost.has((error as NodeJS.ErrnoException).code ?? '')) {
        return reject(new StaleConnection());
      }
      reject(new ProxyTrouble(problemOf(error, progress), error.message));
    };
    outgoing.on('socket', (socket) => {
      if (socket instanceof TLSSocket) watch(socket, progress);
    });
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      readAnswer(
        response,
        (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        fail,
      );
    });
    outgoing.end(body);
  });
}

/** The other side closed a kept connection while it was idle; that says nothing about it now. */
class StaleConnection extends Error {}

export interface ProxyTransport {
  /** @throws ProxyTrouble. */
  send(request: ProxyRequest): Promise<ProxyAnswer>;
  close(): void;
}

/**
 * HTTPS to proxies on this computer. Certificates must be valid, of a known root or of `trustedCa`,
 * and for the host that the key store names. Connections are kept, but for requests that want their
 * own. A call that takes longer than the budget is tried once more.
 */
export function createTransport(trustedCa: string | null, budgetMs: number): ProxyTransport {
  const agents = new Map<string, Agent>();
  let context: SecureContext | null = null;
  const secureContext = () =>
    (context ??= createSecureContext({
      ca: trustedCa === null ? [...rootCertificates] : [...rootCertificates, trustedCa],
      minVersion: 'TLSv1.2',
      ciphers: ciphers,
    }));

  function agentFor({ host, port, anew = false }: ProxyRequest): Agent {
    const name = `${host}:${port}:${anew ? 'anew' : 'kept'}`;
    const known = agents.get(name);
    if (known !== undefined) return known;
    // Resumed sessions would pass over a certificate that ran out meanwhile.
    const made = new Agent({
      keepAlive: !anew,
      maxSockets: maxConnections,
      maxCachedSessions: 0,
      secureContext: secureContext(),
      ALPNProtocols: ['http/1.1'],
    });
    agents.set(name, made);
    return made;
  }

  async function send(request: ProxyRequest): Promise<ProxyAnswer> {
    const agent = agentFor(request);
    let late = false;
    for (;;) {
      try {
        return await tryOnce(agent, request, budgetMs);
      } catch (error) {
        if (error instanceof StaleConnection) continue;
        const timedOut = error instanceof ProxyTrouble && error.problem === 'timed out';
        if (!timedOut || late) throw error;
        late = true;
      }
    }
  }

  return {
    send,
    close() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}
