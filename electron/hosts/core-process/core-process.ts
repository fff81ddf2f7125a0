import { randomBytes } from 'node:crypto';
import { createCore } from '../../core/create-core.ts';
import type { Core } from '../../core/core.ts';
import type { HandedPort } from '../../core/kernel/node-parent-port.ts';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { nodeLauncher } from '../../core/kernel/node-launcher.ts';
import type { HostPorts, Logger } from '../../core/ports.ts';
import { watchSecrets } from '../clean-image.ts';
import { localActor } from '../local-actor.ts';
import { fileLogger } from '../log-file.ts';
import { rehearsedCrash } from '../rehearsed-crash.ts';
import { socketPlace } from '../transport/socket/place.ts';
import { type SocketServer, serveSocket } from '../transport/socket/serve.ts';
import { HandedLauncher } from './handed-launcher.ts';
import type { HostLine } from './host-line.ts';
import type { CoreSettings, ToCore } from './messages.ts';
import { serveCore } from './serve-core.ts';

/** How long calls may still be answered once the keystore is locked. Milliseconds. */
const lastWords = 2_000;

interface Started {
  readonly core: Core;
  readonly served: ReturnType<typeof serveCore>;
  readonly socket: Promise<SocketServer | null>;
}

/** The life of a core process: started by its host's first message, ended by its last. */
export class CoreProcess {
  readonly #line: HostLine;
  readonly #end: (code: number) => void;
  readonly #launcher: HandedLauncher;
  #started: Started | null = null;
  #stopping = false;

  constructor(line: HostLine, { end }: { readonly end: (code: number) => void }) {
    this.#line = line;
    this.#end = end;
    this.#launcher = new HandedLauncher(line);
  }

  async take(message: ToCore, lines: readonly HandedPort[]): Promise<void> {
    if ('id' in message) this.#started?.served.answer(message);
    else if ('giveUp' in message) this.#started?.served.giveUp(message.giveUp);
    else if ('launched' in message) {
      this.#launcher.launched(message.launched, message.pid, lines[0]);
    } else if ('exited' in message) this.#launcher.exited(message.exited, message.exit);
    else if ('start' in message) this.#start(message.start);
    else if ('stop' in message) await this.#stop();
    else this.#end(0);
  }

  #start(settings: CoreSettings): void {
    if (this.#started) return;
    const log = fileLogger(settings.stateFolder, settings.logName);
    const bare = createCore(this.#ports(settings, log), {
      keystorePath: settings.keystorePath,
      longLived: true,
      idleLock: true,
      formerEnd: settings.formerEnd,
      formerLock: settings.formerLock ?? null,
    });
    const self = { trusted: true, ...localActor(), channel: 'scheduler' } as const;
    const { core, soiled } = watchSecrets(bare, self);
    const served = serveCore(this.#line, { core, soiled, self, log });
    const socket = settings.socket ? openSocket(core, settings, log) : Promise.resolve(null);
    this.#started = { core, served, socket };
    this.#line.send({ ready: true });
  }

  #ports({ stateFolder, launches }: CoreSettings, log: Logger): HostPorts {
    return {
      clock: nodeClock,
      random: randomBytes,
      log,
      paths: { state: stateFolder },
      // The window asks before it calls; in the middle of a call there is nobody here to ask.
      ask: { secret: () => Promise.resolve(null) },
      launcher: launches === 'host' ? this.#launcher : nodeLauncher,
      faults: rehearsedCrash,
    };
  }

  async #stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const { core, served } = this.#started ?? {};
    const socket = await this.#started?.socket;
    await socket?.stopListening();
    await core?.stop();
    await socket?.close();
    await served?.quiet(lastWords);
    this.#line.send({ stopped: true });
  }
}

/** Beside another process that holds this keystore the window still shows who holds it. */
async function openSocket(
  core: Core,
  settings: CoreSettings,
  log: Logger,
): Promise<SocketServer | null> {
  try {
    const place = socketPlace(settings.stateFolder, settings.keystorePath);
    return await serveSocket(core, { place, caller: localActor(), log });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    log.log('warn', 'socket.not-opened', { reason });
    return null;
  }
}
