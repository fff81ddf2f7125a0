import {
  type HandedPort,
  type ParentPort,
  parentPort,
  utilityPort,
} from '../../core/kernel/node-parent-port.ts';
import { postOwnBytes } from '../../core/kernel/own-bytes.ts';
import type { FromCore, ToCore } from './messages.ts';

/** The line from a core process to its host. Electron's carries lines to other processes too. */
export interface HostLine {
  send(message: FromCore): void;
  onMessage(listener: (message: ToCore, lines: readonly HandedPort[]) => void): void;
}

/** A forked Node process and an Electron utility process talk to their host in the same words. */
export function hostLine(): HostLine {
  const utility = utilityPort();
  if (utility === null) return overFork(parentPort());
  return {
    send: (message) => postOwnBytes((own) => utility.postMessage(own), message),
    onMessage: (listener) =>
      utility.on('message', ({ data, ports }) => listener(data as ToCore, ports ?? [])),
  };
}

const overFork = (port: ParentPort): HostLine => ({
  send: (message) => port.send(message),
  onMessage: (listener) => port.onMessage((message) => listener(message as ToCore, [])),
});
