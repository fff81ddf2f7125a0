import type { OperationName } from '../../shared/contract/index.ts';
import type { Approval, Effect } from '../../shared/contract/op.ts';
import type { Change, LockNote } from '../../shared/contract/session.ts';
import type { FailureCode } from '../../shared/errors/failures.ts';
import type { Failure } from '../../shared/errors/operation-error.ts';
import type { CloudSettings } from './cloud/cloud.ts';
import type { KdfCost } from './crypto/passphrase-kdf.ts';

/** Who calls, as the host established it. The core never asks the caller itself. */
export interface Caller {
  /** False for anything the host could not authenticate: refused and audited. */
  readonly trusted: boolean;
  /** OS account name until custodians exist. */
  readonly actor: string;
  readonly host: string;
  readonly channel: 'desktop' | 'console' | 'cli' | 'socket' | 'scheduler';
}

export type Reply =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly failure: Failure };

/** The whole product behind one gate; hosts differ only in how a call reaches it. */
export interface Core {
  /**
   * Runs one operation (`noun.verb`) of the contract. Never throws. `givenUp` is aborted once nobody waits for the
   * answer any more: what only reads asks nobody further then; a change goes on to its end.
   */
  call(name: string, input: unknown, caller: Caller, givenUp?: AbortSignal): Promise<Reply>;
  /** Named changes, in order. Returns the unsubscriber. */
  onChange(listener: (change: Change) => void): () => void;
  /** Lets running steps finish, wipes secrets, closes the keystore, ends the bridge. */
  stop(): Promise<void>;
}

/** A window's session as its host knows it, for the audit log: no secret, nothing a cookie holds. */
export interface DoorNote {
  readonly event: 'begin' | 'takeover' | 'end';
  /** An id that the host made for this session. */
  readonly session: string;
  /** When it happened; wall time in ms. */
  readonly at: number;
  readonly details: Readonly<Record<string, string>>;
}

/** What a host that lets people in tells its core beside their calls. */
export interface HostedCore extends Core {
  /** `written` is called once it stands in the audit log; a core that ends before that forgets it. */
  note(note: DoorNote, caller: Caller, written?: () => void): void;
}

export interface GateAudit {
  /** Runs `work` with the audit context of this call in place. */
  within<T>(call: AuditedCall, work: () => Promise<T>): Promise<T>;
  refused(call: AuditedCall, code: FailureCode): void;
}

export interface AuditedCall {
  readonly action: OperationName;
  readonly effect: Effect;
  readonly caller: Caller;
  /** SHA-256 of the validated input without secrets; hex. */
  readonly requestHash: string;
  readonly input: unknown;
  /** From which rule on a second person has to approve it; null: never. */
  readonly approval: Approval | null;
  /** Aborted once nobody waits for it any more; never for what changes something. */
  readonly givenUp: AbortSignal | null;
}

export interface CoreConfig {
  /** The keystore file this core is for. One core, one keystore. */
  readonly keystorePath: string;
  /** May jobs go on in the background after the call that started them returned? */
  readonly longLived: boolean;
  /** Nobody watches: a schedule that was missed is run once, without asking. */
  readonly unattended?: boolean;
  /** How the process before this one ended although nobody asked it to; noted at the next unlock. */
  readonly formerEnd?: string | null;
  /** Why the keystore was locked when the process before this one let go of it. */
  readonly formerLock?: LockNote | null;
  /** People work here and leave: the keystore locks when nobody was at work for a while. */
  readonly idleLock?: boolean;
  /** How many jobs may run at once; 8 unless told otherwise. */
  readonly parallel?: number;
  /** How long a lost CreateKey is searched for before another is made; milliseconds. */
  readonly orphanSearch?: number;
  /** Quotas and timeouts of the AWS adapter, where they differ from AWS's published ones. */
  readonly cloud?: CloudSettings;
  /**
   * What turning the first passphrase of a new keystore into a key costs, within the bounds that hold
   * for every slot. No host sets it; tests that make hundreds of keystores take the least.
   */
  readonly kdfCost?: KdfCost;
}
