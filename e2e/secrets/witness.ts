import { readFileSync } from 'node:fs';

/** How often (ms) the processes of a run are looked at. */
const interval = 20;

/** What any account or any program of this account can see of a process. */
export interface Seen {
  readonly pid: number;
  readonly what: 'cmdline' | 'environ' | 'limits' | 'coredump_filter';
  readonly text: string;
}

/** Looks at a process and all it starts, for as long as they live, and keeps what it saw. */
export class Witness {
  readonly #seen = new Map<string, Seen>();
  readonly #roots = new Set<number>();
  readonly #timer = setInterval(() => this.look(), interval);

  watch(pid: number): void {
    this.#roots.add(pid);
    this.look();
  }

  get seen(): readonly Seen[] {
    return [...this.#seen.values()];
  }

  look(): void {
    for (const root of this.#roots) if (!this.#note(root)) this.#roots.delete(root);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Notes a process and its children; false when it is gone. */
  #note(pid: number): boolean {
    try {
      for (const what of ['cmdline', 'environ', 'limits', 'coredump_filter'] as const) {
        const text = readFileSync(`/proc/${pid}/${what}`, 'latin1').replaceAll('\0', '\n');
        if (text !== '') this.#seen.set(`${pid} ${what} ${text}`, { pid, what, text });
      }
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
      for (const child of children.split(' ')) if (child !== '') this.#note(Number(child));
      return true;
    } catch {
      return false;
    }
  }
}
