import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import {
  type CloseCause,
  consolePaths,
  type EndReason,
  type Grant,
  type HostWord,
} from '../../../shared/wire/console.ts';
import { isRecord } from '../../../shared/wire/message.ts';
import type { DoorNote } from '../../core/core.ts';
import type { Logger } from '../../core/ports.ts';
import type { TabTicket } from '../transport/http/tab.ts';
import type { Handshake } from '../transport/http/tab-server.ts';
import { type ChangeAnswer, type Site, serveWeb } from '../transport/http/web-server.ts';
import {
  type Arrival,
  type BrowserSession,
  BrowserSessions,
  type Opened,
} from './browser-sessions.ts';
import { type Moment, momentOf, sinceMoment, type Watch } from './moment.ts';
import { OneTimeLinks } from './one-time-links.ts';
import type { WindowFiles } from './window-files.ts';

/** Where the windows' lines end: this process, or the one that has the core. */
export interface TabsPlace {
  /** `handshake` is asked for once there is a core: null when that window may not come any more. */
  accept(handshake: () => Handshake | null, socket: Socket): void;
  tell(session: string, message: unknown): void;
  end(session: string | null, cause: CloseCause): void;
  /** Who came and who left, for the audit log. */
  note(note: DoorNote): void;
}

/** A one-time link as it is handed to a person. */
export interface ConsoleLink {
  readonly url: string;
  /** Wall time in ms. */
  readonly expiresAt: number;
  /** The process that listens. */
  readonly pid: number;
}

/** Wrong passphrases of a browser that waits; then it needs another link. */
const mostWrongPassphrases = 5;
/** A browser that we started shows itself within this time (ms). */
const landingTime = 60_000;

export interface ConsoleOptions {
  readonly files: WindowFiles;
  readonly tabs: TabsPlace;
  readonly clock: Watch;
  readonly log: Logger;
  /** 0: any free port. */
  readonly port: number;
  /** May whoever is at the other end of this connection talk to us at all? */
  mayConnect(socket: Socket): boolean;
}

/** The browser console: who may open a window, and which window is whose. */
export class WebConsole {
  readonly #options: ConsoleOptions;
  readonly #links: OneTimeLinks;
  readonly #sessions: BrowserSessions;
  #landing: Moment | null = null;
  #keystoreOpen = false;
  #server: { readonly port: number; close(): Promise<void> } | null = null;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#links = new OneTimeLinks(options.clock);
    this.#sessions = new BrowserSessions(options.clock, (session, cause) =>
      this.#note('end', session, { cause }),
    );
  }

  async start(): Promise<void> {
    const { port, log } = this.#options;
    this.#server = await serveWeb(this.#site(), port, log);
  }

  /** Windows are told first, by the process that has their lines. */
  endAll(): void {
    const { active } = this.#sessions;
    if (active) this.#note('end', active, { cause: 'stopped' });
    this.#options.tabs.end(null, 'ended');
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server?.port ?? 0}`;
  }

  /** A new one-time link; an older one that was not used is void. */
  link(): ConsoleLink {
    const { token, expiresAt } = this.#links.make();
    return { url: `${this.origin}/#t=${token}`, expiresAt, pid: process.pid };
  }

  /** We open a browser ourselves: one navigation from its start page is expected. */
  expectLanding(): void {
    this.#landing = momentOf(this.#options.clock);
  }

  keystoreOpen(open: boolean): void {
    this.#keystoreOpen = open;
  }

  /** Whatever was open there is not, also what it could not say any more. */
  coreEnded(): void {
    this.#keystoreOpen = false;
    this.#sessions.allTabsClosed();
  }

  tabOpened({ session, tab }: TabTicket): void {
    this.#sessions.tabOpened(session, tab);
    this.#tellOfTakeover();
  }

  tabClosed({ session, tab }: TabTicket): void {
    this.#sessions.tabClosed(session, tab);
    const { active, waiting } = this.#sessions;
    if (waiting?.id === session && waiting.tabs.size === 0 && active) {
      this.#say(active, { host: 'takeover-over' });
    } else this.#tellOfTakeover();
  }

  /** An answer to a takeover: by the browser that works here, or by the one that waits. */
  takeover(answer: 'allow' | 'refuse' | 'proved' | 'not-proved', by: TabTicket): void {
    const { active, waiting } = this.#sessions;
    if (!waiting) return;
    const fromActive = by.session === active?.id;
    const fromWaiting = by.session === waiting.id;
    if (answer === 'allow' && fromActive) this.#takeOver('handed over');
    else if (answer === 'proved' && fromWaiting) this.#takeOver('passphrase');
    else if (answer === 'refuse' && fromActive) this.#end(waiting, 'kept');
    else if (answer === 'not-proved' && fromWaiting) this.#wrongPassphrase(waiting);
  }

  #site(): Site {
    const { files } = this.#options;
    return {
      page: (nonce) => files.page(nonce),
      file: (path) => files.file(path),
      mayConnect: (socket) => this.#options.mayConnect(socket),
      expectsLanding: () => this.#expectsLanding(),
      change: ({ path, body, cookies, agent }) =>
        path === consolePaths.session
          ? this.#begin(body, browserName(agent))
          : this.#standing(body, cookies),
      line: (request, socket, cookies) => this.#line(request, socket, cookies),
    };
  }

  /** The token of a link becomes a session; the page that used it may ask until it has its answer. */
  #begin(body: unknown, from: string): ChangeAnswer {
    const { token, factor } = isRecord(body) ? body : {};
    if (typeof token !== 'string' || token.length > 100 || !isFactor(factor)) {
      return refused('no-session');
    }
    const arrival: Arrival = { token, factor, from };
    const before = this.#sessions.again(arrival);
    if (before) return this.#answered(before, 'console.session-again');
    const redeemed = this.#links.redeem(token);
    if (redeemed !== 'good') {
      this.#options.log.log('warn', 'console.token-refused', { redeemed });
      return refused(redeemed === 'spent' ? 'link-used' : 'no-session');
    }
    const { active } = this.#sessions;
    // A locked keystore gives nothing away without its passphrase, and nobody is there to ask.
    const free = !active || (active.tabs.size === 0 && !this.#keystoreOpen);
    return this.#granted(free ? this.#sessions.open(arrival) : this.#sessions.queue(arrival));
  }

  #takeOver(by: string): void {
    const { active } = this.#sessions;
    const next = this.#sessions.promote();
    if (active) this.#options.tabs.end(active.id, 'taken-over');
    if (next) {
      this.#options.tabs.end(next.id, 'granted');
      this.#note('takeover', next, { by });
    }
    this.#options.log.log('info', 'console.taken-over');
  }

  #wrongPassphrase(waiting: BrowserSession): void {
    waiting.wrongPassphrases += 1;
    const triesLeft = mostWrongPassphrases - waiting.wrongPassphrases;
    if (triesLeft > 0) this.#say(waiting, { host: 'passphrase-refused', triesLeft });
    else this.#end(waiting, 'ended');
  }

  #end(session: BrowserSession, reason: 'kept' | 'ended'): void {
    this.#sessions.end(session, reason);
    this.#options.tabs.end(session.id, reason);
    const { active } = this.#sessions;
    if (active) this.#say(active, { host: 'takeover-over' });
  }

  /** Both sides of a takeover know how it stands, whenever a window of either comes or goes. */
  #tellOfTakeover(): void {
    const { active, waiting } = this.#sessions;
    if (!waiting || waiting.tabs.size === 0) return;
    this.#say(waiting, { host: 'waiting', firstHere: (active?.tabs.size ?? 0) > 0 });
    if (active) this.#say(active, { host: 'takeover-asked', from: waiting.from });
  }

  #note(event: DoorNote['event'], session: BrowserSession, details: DoorNote['details']): void {
    const at = this.#options.clock.now();
    this.#options.tabs.note({ event, session: session.id, at, details });
  }

  #say(to: BrowserSession, word: HostWord): void {
    this.#options.tabs.tell(to.id, word);
  }

  #expectsLanding(): boolean {
    const landing = this.#landing;
    this.#landing = null;
    return landing !== null && sinceMoment(this.#options.clock, landing) < landingTime;
  }

  #granted(opened: Opened): ChangeAnswer {
    const { session } = opened;
    const as = session === this.#sessions.waiting ? 'waiting' : 'at work';
    this.#note('begin', session, { browser: session.from, as });
    return this.#answered(opened, 'console.session');
  }

  #answered({ session, cookie }: Opened, event: string): ChangeAnswer {
    const grant: Grant = { waiting: session === this.#sessions.waiting };
    this.#options.log.log('info', event, { ...grant });
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
    if (typeof this.#sessions.byCookie(cookies) === 'string') return false;
    const { headers } = request;
    this.#options.tabs.accept(() => {
      // Another browser may have taken over while this one waited for a core.
      const session = this.#sessions.byCookie(cookies);
      return typeof session === 'string' ? null : { headers, ticket: this.#ticket(session) };
    }, socket);
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

/** 32 bytes in base64url. */
const isFactor = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w-]{43}$/.test(value);

const refused = (reason: EndReason): ChangeAnswer => ({ status: 403, body: { reason } });

/** A browser may say anything of itself: only names that are known are repeated. */
function browserName(agent: string): string {
  const names = [
    [/\bEdg\//, 'Edge'],
    [/\bFirefox\//, 'Firefox'],
    [/Chrom(?:e|ium)\//, 'Chromium or Chrome'],
    [/\bSafari\//, 'Safari'],
  ] as const;
  return names.find(([pattern]) => pattern.test(agent))?.[1] ?? 'A browser';
}
