import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Core, Reply } from '../../core/core.ts';
import type { Logger } from '../../core/ports.ts';
import type { HostLine } from './host-line.ts';
import type { ToCore } from './messages.ts';

export interface ServedCore {
  readonly core: Core;
  /** Resolves when this process holds what only a new one would not. */
  readonly soiled: Promise<true>;
  readonly log: Logger;
}

/**
 * Answers the calls of the host by their numbers and passes every change on. Callers are as the
 * host established them: this line ends at the host and nowhere else.
 */
export function serveCore(line: HostLine, { core, soiled, log }: ServedCore) {
  core.onChange((change) => line.send({ change }));
  void soiled.then(() => line.send({ soiled: true }));

  const answer = async (message: Extract<ToCore, { id: number }>): Promise<void> => {
    const { id, call, input, caller } = message;
    let reply: Reply;
    try {
      reply = await core.call(call, input, caller);
    } catch (error) {
      // A core never throws; if one does, its caller still gets an answer, without the text.
      log.log('error', 'core-threw', { call, name: error instanceof Error ? error.name : '' });
      reply = { ok: false, failure: new OperationError('INTERNAL', { call }).toFailure() };
    }
    line.send({ id, reply });
  };
  return (message: Extract<ToCore, { id: number }>): void => void answer(message);
}
