import type { Change } from '../../shared/contract/session.ts';
import { CallContext } from './assembly/call-context.ts';
import { keystoreHandlers } from './assembly/keystore-handlers.ts';
import { Session } from './assembly/session.ts';
import { sessionHandlers } from './assembly/session-handlers.ts';
import type { CoreConfig, HostedCore } from './core.ts';
import { createGate, type Handler } from './gate.ts';
import type { OpenedHandlers } from './opened-handlers.ts';
import type { HostPorts } from './ports.ts';

/** More ids than this in one change say: read everything of this noun again. */
const mostIds = 500;

const pick = (handlers: object, noun: string, verb: string): Handler | null =>
  (handlers as Readonly<Record<string, Readonly<Record<string, Handler>>>>)[noun]?.[verb] ?? null;

/**
 * Builds the whole core for one keystore. Every host brings its own ports; there are no defaults
 * and no globals. Nothing is opened yet: the first call may be `keystore.create` or `.unlock`.
 */
export function createCore(ports: HostPorts, config: CoreConfig): HostedCore {
  const listeners = new Set<(change: Change) => void>();
  let revision = 0;
  const changed = (what: Change['what'], ...ids: string[]): void => {
    revision += 1;
    const change: Change = { revision, what, ids: ids.slice(0, mostIds) };
    for (const listener of listeners) listener(change);
  };

  const calls = new CallContext(ports.log);
  // What fails to load is told to the call that needs it.
  const expectCalls = (): void => void rest().catch(() => undefined);
  const session = new Session({ ports, config, calls, changed, expectCalls });
  const first = {
    session: sessionHandlers(session, ports.clock, () => revision),
    keystore: keystoreHandlers(session, ports),
  };
  let loaded: OpenedHandlers | null = null;
  const rest = async (): Promise<OpenedHandlers> => {
    const { openedHandlers } = await import('./opened-handlers.ts');
    return (loaded ??= openedHandlers(session, ports, config));
  };

  const gate = createGate({
    during: (operation, work, caller) => session.during(operation, work, caller),
    handler: (call) => {
      const [noun = '', verb = ''] = call.split('.');
      if (noun in first) return pick(first, noun, verb);
      return loaded ? pick(loaded, noun, verb) : rest().then((all) => pick(all, noun, verb));
    },
    audit: calls,
    log: ports.log,
  });

  return {
    call: gate,
    note: (note, caller, written) => session.note(note, caller, written),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      await session.lock({
        caller: { actor: 'core', host: '', channel: 'scheduler' },
        why: 'stop',
      });
    },
  };
}
