import type { Change } from '../contract/session.ts';
import type { Failure } from '../errors/operation-error.ts';

/** What comes back over the bridge; `lost`: the core ended before it answered. */
export type BridgeAnswer =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly failure: Failure }
  | { readonly lost: true };

/** How the core process of the desktop is. `ended`: it ended too often and waits for a person. */
export type CoreState = 'starting' | 'open' | 'ended';

export type DesktopEvent =
  | { readonly core: CoreState }
  /** The keystore was locked. May the page and its memory be thrown away? Answered by `kept`. */
  | { readonly emptied: true };

/** What a window may ask of the desktop beside the contract. */
export type DesktopAsk =
  | { readonly ask: 'choose-folder' }
  | { readonly ask: 'choose-file-to-write'; readonly suggestion: string }
  | { readonly ask: 'core-state' }
  | { readonly ask: 'start-core' }
  /** Nobody waits for the call with this ticket any more. */
  | { readonly ask: 'give-up'; readonly ticket: number }
  /** `fresh`: nothing would be lost by loading the page anew, in a process of its own. */
  | { readonly ask: 'kept'; readonly fresh: boolean };

/** The whole of what the preload script gives to the page, under the name `keyreeve`. */
export interface DesktopBridge {
  /** `ticket`: a number of the page's own, by which it can give the call up. */
  call(name: string, input: unknown, ticket?: number): Promise<BridgeAnswer>;
  ask(request: DesktopAsk): Promise<BridgeAnswer>;
  onChange(listener: (change: Change) => void): () => void;
  onHost(listener: (event: DesktopEvent) => void): () => void;
}
