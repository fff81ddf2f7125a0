import type { Change } from '../../shared/contract/session.ts';
import type { Failure } from '../../shared/errors/operation-error.ts';

/** How the window stands with the process that holds the keystore. */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly since: number }
  /** Another browser works with this keystore: it is asked, or the passphrase decides. */
  | { readonly kind: 'waiting'; readonly firstHere: boolean; readonly triesLeft: number | null }
  | {
      readonly kind: 'refused';
      readonly reason: 'no-session' | 'link-used' | 'wrong-port' | 'taken-over' | 'kept' | 'ended';
    };

export type Reply =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly failure: Failure };

/** What only some hosts can do; absent where the host has no such thing. */
export interface HostDeeds {
  /** Lets a person choose a folder; null when they did not. */
  chooseFolder?(): Promise<string | null>;
  /** Lets a person choose where a file is to be written; null when they did not. */
  chooseFileToWrite?(suggestion: string): Promise<string | null>;
}

/** What a host says by itself, beside what changed in the keystore. */
export type HostMessage =
  | { readonly host: 'takeover-asked'; readonly from: string }
  /** Nobody asks any more. */
  | { readonly host: 'takeover-over' };

/**
 * The way from the window to the core: Electron IPC or the loopback console. Carries calls of the
 * contract and named changes, and nothing else.
 */
export interface Link {
  /**
   * Resolves with the gate's answer; rejects with LinkLost when none can come any more. `givenUp` is aborted once
   * nobody waits for it: the core ends what only reads.
   */
  call(name: string, input: unknown, givenUp?: AbortSignal): Promise<Reply>;
  onChange(listener: (change: Change) => void): () => void;
  onState(listener: (state: LinkState) => void): () => void;
  /** Tries again at once, where it waits before the next try. */
  retry(): void;
  readonly host?: HostDeeds;
  onHost?(listener: (message: HostMessage) => void): () => void;
  /** Answers what the host asked. */
  answerHost?(answer: { readonly takeover: 'allow' | 'refuse' }): void;
  /** While it waits: shows that the person here knows the passphrase. The bytes are zeroed. */
  takeOver?(passphrase: Uint8Array): void;
}

/** The connection broke before an answer came: what was asked may or may not have happened. */
export class LinkLost extends Error {
  constructor() {
    super('The connection to the keystore broke before an answer came.');
    this.name = 'LinkLost';
  }
}

/** It broke so that it is certain: what was asked for was never begun, and may be asked anew. */
export class NotBegun extends LinkLost {
  constructor() {
    super();
    this.name = 'NotBegun';
  }
}
