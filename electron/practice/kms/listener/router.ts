import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PlainService } from '../../../plain-http/fast-lane.ts';
import { product, productVersion, watermarkPath } from '../constants.ts';
import { failureXml } from '../sts/sts.ts';
import { KmsFailure } from '../wire/failures.ts';
import type { World } from '../world.ts';
import { noTrouble } from '../mischief/mischief.ts';
import { type Exchange, replyContext, type Served } from './exchange.ts';
import { sendThrough } from './faulty-reply.ts';
import { BodyTooLarge, type Handler, headersOf, readBody } from './http-server.ts';
import { failureText, headText, jsonType, sendFailure, sendText } from './replies.ts';
import type { RequestHead, RequestLog } from './request-log.ts';
import type { StorageWatch } from './storage-watch.ts';

export interface RouterDeps {
  readonly world: World;
  readonly requestLog: RequestLog;
  readonly storage: StorageWatch;
  readonly kms: (exchange: Exchange) => Promise<Served>;
  readonly sts: (exchange: Exchange) => Promise<Served>;
}

const formType = 'application/x-www-form-urlencoded';

function sendWatermark(world: World, response: ServerResponse, requestId: string): void {
  const body = {
    practice: true,
    product: product,
    version: productVersion,
    instance: world.state.instance,
  };
  const text = JSON.stringify(body);
  sendText(response, replyContext(world, requestId), 200, 'application/json', text);
}

function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
}

function exchangeOf(
  requestId: string,
  method: string,
  url: string,
  rawHeaders: readonly string[],
  body: Buffer,
): Exchange {
  const signable = { method, ...splitUrl(url), headers: headersOf(rawHeaders), body };
  return { request: signable, body, requestId };
}

/** Null when the request cannot be read; then it was answered or cut. */
async function readExchange(
  deps: RouterDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Exchange | null> {
  const requestId = randomUUID();
  try {
    const body = await readBody(request);
    const { method = '', url = '', rawHeaders } = request;
    return exchangeOf(requestId, method, url, rawHeaders, body);
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      response.setHeader('Connection', 'close');
      const failure = new KmsFailure('RequestEntityTooLargeException', undefined, 413);
      sendFailure(response, replyContext(deps.world, requestId), failure);
      return null;
    }
    // The sender went away in the middle of its request; nobody is left to answer.
    if (request.destroyed) return null;
    throw error;
  }
}

/** The query protocol: a form, or as in AWS a signed GET that has the parameters in its address. */
function isQueryProtocol({ method, path, query, headers }: Exchange['request']): boolean {
  if (path !== '/') return false;
  if (method === 'POST') return (headers['content-type'] ?? '').startsWith(formType);
  // A page can send an unsigned GET that does not say where it comes from.
  const isSigned = headers['authorization'] !== undefined;
  return method === 'GET' && isSigned && new URLSearchParams(query).has('Action');
}

/** What a call answers of which nothing could be written, not even that it came. */
function unwritten(isQuery: boolean, requestId: string): Served {
  const failure = new KmsFailure(
    'KMSInternalException',
    'The practice KMS cannot write its files.',
    500,
  );
  const { status } = failure;
  const reply = isQuery
    ? { status, type: 'text/xml', text: failureXml(failure, requestId) }
    : { status, type: jsonType, text: failureText(failure) };
  return { trouble: noTrouble, reply };
}

/** `head` is the request as it came. */
async function serve(deps: RouterDeps, exchange: Exchange, head: RequestHead): Promise<Served> {
  const isQuery = isQueryProtocol(exchange.request);
  try {
    deps.requestLog.append(head, exchange.body);
    const served = await (isQuery ? deps.sts : deps.kms)(exchange);
    deps.storage.worked();
    return served;
  } catch (error) {
    if (!deps.storage.failed(error)) throw error;
    return unwritten(isQuery, exchange.requestId);
  }
}

/** Sends each request to the service it is for. */
export function createRouter(deps: RouterDeps): Handler {
  return async (incoming, response) => {
    const exchange = await readExchange(deps, incoming, response);
    if (exchange === null) return;
    const { method, path } = exchange.request;
    if (method === 'GET' && path === watermarkPath) {
      deps.requestLog.append(incoming, exchange.body);
      sendWatermark(deps.world, response, exchange.requestId);
      return;
    }
    const served = await serve(deps, exchange, incoming);
    await sendThrough(served, response, replyContext(deps.world, exchange.requestId));
  };
}

/** The same for plain requests. Where faults are rehearsed, Node has the connections to break. */
export function createPlainService(
  deps: RouterDeps,
  onBug: (error: unknown) => void,
): PlainService {
  const { world } = deps;
  return {
    failed: onBug,
    serves: ({ target }) => target === '/' && !world.mischiefs.lurks,
    async answer({ target, rawHeaders, body }) {
      const requestId = randomUUID();
      const exchange = exchangeOf(requestId, 'POST', target, rawHeaders, body);
      const head = { method: 'POST', url: target, rawHeaders };
      const { trouble, reply } = await serve(deps, exchange, head);
      if (reply === null || trouble.kind !== 'none') throw new Error('a fault out of nowhere');
      const context = replyContext(world, requestId);
      const headOf = (length: number) => headText(context, reply.type, length);
      return { status: reply.status, body: reply.text, head: headOf };
    },
  };
}
