import type { ChildExit } from '../../core/ports.ts';
import type { FromCore } from '../core-process/messages.ts';
import type { ChildProcesses } from './child-processes.ts';
import type { UtilityChannel } from './utility-channel.ts';

/** What a core asks of its host about processes. */
export type Asked = Extract<FromCore, { launch: number } | { kill: number }>;

/** The processes that run on behalf of one core, and end with it. */
export class OwnedChildren {
  readonly #children: ChildProcesses;
  readonly #core: UtilityChannel;
  readonly #owned = new Map<number, UtilityChannel>();

  constructor(children: ChildProcesses, core: UtilityChannel) {
    this.#children = children;
    this.#core = core;
  }

  serve(asked: Asked, tellExited: (launch: number, exit: ChildExit) => void): void {
    if ('kill' in asked) {
      this.#owned.get(asked.kill)?.kill(asked.signal);
      return;
    }
    const child = this.#children.startFor(this.#core, asked);
    this.#owned.set(asked.launch, child);
    child.onExit((exit) => {
      this.#owned.delete(asked.launch);
      tellExited(asked.launch, exit);
    });
  }

  /** Whatever a core had started is of no use to the next one. */
  end(): void {
    for (const child of this.#owned.values()) child.kill();
  }
}
