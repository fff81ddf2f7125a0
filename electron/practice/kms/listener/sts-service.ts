import type { Authenticate } from '../auth/authenticate.ts';
import { answerSts } from '../sts/sts.ts';
import type { World } from '../world.ts';
import {
  type Exchange,
  journalAlone,
  meetTrouble,
  mischiefName,
  replyContext,
  troubleFailure,
} from './exchange.ts';
import { sendText } from './replies.ts';

/** Answers the AWS Query protocol of STS on the same address. */
export function createStsService(world: World, authenticate: Authenticate) {
  return async ({ request, body, response, requestId }: Exchange): Promise<void> => {
    const parameters = new URLSearchParams(body.toString('utf8'));
    const action = parameters.get('Action') ?? 'unknown';
    const trouble = await meetTrouble(world, `sts:${action}`);
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
    if (trouble.kind === 'response lost' || trouble.kind === 'dropped before effect') {
      response.destroy();
      return;
    }
    sendText(response, replyContext(world, requestId), answer.status, 'text/xml', answer.xml);
  };
}
