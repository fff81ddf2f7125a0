import { nodeClock } from '../../core/kernel/node-clock.ts';
import { fileLogger } from '../log-file.ts';
import { mayConnect } from '../transport/http/peer-account.ts';
import { socketPlace } from '../transport/socket/place.ts';
import { endRenewal } from '../transport/socket/renewal.ts';
import { type ConsoleLink, WebConsole } from './console.ts';
import { CoreKeeper } from './core-keeper.ts';
import type { FromCore } from './core-messages.ts';
import { windowFolder } from './window-folder.ts';
import { readWindowFiles } from './window-files.ts';

export interface StartOptions {
  readonly keystorePath: string;
  readonly stateFolder: string;
  /** 0: any free port. */
  readonly port: number;
  readonly say: (text: string) => void;
}

export interface RunningConsole {
  link(): ConsoleLink;
  /** We open a browser ourselves now. */
  expectLanding(): void;
  /** Resolves when the console cannot go on. */
  readonly gaveUp: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the console on one keystore. This process listens and decides who may open a window; the
 * one that it starts has the core, the windows' lines and the private socket.
 */
export async function startConsole(options: StartOptions): Promise<RunningConsole> {
  const { keystorePath, stateFolder, port } = options;
  const log = fileLogger(stateFolder, 'console');
  const files = readWindowFiles(windowFolder(options.say));
  const place = socketPlace(stateFolder, keystorePath);
  const gaveUp = Promise.withResolvers<void>();
  const core = new CoreKeeper({
    settings: { keystorePath, stateFolder },
    place,
    log,
    heard: (message) => hear(webConsole, message),
    ended: () => webConsole.coreEnded(),
    link: () => webConsole.link(),
    gaveUp: () => gaveUp.resolve(),
  });
  const webConsole = new WebConsole({ files, tabs: core, clock: nodeClock, log, port, mayConnect });
  await webConsole.start();
  const stop = async (): Promise<void> => {
    webConsole.endAll();
    await core.stop();
    await webConsole.stop();
    endRenewal(place, log);
  };
  try {
    await core.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    link: () => webConsole.link(),
    expectLanding: () => webConsole.expectLanding(),
    gaveUp: gaveUp.promise,
    stop,
  };
}

function hear(webConsole: WebConsole, message: FromCore): void {
  if ('keystoreOpen' in message) webConsole.keystoreOpen(message.keystoreOpen);
  else if ('opened' in message) webConsole.tabOpened(message.opened);
  else if ('closed' in message) webConsole.tabClosed(message.closed);
  else if ('takeover' in message) webConsole.takeover(message.takeover, message.by);
}
