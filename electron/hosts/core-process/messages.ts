import type { Change, LockNote } from '../../../shared/contract/session.ts';
import type { Caller, Reply } from '../../core/core.ts';
import type { ChildExit } from '../../core/ports.ts';

/** What a host tells a core process first, once. */
export interface CoreSettings {
  readonly keystorePath: string;
  /** Private folder of this device and user. */
  readonly stateFolder: string;
  /** Under which name the log notes this process. */
  readonly logName: string;
  /** Also listen on the private socket of the keystore, so that the command line works beside. */
  readonly socket: boolean;
  /**
   * `here`: this process forks what it needs. `host`: it asks the host, which hands over a line to
   * each (Electron, whose programs are no Node that could be forked).
   */
  readonly launches: 'here' | 'host';
  /** How the core process before this one ended, when nobody asked it to; else null. */
  readonly formerEnd: string | null;
  /** Why the keystore was locked when the process before this one was ended. */
  readonly formerLock?: LockNote | null;
}

/** Processes that a core may ask its host for. */
const launchable = ['hsm-bridge', 'practice-kms'] as const;
export type Launchable = (typeof launchable)[number];

export type ToCore =
  | { readonly start: CoreSettings }
  | {
      readonly id: number;
      readonly call: string;
      readonly input: unknown;
      readonly caller: Caller;
    }
  /** Nobody waits for the answer of this call any more. */
  | { readonly giveUp: number }
  /** Lock, let running steps finish, answer what is left, then say `stopped`. */
  | { readonly stop: true }
  /** Everything that was said has been heard: end. */
  | { readonly end: true }
  /** The process that was asked for runs; its line came beside this message. */
  | { readonly launched: number; readonly pid: number }
  | { readonly exited: number; readonly exit: ChildExit };

export type FromCore =
  /** The core takes calls. */
  | { readonly ready: true }
  | { readonly id: number; readonly reply: Reply }
  | { readonly change: Change }
  /**
   * Secrets came in and are of no use any more: only a new process has a clean memory. `wasOpen`: a
   * keystore was open, as opposed to a passphrase that did not open it.
   */
  | { readonly soiled: true; readonly wasOpen: boolean; readonly lock: LockNote | null }
  | { readonly stopped: true }
  | {
      readonly launch: number;
      readonly entry: Launchable;
      readonly environment: Readonly<Record<string, string>>;
    }
  | { readonly kill: number; readonly signal: 'SIGTERM' | 'SIGKILL' };
