import type { Authenticate, Authenticated } from '../auth/authenticate.ts';
import type { SignableRequest } from '../auth/sigv4.ts';
import type { Dispatcher, Invocation, Outcome } from '../dispatch.ts';
import { sourceOf } from '../history/trail.ts';
import type { Trouble } from '../mischief/mischief.ts';
import { KmsFailure, serialization, throttled } from '../wire/failures.ts';
import { KMS_OPERATIONS } from '../wire/operations.ts';
import type { World } from '../world.ts';
import {
  type Exchange,
  journalAlone,
  meetTrouble,
  mischiefName,
  replyContext,
  troubleFailure,
} from './exchange.ts';
import { JSON_TYPE, sendFailure, sendJson } from './replies.ts';

export interface KmsServiceDeps {
  readonly world: World;
  readonly authenticate: Authenticate;
  readonly dispatcher: Dispatcher;
}

const TARGET_PREFIX = 'TrentService.';

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw serialization('The request body is not valid JSON.');
  }
}

/** The KMS operation a request names. Raises UnknownOperationException for all that is none. */
function operationOf(request: SignableRequest): string {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const target = request.headers['x-amz-target'] ?? '';
  const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
  const wellFormed = request.method === 'POST' && request.path === '/' && type === JSON_TYPE;
  if (wellFormed && KMS_OPERATIONS.has(name)) return name;
  throw new KmsFailure('UnknownOperationException');
}

function admit(
  deps: KmsServiceDeps,
  exchange: Exchange,
): { readonly operation: string; readonly who: Authenticated } | null {
  let operation = 'unknown';
  try {
    operation = operationOf(exchange.request);
    return { operation, who: deps.authenticate(exchange.request, ['kms']) };
  } catch (error) {
    if (!(error instanceof KmsFailure)) throw error;
    const { requestId, response } = exchange;
    const message = error.text ?? null;
    journalAlone(deps.world, { requestId, operation, error: error.code, message });
    sendFailure(response, replyContext(deps.world, requestId), error);
    return null;
  }
}

async function outcomeOf(
  deps: KmsServiceDeps,
  trouble: Trouble,
  invocation: Invocation,
  body: Buffer,
): Promise<Outcome> {
  const { dispatcher, world } = deps;
  const { operation, who } = invocation;
  const admitted = world.quotas.admit(who.caller.account, who.region, operation);
  const refusal = troubleFailure(trouble.kind) ?? (admitted ? null : throttled());
  if (refusal !== null) return dispatcher.refuse(invocation, null, refusal);
  try {
    return await dispatcher.run({ ...invocation, body: readJson(body) });
  } catch (error) {
    return dispatcher.refuse(invocation, null, error);
  }
}

/** Answers AWS JSON 1.1. */
export function createKmsService(deps: KmsServiceDeps) {
  return async (exchange: Exchange): Promise<void> => {
    const admitted = admit(deps, exchange);
    if (admitted === null) return;
    const { requestId, response } = exchange;
    const trouble = await meetTrouble(deps.world, admitted.operation);
    const invocation = {
      requestId,
      ...admitted,
      source: sourceOf(exchange.request.headers),
      body: null,
      mischief: mischiefName(trouble),
    };
    if (trouble.kind === 'dropped before effect') {
      deps.dispatcher.refuse(invocation, null, new KmsFailure('ConnectionDropped'));
      response.destroy();
      return;
    }
    const outcome = await outcomeOf(deps, trouble, invocation, exchange.body);
    if (trouble.kind === 'response lost') {
      response.destroy();
      return;
    }
    const context = replyContext(deps.world, requestId);
    if (outcome.ok) sendJson(response, context, outcome.body);
    else sendFailure(response, context, outcome.failure);
  };
}
