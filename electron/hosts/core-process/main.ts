/**
 * A core in a process of its own, for hosts that must stay awake while it works: the desktop's main
 * process (as an Electron utility process) and the browser console (as a Node fork). The first
 * message says which keystore; the end of this process is the only lock that empties all memory.
 */
import { watchParent } from '../../core/kernel/node-parent-watch.ts';
import { utilityPort } from '../../core/kernel/node-parent-port.ts';
import { CoreProcess } from './core-process.ts';
import { hostLine } from './host-line.ts';

process.umask(0o077);
// Electron ends its utility processes itself when the main process is gone.
if (utilityPort() === null) watchParent();
// The host decides what Ctrl+C and a closed terminal mean; running steps still need the HSM.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
// Electron only warns of these. A core that no longer knows what it does is a locked core.
process.on('unhandledRejection', () => process.exit(70));

const line = hostLine();
const own = new CoreProcess(line, { end: (code) => process.exit(code) });
line.onMessage((message, lines) => void own.take(message, lines));
