import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { msOfIso } from '../../kernel/node-dates.ts';

/** A call that CloudTrail recorded of a KMS key here. */
export interface TrailEvent {
  readonly requestId: string;
  readonly at: number;
  readonly operation: string;
  /** KMS keys of external keys, of those the event names; none when a failed call names no key. */
  readonly arns: readonly string[];
  readonly principal: string | null;
  /** AWS's error code; null: the call went well. */
  readonly error: string | null;
}

/** What records are sorted by. */
export interface TrailWish {
  /** KMS keys that stand for external keys here. */
  readonly arns: ReadonlySet<string>;
  /** Wall clock ms; null: as far as the records go. */
  readonly from: number | null;
  readonly to: number | null;
}

/** KMS asks the proxy for these, and tells CloudTrail under the same request id. */
const askedOfProxy: ReadonlySet<string> = new Set([
  'Encrypt',
  'Decrypt',
  'ReEncrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
]);

const record = z.looseObject({
  eventSource: z.string(),
  eventName: z.string(),
  eventTime: z.string(),
  awsRegion: z.string(),
  recipientAccountId: z.string().optional(),
  requestID: z.string().nullish(),
  errorCode: z.string().optional(),
  userIdentity: z.looseObject({ arn: z.string().optional() }).optional(),
  resources: z.array(z.looseObject({ ARN: z.string().optional() })).nullish(),
});

/** As `aws cloudtrail lookup-events` gives them: the record itself is text. */
const looked = z.looseObject({ CloudTrailEvent: z.string() });

/** More would not fit into memory beside the keystore. */
const mostEvents = 500_000;

/** Gathers what records of CloudTrail say about some KMS keys, and how far they reach. */
export class Trail {
  readonly events: TrailEvent[] = [];
  readonly #wish: TrailWish;
  readonly #covered = new Set<string>();
  readonly #eventIds = new Set<string>();
  records = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(wish: TrailWish) {
    this.#wish = wish;
  }

  /** From the first record to the end of the last one's second; null without records. */
  get span(): { readonly from: number; readonly to: number } | null {
    if (this.records === 0) return null;
    const { from, to } = this.#wish;
    // CloudTrail's times have no fractions
    return { from: from ?? this.#first, to: to ?? this.#last + 999 };
  }

  /** Whether the records speak of the account and Region of a KMS key at all. */
  covers(arn: string): boolean {
    const [, , , region, account] = arn.split(':');
    return this.#covered.has(`${account} ${region}`);
  }

  /** One record, or what holds records. @throws OperationError BAD_INPUT */
  take(value: unknown, where: string): void {
    const inside = recordsIn(value);
    if (inside !== null) {
      for (const each of inside) this.take(each, where);
      return;
    }
    const wrapped = looked.safeParse(value);
    if (wrapped.success) {
      this.take(parseJson(wrapped.data.CloudTrailEvent, where), where);
      return;
    }
    const parsed = record.safeParse(value);
    const at = parsed.success ? msOfIso(parsed.data.eventTime) : null;
    if (!parsed.success || at === null) throw noTrail(where, 'holds what is no event record');
    this.#note(parsed.data, at, where);
  }

  #note(event: z.output<typeof record>, at: number, where: string): void {
    this.records += 1;
    this.#first = Math.min(this.#first, at);
    this.#last = Math.max(this.#last, at);
    if (event.recipientAccountId !== undefined)
      this.#covered.add(`${event.recipientAccountId} ${event.awsRegion}`);
    const kept = this.#kept(event, at);
    if (kept === null || this.#twice(kept)) return;
    if (this.events.length >= mostEvents)
      throw noTrail(where, `there are more than ${mostEvents} calls; narrow the time`);
    this.events.push(kept);
  }

  #kept(event: z.output<typeof record>, at: number): TrailEvent | null {
    const { requestID, eventSource, eventName: operation } = event;
    if (eventSource !== 'kms.amazonaws.com' || !askedOfProxy.has(operation)) return null;
    if (typeof requestID !== 'string' || requestID === '') return null;
    const { from, to, arns: known } = this.#wish;
    if ((from !== null && at + 999 < from) || (to !== null && at > to)) return null;
    const named = new Set((event.resources ?? []).flatMap(({ ARN }) => ARN ?? []));
    const arns = [...named].filter((arn) => known.has(arn));
    const error = event.errorCode ?? null;
    if (arns.length === 0 && (named.size > 0 || error === null)) return null;
    const principal = event.userIdentity?.arn ?? null;
    return { requestId: requestID, at, operation, arns, principal, error };
  }

  /** CloudTrail delivers at least once, and writes a call across accounts into both. */
  #twice({ requestId, operation, arns }: TrailEvent): boolean {
    const id = `${requestId} ${operation} ${arns.join(' ')}`;
    if (this.#eventIds.has(id)) return true;
    this.#eventIds.add(id);
    return false;
  }
}

function recordsIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return null;
  const { Records, Events } = value as { readonly Records?: unknown; readonly Events?: unknown };
  if (Array.isArray(Records)) return Records;
  return Array.isArray(Events) ? Events : null;
}

/** @throws OperationError BAD_INPUT */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw noTrail(where, 'is no JSON');
    throw error;
  }
}

export const noTrail = (where: string, problem: string): OperationError =>
  new OperationError('BAD_INPUT', { field: 'trail', problem: `${where} ${problem}` });
