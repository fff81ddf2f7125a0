/**
 * The HSM bridge: a process of its own that loads one PKCS#11 module, so that a module that
 * crashes, hangs or leaks takes nothing with it. Started by a ProcessLauncher, ends with its
 * parent. Speaks the frames of protocol.ts.
 */
import { keepCompiledCode } from '../../kernel/compiled-code.ts';
import { nodeClock } from '../../kernel/node-clock.ts';
import { onTurn, parentPort, utilityPort } from '../../kernel/node-parent-port.ts';
import { watchParent } from '../../kernel/node-parent-watch.ts';
import { BridgeDevice } from './device.ts';
import type { CallFrame } from './methods.ts';
import { BridgeServer } from './server.ts';

process.umask(0o077);
// Electron ends its utility processes itself when the main process is gone.
if (utilityPort() === null) watchParent();
// Ctrl+C and a closed terminal reach every process of the terminal: the parent decides what they
// mean, and running steps still need the HSM. Without a parent `watchParent` ends this process.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
const port = parentPort();
const server = new BridgeServer({
  device: new BridgeDevice(),
  send: (frame) => port.send(frame),
  now: () => performance.now(),
  later: onTurn,
});
keepCompiledCode(nodeClock);
port.onMessage((message) => server.receive(message as CallFrame));
