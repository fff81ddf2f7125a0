import type { Authenticate } from '../auth/authenticate.ts';
import { answerSts } from '../sts/sts.ts';
import type { World } from '../world.ts';
import {
  type Exchange,
  journalAlone,
  mischiefName,
  type Served,
  troubleFailure,
} from './exchange.ts';
import { strikesBefore } from './faulty-reply.ts';

/** Answers the AWS Query protocol of STS on the same address. */
export function createStsService(world: World, authenticate: Authenticate) {
  return async ({ request, body, requestId }: Exchange): Promise<Served> => {
    const text = request.method === 'GET' ? request.query : body.toString('utf8');
    const parameters = new URLSearchParams(text);
    const action = parameters.get('Action') ?? 'unknown';
    const trouble = world.mischiefs.meet(`sts:${action}`, null);
    if (trouble.latencyMs > 0) await world.mischiefs.wait(trouble.latencyMs);
    const answer = answerSts(
      world,
      () => authenticate(request, ['sts']),
      parameters,
      requestId,
      troubleFailure(trouble.kind),
    );
    journalAlone(world, {
      ...answer.journal,
      requestId,
      service: 'sts',
      operation: action,
      mischief: mischiefName(trouble),
    });
    if (strikesBefore(trouble.kind)) return { trouble, reply: null };
    return { trouble, reply: { status: answer.status, type: 'text/xml', text: answer.xml } };
  };
}
