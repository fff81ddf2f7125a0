import type { Reply } from '../../electron/core/core.ts';

/** What a core process of the walk is told first. */
export interface Birth {
  readonly keystore: string;
  readonly state: string;
  /** Milliseconds by which its wall clock is ahead of real time. */
  readonly wallAhead: number;
}

/** What it is told afterwards. */
export type Order =
  | { readonly do: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly do: 'wall'; readonly ahead: number }
  /** SIGKILL at the n-th fault point from now; null: not. */
  | { readonly do: 'die-at'; readonly reach: number | null }
  /** The HSM bridge gets SIGKILL. */
  | { readonly do: 'kill-bridge' }
  | { readonly do: 'stop' };

/** What it answers. */
export type Told =
  | { readonly say: 'ready' }
  | { readonly say: 'reply'; readonly id: number; readonly reply: Reply };
