import type { Change } from '../../shared/contract/session.ts';
import type {
  BridgeAnswer,
  CoreState,
  DesktopAsk,
  DesktopBridge,
} from '../../shared/host/desktop-bridge.ts';
import {
  type HostDeeds,
  type Link,
  LinkLost,
  type LinkState,
  NotBegun,
  type Reply,
} from './link.ts';

/** A break that is over sooner than this (ms) is not shown: a locking core is replaced meanwhile. */
const shortBreak = 900;

export interface DesktopLinkOptions {
  /**
   * After a lock the page may be thrown away with all that was in its memory. False while something
   * is being typed that would be lost with it.
   */
  readonly nothingToLose: () => boolean;
}

/** The bridge that the desktop's preload script gave this page; null in a browser. */
export function desktopBridge(): DesktopBridge | null {
  return (globalThis as { keyreeve?: DesktopBridge }).keyreeve ?? null;
}

/** The way to the core through the desktop's main process. */
export function desktopLink(bridge: DesktopBridge, options: DesktopLinkOptions): Link {
  return new DesktopLink(bridge, options);
}

class DesktopLink implements Link {
  readonly host: Required<HostDeeds>;
  readonly #bridge: DesktopBridge;
  readonly #states = new Set<(state: LinkState) => void>();
  #state: LinkState = { kind: 'connecting' };
  #tickets = 0;
  #patience: ReturnType<typeof setTimeout> | null = null;

  constructor(bridge: DesktopBridge, { nothingToLose }: DesktopLinkOptions) {
    this.#bridge = bridge;
    this.host = {
      chooseFolder: () => this.#askPath({ ask: 'choose-folder' }),
      chooseFileToWrite: (suggestion) =>
        this.#askPath({ ask: 'choose-file-to-write', suggestion: suggestion.slice(0, 200) }),
    };
    bridge.onHost((event) => {
      if ('core' in event) this.#core(event.core);
      else void bridge.ask({ ask: 'kept', fresh: nothingToLose() });
    });
    void this.#look();
  }

  async call(name: string, input: unknown, givenUp?: AbortSignal): Promise<Reply> {
    if (!givenUp) return replyOf(await this.#bridge.call(name, input));
    if (givenUp.aborted) throw new NotBegun();
    const ticket = (this.#tickets += 1);
    const giveUp = (): void => void this.#bridge.ask({ ask: 'give-up', ticket });
    givenUp.addEventListener('abort', giveUp, { once: true });
    try {
      return replyOf(await this.#bridge.call(name, input, ticket));
    } finally {
      givenUp.removeEventListener('abort', giveUp);
    }
  }

  onChange(listener: (change: Change) => void): () => void {
    return this.#bridge.onChange(listener);
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#states.add(listener);
    listener(this.#state);
    return () => this.#states.delete(listener);
  }

  retry(): void {
    void this.#bridge.ask({ ask: 'start-core' });
  }

  async #look(): Promise<void> {
    const reply = replyOf(await this.#bridge.ask({ ask: 'core-state' }));
    // An event that came meanwhile is newer than this answer.
    if (reply.ok && this.#state.kind === 'connecting') this.#core(reply.output as CoreState);
  }

  async #askPath(asked: DesktopAsk): Promise<string | null> {
    const reply = replyOf(await this.#bridge.ask(asked));
    return reply.ok && typeof reply.output === 'string' ? reply.output : null;
  }

  #core(state: CoreState): void {
    if (this.#patience) clearTimeout(this.#patience);
    this.#patience = null;
    if (state === 'open') this.#show({ kind: 'open' });
    else if (state === 'ended') this.#show({ kind: 'lost', since: Date.now() });
    else {
      const since = Date.now();
      if (this.#state.kind === 'open') this.#show({ kind: 'connecting' });
      this.#patience = setTimeout(() => this.#show({ kind: 'lost', since }), shortBreak);
    }
  }

  #show(state: LinkState): void {
    const same = state.kind === this.#state.kind;
    this.#state = state;
    if (same) return;
    for (const listener of this.#states) listener(state);
  }
}

function replyOf(answer: BridgeAnswer): Reply {
  if ('lost' in answer) throw new LinkLost();
  return answer;
}
