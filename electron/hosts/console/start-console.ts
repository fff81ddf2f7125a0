import { hostname, userInfo } from 'node:os';
import { createCore } from '../../core/create-core.ts';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { fileLogger } from '../log-file.ts';
import { nodePorts } from '../node-ports.ts';
import { TabServer } from '../transport/http/tab-server.ts';
import { socketPlace } from '../transport/socket/place.ts';
import { serveSocket } from '../transport/socket/serve.ts';
import { WebConsole } from './console.ts';
import { windowFolder } from './window-folder.ts';
import { readWindowFiles } from './window-files.ts';

export interface StartOptions {
  readonly keystorePath: string;
  readonly stateFolder: string;
  readonly port: number;
  readonly say: (text: string) => void;
}

export interface RunningConsole {
  link(): { readonly url: string; readonly expiresAt: number };
  stop(): Promise<void>;
}

/** Starts the console on one keystore, and the private socket beside it. */
export async function startConsole(options: StartOptions): Promise<RunningConsole> {
  const { keystorePath, stateFolder, port } = options;
  const log = fileLogger(stateFolder, 'console');
  const files = readWindowFiles(windowFolder(options.say));
  const core = createCore(nodePorts({ stateFolder, ask: { secret: async () => null }, log }), {
    keystorePath,
    longLived: true,
  });
  const caller = { actor: userInfo().username, host: hostname() };
  const tabs = new TabServer({
    core,
    caller,
    log,
    events: {
      opened: (ticket) => webConsole.tabOpened(ticket),
      closed: (ticket) => webConsole.tabClosed(ticket),
      answered: (ticket, answer) => webConsole.answered(ticket, answer),
    },
  });
  const webConsole = new WebConsole({ files, tabs, clock: nodeClock, log, port });
  await webConsole.start();
  const socket = await serveSocket(core, {
    place: socketPlace(stateFolder, keystorePath),
    caller,
    log,
  });
  return {
    link: () => webConsole.link(),
    stop: async () => {
      await webConsole.stop();
      await socket.stopListening();
      await core.stop();
      await socket.close();
    },
  };
}
