import type { DoorNote } from '../../core/core.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { LockNote } from '../../../shared/contract/session.ts';
import type { CloseCause } from '../../../shared/wire/console.ts';
import type { Handshake } from '../transport/http/tab-server.ts';
import type { TabTicket } from '../transport/http/tab.ts';
import type { ConsoleLink } from './console.ts';

export interface CoreSettings {
  readonly keystorePath: string;
  readonly stateFolder: string;
  /** How the core process before this one ended, when nobody asked it to; else null. */
  readonly formerEnd: string | null;
  /** Why the keystore was locked when the process before this one was ended. */
  readonly formerLock: LockNote | null;
}

/** What the process that listens tells the one that has the core. */
export type ToCore =
  | { readonly start: CoreSettings }
  /** The connection itself comes beside this message: what is said on it never passes us. */
  | { readonly handshake: Handshake }
  /** We do not read from that connection any more. */
  | { readonly go: string }
  | { readonly tell: string; readonly message: unknown }
  | { readonly end: string | null; readonly cause: CloseCause }
  | { readonly link: ConsoleLink; readonly number: number }
  /** Somebody came or left: for the audit log. */
  | { readonly note: DoorNote; readonly number: number }
  | { readonly stop: true };

/** What the process that has the core tells the one that listens. */
export type FromCore =
  | { readonly ready: true }
  /** It could not start, and why. */
  | { readonly failed: Failure }
  /** Secrets came in and are of no use any more: only a new process has a clean memory. */
  | { readonly soiled: true; readonly lock: LockNote | null }
  /** The connection of this window is here; whoever handed it over may still read from it. */
  | { readonly taken: string }
  /** What was to be noted under this number stands in the audit log. */
  | { readonly written: number }
  | { readonly keystoreOpen: boolean }
  | { readonly opened: TabTicket }
  | { readonly closed: TabTicket }
  | { readonly takeover: 'allow' | 'refuse' | 'proved' | 'not-proved'; readonly by: TabTicket }
  /** Somebody of this account asks for a link by the private socket. */
  | { readonly linkWanted: number };
