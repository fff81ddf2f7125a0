import { randomUUID } from 'node:crypto';
import type { Authenticate, Authenticated } from '../auth/authenticate.ts';
import type { SignableRequest } from '../auth/sigv4.ts';
import type { Dispatcher, Invocation, Outcome } from '../dispatch.ts';
import { sourceOf } from '../history/trail.ts';
import { noTrouble, type Trouble } from '../mischief/mischief.ts';
import { admitCall } from '../quota/admission.ts';
import { KmsFailure, serialization, throttled } from '../wire/failures.ts';
import { kmsOperations } from '../wire/operations.ts';
import type { World } from '../world.ts';
import {
  type Exchange,
  journalAlone,
  mischiefName,
  type Served,
  type TextReply,
  troubleFailure,
} from './exchange.ts';
import { strikesBefore } from './faulty-reply.ts';
import { failureText, jsonType, successText } from './replies.ts';

export interface KmsServiceDeps {
  readonly world: World;
  readonly authenticate: Authenticate;
  readonly dispatcher: Dispatcher;
}

const targetPrefix = 'TrentService.';

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw serialization();
  }
}

/** The KMS operation a request names. @throws UnknownOperationException for all that is none. */
function operationOf(request: SignableRequest): string {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const target = request.headers['x-amz-target'] ?? '';
  const name = target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : '';
  const wellFormed = request.method === 'POST' && request.path === '/' && type === jsonType;
  if (wellFormed && kmsOperations.has(name)) return name;
  throw new KmsFailure('UnknownOperationException');
}

function admit(
  deps: KmsServiceDeps,
  exchange: Exchange,
): { readonly operation: string; readonly who: Authenticated } | KmsFailure {
  let operation = 'unknown';
  try {
    operation = operationOf(exchange.request);
    return { operation, who: deps.authenticate(exchange.request, ['kms']) };
  } catch (error) {
    if (!(error instanceof KmsFailure)) throw error;
    const { requestId } = exchange;
    const message = error.text ?? null;
    journalAlone(deps.world, { requestId, operation, error: error.code, message });
    return error;
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
  const admitted = admitCall(world, who, operation, body);
  const refusal = troubleFailure(trouble.kind) ?? (admitted ? null : throttled());
  if (refusal !== null) return dispatcher.refuse(invocation, null, refusal);
  try {
    return await dispatcher.run({ ...invocation, body: readJson(body) });
  } catch (error) {
    return dispatcher.refuse(invocation, null, error);
  }
}

const refusal = (failure: KmsFailure, member: 'message' | 'Message' = 'message'): TextReply => ({
  status: failure.status,
  type: jsonType,
  text: failureText(failure, member),
});

function replyOf(outcome: Outcome, world: World): TextReply {
  if (outcome.ok) return { status: 200, type: jsonType, text: successText(outcome.body) };
  const { failure } = outcome;
  const denied = failure.code === 'AccessDeniedException';
  return refusal(failure, denied ? world.openPoints.reading('access-denied-member') : 'message');
}

/** Answers AWS JSON 1.1. */
export function createKmsService(deps: KmsServiceDeps) {
  return async (exchange: Exchange): Promise<Served> => {
    const admitted = admit(deps, exchange);
    if (admitted instanceof KmsFailure) return { trouble: noTrouble, reply: refusal(admitted) };
    const { requestId, body } = exchange;
    const { account } = admitted.who.caller;
    const trouble = deps.world.mischiefs.meet(admitted.operation, account);
    if (trouble.latencyMs > 0) await deps.world.mischiefs.wait(trouble.latencyMs);
    const invocation = {
      requestId,
      ...admitted,
      source: sourceOf(exchange.request.headers),
      body: null,
      mischief: mischiefName(trouble),
    };
    if (strikesBefore(trouble.kind)) {
      await deps.dispatcher.refuse(invocation, null, new KmsFailure('ConnectionDropped'));
      return { trouble, reply: null };
    }
    if (trouble.kind === 'delivered twice') {
      await outcomeOf(deps, trouble, { ...invocation, requestId: randomUUID() }, body);
    }
    const outcome = await outcomeOf(deps, trouble, invocation, body);
    return { trouble, reply: replyOf(outcome, deps.world) };
  };
}
