import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { consolePaths, type EndReason, type Grant } from '../../../shared/wire/console.ts';
import { isRecord } from '../../../shared/wire/message.ts';
import type { Logger } from '../../core/ports.ts';
import type { HostAnswer, TabTicket } from '../transport/http/tab.ts';
import type { Handshake } from '../transport/http/tab-server.ts';
import { type ChangeAnswer, type Site, serveWeb } from '../transport/http/web-server.ts';
import { type BrowserSession, BrowserSessions, type Opened } from './browser-sessions.ts';
import type { Watch } from './moment.ts';
import { type NewLink, OneTimeLinks } from './one-time-links.ts';
import type { WindowFiles } from './window-files.ts';

/** Where the windows' lines end: this process, or the one that has the core. */
export interface TabsPlace {
  accept(handshake: Handshake, socket: Socket): void;
  tell(session: string, message: unknown): void;
  end(session: string | null, cause: 'taken-over' | 'ended' | 'granted'): void;
}

export interface ConsoleOptions {
  readonly files: WindowFiles;
  readonly tabs: TabsPlace;
  readonly clock: Watch;
  readonly log: Logger;
  /** 0: any free port. */
  readonly port: number;
}

/** The browser console: who may open a window, and which window is whose. */
export class WebConsole {
  readonly #options: ConsoleOptions;
  readonly #links: OneTimeLinks;
  readonly #sessions: BrowserSessions;
  #server: { readonly port: number; close(): Promise<void> } | null = null;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#links = new OneTimeLinks(options.clock);
    this.#sessions = new BrowserSessions(options.clock);
  }

  async start(): Promise<void> {
    const { port, log } = this.#options;
    this.#server = await serveWeb(this.#site(), port, log);
  }

  async stop(): Promise<void> {
    this.#options.tabs.end(null, 'ended');
    await this.#server?.close();
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server?.port ?? 0}`;
  }

  /** A new one-time link; an older one that was not used is void. */
  link(): NewLink & { readonly url: string } {
    const link = this.#links.make();
    return { ...link, url: `${this.origin}/#t=${link.token}` };
  }

  tabOpened(ticket: TabTicket): void {
    this.#sessions.tabOpened(ticket.session, ticket.tab);
  }

  tabClosed(ticket: TabTicket): void {
    this.#sessions.tabClosed(ticket.session, ticket.tab);
  }

  answered(_ticket: TabTicket, _answer: HostAnswer): void {}

  #site(): Site {
    const { files } = this.#options;
    return {
      page: (nonce) => files.page(nonce),
      file: (path) => files.file(path),
      mayConnect: () => true,
      expectsLanding: () => false,
      change: (path, body, cookies) =>
        path === consolePaths.session ? this.#begin(body) : this.#standing(body, cookies),
      line: (request, socket, cookies) => this.#line(request, socket, cookies),
    };
  }

  /** The token of a link becomes a session. */
  #begin(body: unknown): ChangeAnswer {
    const token = isRecord(body) ? body['token'] : null;
    if (typeof token !== 'string' || token.length > 100) return refused('no-session');
    const redeemed = this.#links.redeem(token);
    if (redeemed !== 'good') {
      this.#options.log.log('warn', 'console.token-refused', { redeemed });
      return refused(redeemed === 'spent' ? 'link-used' : 'no-session');
    }
    return this.#granted(this.#sessions.open());
  }

  #granted({ session, cookie, factor }: Opened): ChangeAnswer {
    const waiting = session === this.#sessions.waiting;
    this.#options.log.log('info', 'console.session', { waiting });
    const grant: Grant = { factor, waiting };
    return { status: 200, body: grant, cookie };
  }

  #standing(body: unknown, cookies: readonly string[]): ChangeAnswer {
    const session = this.#sessions.byCookie(cookies);
    if (typeof session === 'string') return refused(session);
    const factor = isRecord(body) ? body['factor'] : null;
    if (typeof factor !== 'string' || !this.#sessions.proves(session, factor)) {
      return refused('no-session');
    }
    return { status: 200, body: { waiting: session === this.#sessions.waiting } };
  }

  #line(request: IncomingMessage, socket: Socket, cookies: readonly string[]): boolean {
    const session = this.#sessions.byCookie(cookies);
    if (typeof session === 'string') return false;
    this.#options.tabs.accept({ headers: request.headers, ticket: this.#ticket(session) }, socket);
    return true;
  }

  #ticket(session: BrowserSession): TabTicket {
    return {
      tab: randomUUID(),
      session: session.id,
      factorHash: session.factorHash.toString('hex'),
      waiting: session === this.#sessions.waiting,
    };
  }
}

const refused = (reason: EndReason): ChangeAnswer => ({ status: 403, body: { reason } });
