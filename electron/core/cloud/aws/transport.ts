import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { HttpResponse } from '@smithy/core/protocols';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { TlsTrouble } from '../../../../shared/model/tls.ts';
import { msOfHttpDate } from '../../kernel/node-dates.ts';
import { nodeHttp, nodeHttps } from '../../kernel/node-http.ts';
import type { Clock, FaultPoints } from '../../ports.ts';
import type { Realm } from '../../store/store.ts';
import type { Agents } from './agents.ts';
import { tlsTroubleOf } from './tls-trouble.ts';
import { socketName, WireFailure } from './wire-failure.ts';

/** Replies are small (a page of 1,000 keys is 200 KB): more is not AWS. */
const largestReply = 4 * 1024 * 1024;
const watermark = 'x-keyreeve-practice';
/** Ends the waiting for timeouts. One for all: each new one would cost a stack trace. */
const answered = new Error('the exchange is over');

/** The parts of the SDK's request that are put on the wire. */
export interface WireRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export interface TransportOptions {
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly realm: Realm;
  readonly agents: Agents;
  /** Milliseconds. */
  readonly connectTimeout: number;
  readonly callTimeout: number;
  /** Calls that must not be sent twice get a socket of their own, so that a failure to connect is certain. */
  isRepeatable(operation: string): boolean;
  /** Our clock minus the other side's, in ms, at each reply. */
  onSkew(skew: number): void;
}

/**
 * Carries the SDK's signed requests. Replaces the SDK's own handler because the console must know
 * whether a request left this computer, must stop at named points for the crash harness, reads
 * each reply whole before it counts as an answer, and refuses endpoints of the other realm.
 */
export class Transport {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The SDK's request handler interface. */
  async handle(
    request: WireRequest,
    options: { abortSignal?: unknown } = {},
  ): Promise<{ response: HttpResponse }> {
    const operation = operationOf(request);
    const signal = options.abortSignal instanceof AbortSignal ? options.abortSignal : null;
    const reply = await this.exchange(request, operation, signal);
    this.#measureSkew(reply);
    this.#checkRealm(reply, operation);
    checkIsAws(reply);
    const { status, headers, body } = reply;
    return { response: new HttpResponse({ statusCode: status, headers, body }) };
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  destroy(): void {
    this.#options.agents.destroy();
  }

  /** One request and its whole reply, or a WireFailure that says how far it came. */
  async exchange(
    request: WireRequest,
    operation: string | null,
    signal: AbortSignal | null,
  ): Promise<WireReply> {
    const { clock, agents, connectTimeout, callTimeout } = this.#options;
    if (signal?.aborted) throw new WireFailure('unsent', 'aborted', { cause: signal.reason });
    const secure = request.protocol === 'https:';
    const fresh = operation !== null && !this.#options.isRepeatable(operation);
    const progress = { connected: false, sent: false, answering: false };
    const over = new AbortController();
    return await new Promise<WireReply>((resolve, reject) => {
      const outgoing = (secure ? nodeHttps : nodeHttp).request({
        agent: agents.of(request.hostname, secure, fresh),
        host: unbracketed(request.hostname),
        ...(request.port === undefined ? {} : { port: request.port }),
        method: request.method,
        path: request.path,
        headers: request.headers,
      });
      const fail = (external: string, cause?: unknown): void => {
        over.abort(answered);
        outgoing.destroy();
        const { trouble = null, words = external } = tlsTroubleOf(external, cause) ?? {};
        const first = !progress.answering && !outgoing.reusedSocket;
        const kept = progress.connected && !(first && refusedAtTheDoor(trouble));
        const tls = trouble === null ? null : { trouble, host: request.hostname };
        const more = cause === undefined ? {} : { cause };
        reject(
          new WireFailure(kept ? 'lost' : 'unsent', external, { message: words, tls, ...more }),
        );
      };
      const after = (ms: number, name: string, only: () => boolean): void => {
        clock.sleep(ms, over.signal).then(
          () => only() && fail(name),
          () => undefined, // the exchange was over first
        );
      };
      after(callTimeout, `timeout after ${callTimeout / 1000} s`, () => true);
      after(
        connectTimeout,
        `no connection within ${connectTimeout / 1000} s`,
        () => !progress.connected,
      );
      const aborted = (): void => fail('aborted', signal?.reason);
      signal?.addEventListener('abort', aborted, { once: true });
      over.signal.addEventListener('abort', () => signal?.removeEventListener('abort', aborted));

      outgoing.on('error', (cause) => fail(socketName(cause), cause));
      outgoing.on('socket', (socket) => whenConnected(socket, () => (progress.connected = true)));
      const sent = (): void => {
        if (progress.sent) return;
        progress.sent = true;
        if (operation) this.#options.faults.reach(`aws:${operation}:sent`);
      };
      // emitted when the last byte was handed to the operating system
      outgoing.on('finish', sent);
      outgoing.on('response', (incoming) => {
        progress.connected = true;
        progress.answering = true;
        collect(incoming, (cause, body) => {
          if (cause !== null) return fail(socketName(cause), cause);
          sent();
          if (operation) this.#options.faults.reach(`aws:${operation}:answered`);
          over.abort(answered);
          resolve({ status: incoming.statusCode ?? 0, headers: flat(incoming.headers), body });
        });
      });
      outgoing.end(bodyOf(request));
    });
  }

  #measureSkew(reply: WireReply): void {
    const stamp = msOfHttpDate(reply.headers['date']);
    if (stamp !== null) this.#options.onSkew(this.#options.clock.now() - stamp);
  }

  #checkRealm(reply: WireReply, operation: string | null): void {
    const marked = reply.headers[watermark] !== undefined;
    if (this.#options.realm === 'practice' && !marked) {
      throw new OperationError('AWS_NOT_PRACTICE', {
        problem: 'a reply without the practice mark',
      });
    }
    if (this.#options.realm === 'real' && marked) {
      throw new OperationError('REALM_MISMATCH', {
        problem: 'a practice KMS answered a connection with real keys',
        at: operation,
      });
    }
  }
}

/** `TrentService.CreateKey` in a header for KMS, `Action=GetCallerIdentity` in the body for STS. */
function operationOf(request: WireRequest): string | null {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) return target.slice(target.lastIndexOf('.') + 1);
  return typeof request.body === 'string'
    ? (/^Action=(\w+)/.exec(request.body)?.[1] ?? null)
    : null;
}

function bodyOf(request: WireRequest): string | Uint8Array | undefined {
  const { body } = request;
  return typeof body === 'string' || body instanceof Uint8Array ? body : undefined;
}

/**
 * Under TLS 1.3 a server looks at the client's certificate after the client holds the handshake for
 * done: of the first request on a socket, what was written by then reached no one.
 */
const refusedAtTheDoor = (tls: TlsTrouble | null): boolean => tls === 'client-refused';

/** No byte of a request goes out before its socket stands, so until then it is certainly unsent. */
function whenConnected(socket: Socket, then: () => void): void {
  const secure =
    'encrypted' in socket ? (socket as TLSSocket & { secureConnecting?: boolean }) : null;
  if (secure?.secureConnecting) secure.once('secureConnect', then);
  else if (socket.connecting) socket.once('connect', then);
  else then();
}

function collect(
  incoming: IncomingMessage,
  done: (cause: Error | null, body: Buffer) => void,
): void {
  const parts: Buffer[] = [];
  let size = 0;
  const none = Buffer.alloc(0);
  incoming.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= largestReply) parts.push(part);
    else done(Object.assign(new Error('reply too large'), { code: 'reply too large' }), none);
  });
  incoming.on('end', () => {
    if (incoming.complete) done(null, Buffer.concat(parts));
    else done(Object.assign(new Error('reply cut short'), { code: 'ECONNRESET' }), none);
  });
  incoming.on('error', (cause) => done(cause, none));
}

/**
 * A reply that AWS cannot have given is not read any further.
 * @throws WireFailure `foreign`, or `server` for a plain 5xx as load balancers give it.
 */
function checkIsAws(reply: WireReply): void {
  const { status, headers, body } = reply;
  const requestId = headers['x-amzn-requestid'] ?? null;
  const type = headers['content-type'] ?? '';
  const speaksAws = /^application\/x-amz-json-1\.[01]\b|^text\/xml\b|^application\/xml\b/.test(
    type,
  );
  if (status >= 500 && !speaksAws) throw new WireFailure('server', `HTTP ${status}`, { requestId });
  const emptyDone = status === 200 && body.length === 0;
  if ((status === 200 || status >= 400) && (speaksAws || emptyDone)) return;
  throw new WireFailure('foreign', `HTTP ${status}`, {
    message: `an answer of type "${type.slice(0, 80)}"`,
    requestId,
  });
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
