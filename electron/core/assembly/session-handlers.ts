import type { HandlersOfNoun } from '../operations/context.ts';
import type { Clock } from '../ports.ts';
import { statusOf } from './keystore-handlers.ts';
import type { Session } from './session.ts';

const product = 'Keyreeve 0.1.0';

/** The small picture every window starts from. */
export const sessionHandlers = (
  session: Session,
  clock: Clock,
  revision: () => number,
): HandlersOfNoun<'session'> => ({
  snapshot: () => {
    const status = statusOf(session);
    const opened = session.maybe;
    return {
      revision: revision(),
      product,
      keystore: {
        path: status.path,
        state: status.state,
        reason: status.reason,
        realm: status.realm,
      },
      hsm: opened
        ? opened.token.binding && opened.token.state === 'none'
          ? 'pin-needed'
          : opened.token.state
        : 'none',
      designated: opened ? opened.open.device.designated : null,
      counts: {
        groups: opened ? opened.open.groups.list({ find: '', limit: 1, after: null }).total : 0,
        keys: opened ? opened.open.keys.total() : 0,
        running: status.runningJobs,
        needsYou: status.needsYou,
      },
      at: clock.now(),
    };
  },
});
