import type { Change } from '../../shared/contract/session.ts';
import type { EndReason, HostWord } from '../../shared/wire/console.ts';
import {
  type HostMessage,
  type Link,
  LinkLost,
  type LinkState,
  NotBegun,
  type Reply,
} from './link.ts';
import { endOf, WebLine } from './web-line.ts';
import { enter, forgetFactor, shareFactor, standingOf, takeToken } from './web-session.ts';

/** A break that is over sooner than this (ms) is not shown: a locking core is replaced meanwhile. */
const shortBreak = 900;
/** Pauses between tries (ms); the last one goes on. */
const pauses = [0, 150, 300, 600, 1_200, 2_500, 5_000] as const;
/** Calls made during a short break wait for its end, at most so many. */
const mostKept = 200;

/** The way to the core through the loopback console: starts at once and goes on by itself. */
export function webLink(): Link {
  const link = new WebLink();
  void link.begin(takeToken());
  window.addEventListener('hashchange', () => {
    const token = takeToken();
    if (token !== null) void link.begin(token);
  });
  shareFactor(() => link.factor);
  return link;
}

/** States that say nothing new when they come again. */
const unchanging: ReadonlySet<LinkState['kind']> = new Set(['connecting', 'open', 'lost']);

interface Kept {
  readonly name: string;
  readonly input: unknown;
  readonly answer: PromiseWithResolvers<Reply>;
  readonly givenUp: AbortSignal | undefined;
}

class WebLink implements Link {
  readonly #changes = new Set<(change: Change) => void>();
  readonly #states = new Set<(state: LinkState) => void>();
  readonly #hosts = new Set<(message: HostMessage) => void>();
  #state: LinkState = { kind: 'connecting' };
  #line: WebLine | null = null;
  #factor: string | null = null;
  #kept: Kept[] = [];
  #tries = 0;
  #entries = 0;
  #brokenSince: number | null = null;
  #pause: { readonly timer: ReturnType<typeof setTimeout>; readonly end: () => void } | null = null;

  /** The second factor while this window works or waits; null otherwise. */
  get factor(): string | null {
    return this.#state.kind === 'refused' ? null : this.#factor;
  }

  /** Enters by a link's token, or by what this window or another of this browser knows. */
  async begin(token: string | null): Promise<void> {
    // A link that comes later counts: what an earlier entry still tries, or waits for, is over.
    this.#dropPause();
    const mine = (this.#entries += 1);
    const entry = await enter(token);
    if (mine !== this.#entries) return;
    if (entry.kind === 'refused') {
      this.#refuse(entry.reason);
      return;
    }
    if (entry.kind === 'unreachable') {
      this.#show({ kind: 'lost', since: Date.now() });
      this.#later(() => void this.begin(token));
      return;
    }
    this.#factor = entry.factor;
    this.#connect(entry.factor);
  }

  call(name: string, input: unknown, givenUp?: AbortSignal): Promise<Reply> {
    const { kind } = this.#state;
    if (kind === 'open' && this.#line) return this.#line.call(name, input, givenUp);
    const answer = Promise.withResolvers<Reply>();
    if (kind === 'connecting' && this.#kept.length < mostKept) {
      this.#kept.push({ name, input, answer, givenUp });
    } else answer.reject(kind === 'refused' ? new LinkLost() : new NotBegun());
    return answer.promise;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#states.add(listener);
    listener(this.#state);
    return () => this.#states.delete(listener);
  }

  onHost(listener: (message: HostMessage) => void): () => void {
    this.#hosts.add(listener);
    return () => this.#hosts.delete(listener);
  }

  answerHost(answer: { readonly takeover: 'allow' | 'refuse' }): void {
    this.#line?.answer(answer);
  }

  takeOver(passphrase: Uint8Array): void {
    this.#line?.answer({ takeoverBy: passphrase });
    passphrase.fill(0);
  }

  retry(): void {
    const pause = this.#pause;
    if (!pause) return;
    clearTimeout(pause.timer);
    this.#tries = 0;
    pause.end();
  }

  #connect(factor: string): void {
    this.#line?.close();
    const line: WebLine = new WebLine(factor, {
      ready: (as) => {
        if (as === 'open') this.#opened(line);
        else this.#show({ kind: 'waiting', firstHere: true, triesLeft: null });
      },
      change: (change) => {
        for (const listener of this.#changes) listener(change);
      },
      host: (word) => this.#heard(word),
      ended: (code) => {
        if (this.#line === line) void this.#broken(factor, code);
      },
    });
    this.#line = line;
  }

  #opened(line: WebLine): void {
    this.#tries = 0;
    this.#brokenSince = null;
    this.#show({ kind: 'open' });
    for (const { name, input, answer, givenUp } of this.#kept.splice(0)) {
      line.call(name, input, givenUp).then(answer.resolve, answer.reject);
    }
  }

  #heard(word: HostWord): void {
    const state = this.#state;
    if (word.host === 'takeover-asked' || word.host === 'takeover-over') {
      for (const listener of this.#hosts) listener(word);
    } else if (state.kind !== 'waiting') return;
    else if (word.host === 'waiting') this.#show({ ...state, firstHere: word.firstHere });
    else this.#show({ ...state, triesLeft: word.triesLeft });
  }

  /** A refused handshake looks like a broken line: the host is asked what it was. */
  async #broken(factor: string, code: number): Promise<void> {
    this.#line = null;
    const end = endOf(code);
    if (end !== null) return this.#refuse(end);
    this.#brokenSince ??= Date.now();
    if (this.#state.kind !== 'lost') this.#show({ kind: 'connecting' });
    const entries = this.#entries;
    const standing = await standingOf(factor);
    if (this.#line !== null || this.#factor !== factor || entries !== this.#entries) return;
    if (standing.kind === 'refused') return this.#refuse(standing.reason);
    this.#later(() => this.#connect(factor));
  }

  #later(work: () => void): void {
    const broken = this.#brokenSince;
    if (broken !== null && Date.now() - broken > shortBreak) {
      this.#show({ kind: 'lost', since: broken });
    }
    const end = (): void => {
      this.#pause = null;
      work();
    };
    const pause = pauses[Math.min(this.#tries, pauses.length - 1)] ?? 5_000;
    this.#tries += 1;
    this.#dropPause();
    this.#pause = { timer: setTimeout(end, pause), end };
  }

  #dropPause(): void {
    if (this.#pause) clearTimeout(this.#pause.timer);
    this.#pause = null;
  }

  #refuse(reason: EndReason): void {
    this.#line = null;
    forgetFactor();
    this.#show({ kind: 'refused', reason });
  }

  #show(state: LinkState): void {
    if (state.kind === 'lost' || state.kind === 'refused') {
      const why = state.kind === 'lost' ? NotBegun : LinkLost;
      for (const { answer } of this.#kept.splice(0)) answer.reject(new why());
    }
    const same = state.kind === this.#state.kind && unchanging.has(state.kind);
    this.#state = state;
    if (same) return;
    for (const listener of this.#states) listener(state);
  }
}
