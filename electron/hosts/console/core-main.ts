/**
 * The process of a console that has the core: windows' lines and the private socket end here, so
 * that nothing secret ever passes the process that listens. Its end is a lock that empties memory.
 */
import type { Socket } from 'node:net';
import { watchParent } from '../../core/kernel/node-parent-watch.ts';
import { ConsoleCore } from './console-core.ts';
import type { FromCore, ToCore } from './core-messages.ts';

process.umask(0o077);
watchParent();
// The host decides what Ctrl+C and a closed terminal mean; running steps still need the HSM.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
// A core that no longer knows what it does is a locked core.
process.on('unhandledRejection', () => process.exit(70));
process.on('disconnect', () => process.exit(0));

const say = (message: FromCore): void => void process.send?.(message);
const own = new ConsoleCore(say, (code) => process.exit(code));
process.on('message', (message, connection) => {
  void own.take(message as ToCore, connection as Socket | undefined);
});
