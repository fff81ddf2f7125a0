import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PRODUCT, PRODUCT_VERSION, WATERMARK_PATH } from '../constants.ts';
import { KmsFailure } from '../wire/failures.ts';
import type { World } from '../world.ts';
import { type Exchange, replyContext } from './exchange.ts';
import { BodyTooLarge, type Handler, headersOf, readBody } from './http-server.ts';
import { sendFailure, sendText } from './replies.ts';
import type { RequestLog } from './request-log.ts';

export interface RouterDeps {
  readonly world: World;
  readonly requestLog: RequestLog;
  readonly kms: (exchange: Exchange) => Promise<void>;
  readonly sts: (exchange: Exchange) => Promise<void>;
}

const FORM_TYPE = 'application/x-www-form-urlencoded';

function sendWatermark(world: World, response: ServerResponse, requestId: string): void {
  const body = {
    practice: true,
    product: PRODUCT,
    version: PRODUCT_VERSION,
    instance: world.state.instance,
  };
  const text = JSON.stringify(body);
  sendText(response, replyContext(world, requestId), 200, 'application/json', text);
}

function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
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
    deps.requestLog.append(request, body);
    const headers = headersOf(request);
    const signable = {
      method: request.method ?? '',
      ...splitUrl(request.url ?? ''),
      headers,
      body,
    };
    return { request: signable, body, response, requestId };
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

/** Sends each request to the service it is for. */
export function createRouter(deps: RouterDeps): Handler {
  return async (incoming, response) => {
    const exchange = await readExchange(deps, incoming, response);
    if (exchange === null) return;
    const { method, path, headers } = exchange.request;
    if (method === 'GET' && path === WATERMARK_PATH) {
      sendWatermark(deps.world, response, exchange.requestId);
      return;
    }
    const isForm = (headers['content-type'] ?? '').startsWith(FORM_TYPE);
    await (isForm && method === 'POST' && path === '/' ? deps.sts : deps.kms)(exchange);
  };
}
