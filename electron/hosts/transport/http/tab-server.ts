import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { type CloseCause, consolePaths } from '../../../../shared/wire/console.ts';
import { messageLimits } from '../../../../shared/wire/message.ts';
import { Tab, type TabOptions, type TabTicket } from './tab.ts';
import { TabLine } from './tab-line.ts';

/** Windows of one console at once, all sessions together. */
const mostTabs = 16;

/** What is left of a handshake once the host has let it through. */
export interface Handshake {
  readonly headers: IncomingHttpHeaders;
  readonly ticket: TabTicket;
}

export interface TabServerOptions extends Omit<TabOptions, 'helloMs'> {
  readonly helloMs?: number;
  readonly beatMs?: number;
}

/** The end of every window's line, in the process that has the core. */
export class TabServer {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimits.bytes,
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #options: TabServerOptions;
  readonly #tabs = new Set<Tab>();

  constructor(options: TabServerOptions) {
    this.#options = options;
  }

  /** Takes over a connection whose handshake the host has let through. */
  accept({ headers, ticket }: Handshake, socket: Socket): void {
    if (this.#tabs.size >= mostTabs) {
      this.#options.log.log('warn', 'console.too-many-windows', { most: mostTabs });
      socket.destroy();
      return;
    }
    // All that the library reads of a request; the rest stayed in the process that listens.
    const request = { method: 'GET', url: consolePaths.line, headers } as IncomingMessage;
    this.#sockets.handleUpgrade(request, socket, Buffer.alloc(0), (webSocket) => {
      const tab = new Tab(new TabLine(webSocket, this.#options.beatMs), ticket, {
        ...this.#options,
        helloMs: this.#options.helloMs ?? 5_000,
      });
      this.#tabs.add(tab);
      webSocket.once('close', () => this.#tabs.delete(tab));
    });
  }

  /** Says something to every proved window of a session. */
  tell(session: string, message: unknown): void {
    for (const tab of this.#tabs) {
      if (tab.proved && tab.ticket.session === session) tab.line.send(message);
    }
  }

  /** Resolves when every window has gone, or when the signal says that it is enough. */
  async allEnded(enough: AbortSignal): Promise<void> {
    const gone = [...this.#tabs].map((tab) => tab.line.gone);
    const late = new Promise<void>((resolve) => {
      enough.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([Promise.all(gone), late]);
  }

  /** Ends every window of a session, or of all. */
  end(session: string | null, cause: CloseCause): void {
    for (const tab of this.#tabs) {
      if (session === null || tab.ticket.session === session) tab.line.end(cause);
    }
  }
}
