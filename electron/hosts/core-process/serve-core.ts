import { setTimeout as wait } from 'node:timers/promises';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Caller, Core, Reply } from '../../core/core.ts';
import { lockNoteOf } from './lock-note.ts';
import type { Logger } from '../../core/ports.ts';
import { CallsUnderWay } from '../transport/calls-under-way.ts';
import type { HostLine } from './host-line.ts';
import type { ToCore } from './messages.ts';

type CallMessage = Extract<ToCore, { id: number }>;

export interface ServedCore {
  readonly core: Core;
  /** Resolves when this process holds what only a new one would not. */
  readonly soiled: Promise<true>;
  /** As whom this process asks its own core. */
  readonly self: Caller;
  readonly log: Logger;
}

/** Operations that open a keystore when they succeed. */
const opening = new Set(['keystore.create', 'keystore.unlock', 'keystore.restore']);

/**
 * Answers the calls of the host by their numbers and passes every change on. Callers are as the
 * host established them: this line ends at the host and nowhere else.
 */
export function serveCore(line: HostLine, { core, soiled, self, log }: ServedCore) {
  const running = new Set<Promise<void>>();
  const underWay = new CallsUnderWay();
  let wasOpen = false;
  core.onChange((change) => line.send({ change }));
  void soiled.then(async () => {
    line.send({ soiled: true, wasOpen, lock: await lockNoteOf(core, self) });
  });

  const answer = async (message: CallMessage, givenUp: AbortSignal): Promise<void> => {
    const { id, call, input, caller } = message;
    let reply: Reply;
    try {
      reply = await core.call(call, input, caller, givenUp);
    } catch (error) {
      // A core never throws; if one does, its caller still gets an answer, without the text.
      log.log('error', 'core-threw', { call, name: error instanceof Error ? error.name : '' });
      reply = { ok: false, failure: new OperationError('INTERNAL', { call }).toFailure() };
    }
    if (reply.ok && opening.has(call)) wasOpen = true;
    line.send({ id, reply });
  };
  return {
    answer: (message: CallMessage): void => {
      const run = underWay
        .run(message.id, (givenUp) => answer(message, givenUp))
        .finally(() => running.delete(run));
      running.add(run);
    },
    giveUp: (id: number): void => underWay.giveUp(id),
    /** Resolves when nothing is left to answer, or after `patience` (ms). */
    quiet: async (patience: number): Promise<void> => {
      const enough = new AbortController();
      const waiting = wait(patience, undefined, { signal: enough.signal }).catch(() => undefined);
      await Promise.race([Promise.allSettled(running), waiting]);
      enough.abort();
    },
  };
}
