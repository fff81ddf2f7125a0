import { AsyncLocalStorage } from 'node:async_hooks';
import type { OperationName } from '../../../shared/contract/index.ts';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { GoodOutcome } from '../../../shared/model/audit-records.ts';
import { subjectWords } from '../../../shared/text/audit-subject.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { AuditedCall, Caller, GateAudit } from '../core.ts';
import type { Approved, ApprovalWish, DeedShown } from '../keystore/approvals.ts';
import type { Logger } from '../ports.ts';

/** One line of the audit log before it is sequenced and chained. */
export interface AuditEntry {
  readonly action: OperationName;
  readonly caller: Pick<Caller, 'actor' | 'host' | 'channel'>;
  readonly requestHash: string;
  readonly outcome: GoodOutcome | FailureCode;
  readonly objects: readonly string[];
  readonly details: Readonly<Record<string, Json>>;
}

/** What holds a deed up for a second person while a keystore is open. */
export interface ApprovalGuard {
  needs(call: AuditedCall): boolean;
  /** Uses up an approval of this deed, in the change that does it; null: there is none. */
  take(wish: ApprovalWish): Approved | null;
  /** Asks for it. @returns the failure that says so */
  ask(wish: ApprovalWish, caller: Caller): OperationError;
}

/** Goes up to the call, so that nothing of the deed is kept; there it is asked for. */
class ApprovalMissing extends OperationError {
  readonly wish: ApprovalWish;

  constructor(wish: ApprovalWish) {
    super('APPROVAL_NEEDED');
    this.wish = wish;
  }
}

/** A call that is being handled. */
interface Handled {
  readonly call: AuditedCall;
  /** The approval that it was found to go under. */
  approved: Approved | null;
  /** It was held against the rule, as that was then. */
  looked: boolean;
  /** It found a job that was there before: nothing is done that could need anybody. */
  joined: boolean;
}

/** Writes entries while a keystore is open; null while none is. Inside a change it joins it. */
export type AuditSink = (entry: AuditEntry) => void;

/** A job that was there before is found, and nothing is done. */
const joined = 'JOINED';

const approvalSaid = (approved: Approved | null): Readonly<Record<string, Json>> =>
  approved === null
    ? {}
    : { approval: approved.number, approvedBy: approved.by ?? 'nobody refused' };

/**
 * Knows which call is being handled, so that a handler's audit record names who asked for what
 * without every function carrying it along.
 */
export class CallContext implements GateAudit {
  readonly #calls = new AsyncLocalStorage<Handled>();
  readonly #log: Logger;
  #sink: AuditSink | null = null;
  #guard: ApprovalGuard | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A keystore is open: its audit log takes records, and its rule holds. */
  serve(sink: AuditSink, guard: ApprovalGuard): void {
    this.#sink = sink;
    this.#guard = guard;
  }

  leave(): void {
    this.#sink = null;
    this.#guard = null;
  }

  async within<T>(call: AuditedCall, work: () => Promise<T>): Promise<T> {
    const handled: Handled = { call, approved: null, looked: false, joined: false };
    try {
      const output = await this.#calls.run(handled, work);
      if (this.#guard?.needs(call) && !handled.looked && !handled.joined)
        throw new Error(`${call.action} went past the second person that it needs`);
      return output;
    } catch (error) {
      if (!(error instanceof ApprovalMissing) || this.#guard === null) throw error;
      throw this.#guard.ask(error.wish, call.caller);
    }
  }

  /**
   * Inside a handler, where the deed is about to be done and would not be refused for anything else: goes on
   * only under an approval, where one is needed, and uses that up. Inside the change that does it an approval
   * is used exactly if the deed is done.
   * @throws OperationError APPROVAL_NEEDED; nothing may catch it
   */
  requireApproval(objects: readonly string[], shown: DeedShown): void {
    const handled = this.#handled();
    const { call } = handled;
    if (handled.looked) return;
    handled.looked = true;
    if (!this.#guard?.needs(call)) return;
    const { title, says = [], plan = null } = shown;
    const { action: operation, requestHash } = call;
    const wish = { operation, requestHash, objects, title, says, plan };
    handled.approved = this.#guard.take(wish);
    if (handled.approved === null) throw new ApprovalMissing(wish);
  }

  /** Aborted once nobody waits any more for the call that is being handled, where that only reads. */
  get givenUp(): AbortSignal | null {
    return this.#calls.getStore()?.call.givenUp ?? null;
  }

  /** Inside a handler: records the outcome of the call that is being handled. */
  record(
    outcome: GoodOutcome,
    objects: readonly string[],
    details: Readonly<Record<string, Json>>,
  ): void {
    const handled = this.#handled();
    if (outcome === joined) handled.joined = true;
    else this.requireApproval(objects, { title: subjectWords({ objects, details }) });
    const { call, approved } = handled;
    this.#write(call, outcome, objects, { ...details, ...approvalSaid(approved) });
  }

  #handled(): Handled {
    const handled = this.#calls.getStore();
    if (!handled) throw new Error('an audit record was written outside any call');
    return handled;
  }

  /**
   * A refused change. Where no keystore is open, or it takes no changes, the log is the only place;
   * a refusal that cannot be recorded stays a refusal.
   */
  refused(call: AuditedCall, code: FailureCode): void {
    const fields = {
      action: call.action,
      actor: call.caller.actor,
      channel: call.caller.channel,
      code,
    };
    this.#log.log('warn', 'call-refused', fields);
    try {
      this.#write(call, code, [], {});
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log.log('warn', 'refusal-not-audited', { ...fields, why });
    }
  }

  #write(
    call: AuditedCall,
    outcome: GoodOutcome | FailureCode,
    objects: readonly string[],
    details: Readonly<Record<string, Json>>,
  ): void {
    const { actor, host, channel } = call.caller;
    this.#sink?.({
      action: call.action,
      caller: { actor, host, channel },
      requestHash: call.requestHash,
      outcome,
      objects,
      details,
    });
  }
}
