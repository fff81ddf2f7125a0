import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { CloseCause } from '../../../shared/wire/console.ts';
import { createCore } from '../../core/create-core.ts';
import type { Caller, Core, DoorNote, HostedCore } from '../../core/core.ts';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { watchSecrets } from '../clean-image.ts';
import { lockNoteOf } from '../core-process/lock-note.ts';
import { localActor } from '../local-actor.ts';
import { fileLogger } from '../log-file.ts';
import { nodePorts } from '../node-ports.ts';
import { rehearsedCrash } from '../rehearsed-crash.ts';
import { type Handshake, TabServer } from '../transport/http/tab-server.ts';
import type { TabEvents } from '../transport/http/tab.ts';
import { socketPlace } from '../transport/socket/place.ts';
import { type SocketServer, serveSocket } from '../transport/socket/serve.ts';
import type { ConsoleLink } from './console.ts';
import type { CoreSettings, FromCore, ToCore } from './core-messages.ts';
import { LastWindow } from './last-window.ts';
import { opensWith } from './passphrase-proof.ts';

/**
 * How long windows get to take the last word before this process ends (ms). What one sent meanwhile has
 * to be read, or the end of the connection takes that word away from it.
 */
const lastWords = 1_000;

interface Started {
  readonly settings: CoreSettings;
  readonly core: Core;
  /** The same, where it is told what no window may tell it. */
  readonly bare: HostedCore;
  readonly tabs: TabServer;
  readonly socket: SocketServer;
  readonly lastWindow: LastWindow;
}

/** A connection that came here, while the process that listens may still read from it. */
interface HeldConnection {
  readonly handshake: Handshake;
  readonly connection: Socket;
  /** Taken over, or broken. */
  readonly over: PromiseWithResolvers<void>;
}

/** The life of a console's core process: started by its host's first message, ended by its last. */
export class ConsoleCore {
  readonly #say: (message: FromCore) => void;
  readonly #end: (code: number) => void;
  readonly #links = new Map<number, (link: ConsoleLink) => void>();
  readonly #held = new Map<string, HeldConnection>();
  #number = 0;
  #started: Started | null = null;
  #stopping = false;
  /** Windows are told to come back to the next one. */
  #ending = false;
  #noteSecrets: () => Promise<void> = () => Promise.resolve();

  constructor(say: (message: FromCore) => void, end: (code: number) => void) {
    this.#say = say;
    this.#end = end;
  }

  async take(message: ToCore, connection: Socket | undefined): Promise<void> {
    if ('handshake' in message) {
      // A connection that broke on the way arrives as nothing.
      if (connection) this.#hold(message.handshake, connection);
    } else if ('go' in message) this.#accept(message.go);
    else if ('start' in message) await this.#start(message.start);
    else if ('tell' in message) this.#started?.tabs.tell(message.tell, message.message);
    else if ('note' in message) this.#note(message.note, message.number);
    else if ('link' in message) {
      this.#links.get(message.number)?.(message.link);
      this.#links.delete(message.number);
    } else if ('end' in message) this.#endWindows(message.end, message.cause);
    else await this.#stop();
  }

  /**
   * The process that listens goes on reading until Node has told it that the connection is here:
   * what came in meanwhile would be lost, so the window hears of us only after that.
   */
  #hold(handshake: Handshake, connection: Socket): void {
    const { tab } = handshake.ticket;
    const over = Promise.withResolvers<void>();
    this.#held.set(tab, { handshake, connection, over });
    connection.once('close', () => {
      this.#held.delete(tab);
      over.resolve();
    });
    connection.on('error', () => connection.destroy());
    this.#say({ taken: tab });
  }

  #accept(tab: string): void {
    const held = this.#held.get(tab);
    this.#held.delete(tab);
    if (!held) return;
    if (!this.#started) {
      held.connection.destroy();
      return;
    }
    const { tabs } = this.#started;
    tabs.accept(held.handshake, held.connection);
    held.over.resolve();
    // A browser that is told takes the next core; one that is cut off shows an error of its own.
    if (this.#ending) tabs.end(null, 'restart');
  }

  #endWindows(session: string | null, cause: CloseCause): void {
    this.#started?.tabs.end(session, cause);
    // One that is only coming cannot be told: cut off, it comes again and asks how it stands.
    for (const { handshake, connection } of this.#held.values())
      if (handshake.ticket.session === session) connection.destroy();
  }

  async #start(settings: CoreSettings): Promise<void> {
    const { keystorePath, stateFolder, formerEnd, formerLock } = settings;
    const log = fileLogger(stateFolder, 'console-core');
    const actor = localActor();
    const self: Caller = { trusted: true, ...actor, channel: 'scheduler' };
    // The window asks before it calls; in the middle of a call there is nobody here to ask.
    const ask = { secret: () => Promise.resolve(null) };
    const ports = { ...nodePorts({ stateFolder, ask, log }), faults: rehearsedCrash };
    const bare = createCore(ports, {
      keystorePath,
      longLived: true,
      idleLock: true,
      formerEnd,
      formerLock,
    });
    const { core, soiled, noteSecrets } = watchSecrets(bare, self);
    this.#noteSecrets = noteSecrets;
    void soiled.then(() => this.#saySoiled(core, self));
    const lastWindow = new LastWindow({ core, caller: self, clock: nodeClock });
    const events = this.#events(settings, core, lastWindow);
    const tabs = new TabServer({ core, caller: actor, log, events });
    try {
      const place = socketPlace(stateFolder, keystorePath);
      const socket = await serveSocket(this.#withLinks(core), { place, caller: actor, log });
      this.#started = { settings, core, bare, tabs, socket, lastWindow };
    } catch (error) {
      const known = error instanceof OperationError ? error : new OperationError('INTERNAL');
      this.#say({ failed: known.toFailure() });
      return;
    }
    core.onChange(({ what }) => {
      if (what !== 'session') return;
      void isOpen(core, self).then((keystoreOpen) => this.#say({ keystoreOpen }));
    });
    lastWindow.begin();
    this.#say({ ready: true });
  }

  #events({ keystorePath }: CoreSettings, core: Core, lastWindow: LastWindow): TabEvents {
    return {
      opened: (ticket) => {
        if (!ticket.waiting) lastWindow.opened(ticket.tab);
        this.#say({ opened: ticket });
      },
      closed: (ticket) => {
        lastWindow.closed(ticket.tab);
        this.#say({ closed: ticket });
      },
      answered: (ticket, answer) => {
        if ('takeover' in answer) this.#say({ takeover: answer.takeover, by: ticket });
        else void this.#prove(keystorePath, core, ticket, answer.takeoverBy);
      },
    };
  }

  /** A browser that waits may show that it knows the passphrase; only whether it does goes on. */
  async #prove(
    path: string,
    core: Core,
    by: Parameters<TabEvents['opened']>[0],
    passphrase: Uint8Array,
  ): Promise<void> {
    const proved = await opensWith(path, passphrase);
    if (!proved) {
      // Refused and audited as any caller that cannot prove who it is.
      await core.call(
        'session.snapshot',
        {},
        { ...localActor(), trusted: false, channel: 'console' },
      );
    }
    this.#say({ takeover: proved ? 'proved' : 'not-proved', by });
    // Where nothing is open the passphrase was of no other use.
    await this.#noteSecrets();
  }

  #note(note: DoorNote, number: number): void {
    const caller: Caller = { trusted: true, ...localActor(), channel: 'console' };
    this.#started?.bare.note(note, caller, () => this.#say({ written: number }));
  }

  async #saySoiled(core: Core, self: Caller): Promise<void> {
    this.#say({ soiled: true, lock: await lockNoteOf(core, self) });
  }

  /** The command line may ask for a link where it may ask for anything else: on the private socket. */
  #withLinks(core: Core): Core {
    return {
      onChange: (listener) => core.onChange(listener),
      stop: () => core.stop(),
      call: async (name, input, caller, givenUp) =>
        name === 'console.link' && caller.trusted
          ? { ok: true, output: await this.#askForLink() }
          : core.call(name, input, caller, givenUp),
    };
  }

  #askForLink(): Promise<ConsoleLink> {
    const number = ++this.#number;
    return new Promise((resolve) => {
      this.#links.set(number, resolve);
      this.#say({ linkWanted: number });
    });
  }

  async #stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#started) {
      const { socket, core, tabs, lastWindow } = this.#started;
      lastWindow.end();
      await socket.stopListening();
      await core.stop();
      this.#ending = true;
      tabs.end(null, 'restart');
      await Promise.all([socket.close(), this.#allGone(tabs)]);
    }
    // What was written last must leave this process before it ends.
    await wait(0);
    this.#end(0);
  }

  /** Resolves when every window has gone, those on their way here too, or had its time to go. */
  async #allGone(tabs: TabServer): Promise<void> {
    const enough = AbortSignal.timeout(lastWords);
    const late = once(enough, 'abort');
    await Promise.race([
      Promise.all(Array.from(this.#held.values(), ({ over }) => over.promise)),
      late,
    ]);
    if (!enough.aborted) await tabs.allEnded(enough);
  }
}

async function isOpen(core: Core, self: Caller): Promise<boolean> {
  const reply = await core.call('keystore.status', {}, self);
  const { state } = (reply.ok ? reply.output : {}) as { state?: string };
  return state !== 'locked' && state !== 'absent';
}
