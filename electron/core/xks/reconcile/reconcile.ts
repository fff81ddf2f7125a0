import type { KeptRecord } from '../audit/verify-segments.ts';
import type { Trail, TrailEvent } from './trail.ts';

/** One side of what does not match; `count` calls under the same request id and key. */
export interface LoneCall {
  readonly requestId: string;
  readonly at: number;
  readonly operation: string;
  readonly arn: string;
  readonly principal: string | null;
  readonly count: number;
  /** The copy of the proxy that was asked; null: none was. */
  readonly node: string | null;
  /** What the side that knows the call says of it: `ok`, or its error. */
  readonly verdict: string;
}

/** Both sides know the call, and tell it differently. */
export interface Mismatch extends LoneCall {
  readonly problem: 'operation' | 'answered here, failed in AWS' | 'answered in AWS, refused here';
  readonly inAws: string;
}

export interface Reconciled {
  readonly matched: number;
  /** Refused by AWS before it asked the proxy: nothing to match. */
  readonly refusedByAws: number;
  /** Calls of the proxy of a time, account or Region of which the records do not speak. */
  readonly beyond: number;
  readonly awsOnly: Sample<LoneCall>;
  readonly proxyOnly: Sample<LoneCall>;
  readonly different: Sample<Mismatch>;
}

/** The first of them, and how many there are. */
export interface Sample<One> {
  readonly count: number;
  readonly first: readonly One[];
}

interface Tally {
  readonly event: TrailEvent;
  readonly arn: string;
  calls: number;
  answered: number;
  node: string | null;
  operation: string;
  verdict: string;
}

const shown = 200;

/** A call that failed may name no key: it is known by its id alone. */
const noKey = '';

const keyOf = (requestId: string, arn: string): string => `${requestId} ${arn}`;

/**
 * Holds what CloudTrail recorded against what proxies answered. Both know a call by KMS's request
 * id; one id may stand for several calls, of a retry or of a ReEncrypt between two external keys.
 */
export class Reconciliation {
  readonly #trail: Trail;
  readonly #asked = new Map<string, Tally>();
  readonly #proxyOnly = new Map<string, LoneCall>();
  #lone = 0;
  #beyond = 0;

  constructor(trail: Trail) {
    this.#trail = trail;
    for (const event of trail.events) {
      for (const arn of event.arns.length === 0 ? [noKey] : event.arns) {
        const nothing = { calls: 0, answered: 0, node: null, operation: '', verdict: '' };
        this.#asked.set(keyOf(event.requestId, arn), { event, arn, ...nothing });
      }
    }
  }

  /** A record of a proxy's segments. */
  take(record: KeptRecord, node: string): void {
    const { api, kmsRequestId, kmsKeyArn } = record;
    if (kmsRequestId === null || kmsKeyArn === null) return;
    if (api !== 'Encrypt' && api !== 'Decrypt') return;
    const found =
      this.#asked.get(keyOf(kmsRequestId, kmsKeyArn)) ??
      this.#asked.get(keyOf(kmsRequestId, noKey));
    if (found === undefined) {
      this.#takeLone(record, node, kmsRequestId, kmsKeyArn);
      return;
    }
    found.calls += 1;
    if (record.verdict === 'ok') found.answered += 1;
    found.node = node;
    found.operation = record.kmsOperation ?? '';
    found.verdict = record.verdict;
  }

  result(): Reconciled {
    const awsOnly = new Sampler<LoneCall>();
    const different = new Sampler<Mismatch>();
    let matched = 0;
    let refusedByAws = 0;
    for (const tally of this.#asked.values()) {
      // of a key that need not be one of ours
      if (tally.arn === noKey && tally.calls === 0) continue;
      const problem = problemOf(tally);
      if (tally.calls === 0 && tally.event.error !== null) refusedByAws += 1;
      else if (tally.calls === 0) awsOnly.add(loneInAws(tally));
      else if (problem === null) matched += 1;
      else different.add({ ...loneInAws(tally), ...atProxy(tally), problem });
    }
    return {
      matched,
      refusedByAws,
      beyond: this.#beyond,
      awsOnly: awsOnly.sample,
      proxyOnly: { count: this.#lone, first: [...this.#proxyOnly.values()] },
      different: different.sample,
    };
  }

  #takeLone(record: KeptRecord, node: string, requestId: string, arn: string): void {
    const { span } = this.#trail;
    const within = span !== null && record.at >= span.from && record.at <= span.to;
    if (!within || !this.#trail.covers(arn)) {
      this.#beyond += 1;
      return;
    }
    const key = keyOf(requestId, arn);
    const known = this.#proxyOnly.get(key);
    this.#lone += 1;
    if (known === undefined && this.#proxyOnly.size >= shown) return;
    const { at, verdict, principal } = record;
    const operation = record.kmsOperation ?? '';
    const count = (known?.count ?? 0) + 1;
    const one = { requestId, at, operation, arn, principal, count, node, verdict };
    this.#proxyOnly.set(key, one);
  }
}

function problemOf({ event, answered, operation }: Tally): Mismatch['problem'] | null {
  if (operation !== event.operation) return 'operation';
  if (event.error === null) return answered > 0 ? null : 'answered in AWS, refused here';
  // of two keys in one call the first may have answered before the second refused
  return answered > 0 && event.arns.length < 2 ? 'answered here, failed in AWS' : null;
}

const loneInAws = ({ event, arn }: Tally): LoneCall => ({
  requestId: event.requestId,
  at: event.at,
  operation: event.operation,
  arn,
  principal: event.principal,
  count: 1,
  node: null,
  verdict: event.error ?? 'ok',
});

const atProxy = ({ event, calls, node, operation, verdict }: Tally) => ({
  operation,
  count: calls,
  node,
  verdict,
  inAws: event.error === null ? event.operation : `${event.operation}: ${event.error}`,
});

class Sampler<One> {
  #count = 0;
  readonly #first: One[] = [];

  add(one: One): void {
    this.#count += 1;
    if (this.#first.length < shown) this.#first.push(one);
  }

  get sample(): Sample<One> {
    return { count: this.#count, first: this.#first };
  }
}
