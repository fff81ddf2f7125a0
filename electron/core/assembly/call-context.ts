import { AsyncLocalStorage } from 'node:async_hooks';
import type { Json } from '../../../shared/model/json.ts';
import type { AuditedCall, Caller, GateAudit } from '../core.ts';
import type { Logger } from '../ports.ts';

/** One line of the audit log before it is sequenced and chained. */
export interface AuditEntry {
  readonly action: string;
  readonly caller: Pick<Caller, 'actor' | 'host' | 'channel'>;
  readonly requestHash: string;
  readonly outcome: string;
  readonly objects: readonly string[];
  readonly details: Readonly<Record<string, Json>>;
}

/** Writes entries while a keystore is open; null while none is. Inside a change it joins it. */
export type AuditSink = (entry: AuditEntry) => void;

/**
 * Knows which call is being handled, so that a handler's audit record names who asked for what
 * without every function carrying it along.
 */
export class CallContext implements GateAudit {
  readonly #calls = new AsyncLocalStorage<AuditedCall>();
  readonly #log: Logger;
  sink: AuditSink | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  within<T>(call: AuditedCall, work: () => Promise<T>): Promise<T> {
    return this.#calls.run(call, work);
  }

  /** Aborted once nobody waits any more for the call that is being handled, where that only reads. */
  get givenUp(): AbortSignal | null {
    return this.#calls.getStore()?.givenUp ?? null;
  }

  /** Inside a handler: records the outcome of the call that is being handled. */
  record(
    outcome: string,
    objects: readonly string[],
    details: Readonly<Record<string, Json>>,
  ): void {
    const call = this.#calls.getStore();
    if (!call) throw new Error('an audit record was written outside any call');
    this.#write(call, outcome, objects, details);
  }

  /**
   * A refused change. Where no keystore is open, or it takes no changes, the log is the only place;
   * a refusal that cannot be recorded stays a refusal.
   */
  refused(call: AuditedCall, code: string): void {
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
    outcome: string,
    objects: readonly string[],
    details: Readonly<Record<string, Json>>,
  ): void {
    const { actor, host, channel } = call.caller;
    this.sink?.({
      action: call.action,
      caller: { actor, host, channel },
      requestHash: call.requestHash,
      outcome,
      objects,
      details,
    });
  }
}
