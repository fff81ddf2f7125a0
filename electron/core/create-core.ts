import type { Handlers } from '../../shared/contract/index.ts';
import type { Change } from '../../shared/contract/session.ts';
import { CallContext } from './assembly/call-context.ts';
import { hsmHandlers } from './assembly/hsm-handlers.ts';
import { keystoreHandlers } from './assembly/keystore-handlers.ts';
import { practiceHandlers } from './assembly/practice-handlers.ts';
import { Session } from './assembly/session.ts';
import { sessionHandlers } from './assembly/session-handlers.ts';
import type { Caller, Core, CoreConfig } from './core.ts';
import { createGate } from './gate.ts';
import { auditHandlers } from './operations/audit.ts';
import { credentialHandlers } from './operations/credentials.ts';
import { deviceHandlers } from './operations/device.ts';
import { folderHandlers } from './operations/folders.ts';
import { groupHandlers } from './operations/groups.ts';
import { jobHandlers } from './operations/jobs.ts';
import { keyHandlers } from './operations/keys.ts';
import { settingHandlers } from './operations/settings.ts';
import type { HostPorts } from './ports.ts';

/** More ids than this in one change say: read everything of this noun again. */
const mostIds = 500;

/**
 * Builds the whole core for one keystore. Every host brings its own ports; there are no defaults
 * and no globals. Nothing is opened yet: the first call may be `keystore.create` or `.unlock`.
 */
export function createCore(ports: HostPorts, config: CoreConfig): Core {
  const listeners = new Set<(change: Change) => void>();
  let revision = 0;
  const changed = (what: Change['what'], ...ids: string[]): void => {
    revision += 1;
    const change: Change = { revision, what, ids: ids.slice(0, mostIds) };
    for (const listener of listeners) listener(change);
  };

  const calls = new CallContext(ports.log);
  const session = new Session({ ports, config, calls, changed });
  const access = { open: () => session.opened.open };
  const handlers: Handlers<Caller> = {
    session: sessionHandlers(session, ports.clock, () => revision),
    keystore: keystoreHandlers(session, ports),
    hsm: hsmHandlers(session, ports),
    credential: credentialHandlers(access),
    folder: folderHandlers(access),
    group: groupHandlers(access),
    key: keyHandlers(access),
    job: jobHandlers({
      ...access,
      engine: () => session.opened.jobs,
      work: () => session.opened.work(),
    }),
    device: deviceHandlers(access),
    audit: auditHandlers({ ...access, log: () => session.opened.audit }),
    setting: settingHandlers({ ...access, lockTimeChanged: () => session.reset() }),
    practice: practiceHandlers(session),
  };

  const gate = createGate({
    during: (operation, work, caller) => session.during(operation, work, caller),
    handler: (call) => {
      const [noun = '', verb = ''] = call.split('.');
      type Table = Readonly<
        Record<string, Readonly<Record<string, (input: unknown, caller: Caller) => unknown>>>
      >;
      return (handlers as unknown as Table)[noun]?.[verb] ?? null;
    },
    audit: calls,
    log: ports.log,
  });

  return {
    call: gate,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      await session.lock({ actor: 'core', host: '', channel: 'scheduler' });
    },
  };
}
