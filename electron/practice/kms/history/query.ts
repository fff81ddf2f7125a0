import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { State } from '../state/state.ts';
import { recordsOf, type TrailRecord } from './record.ts';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const whole = z.coerce.number().int().min(0);
const moment = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'no date');

const most = 10_000;

/** What a reader of the event history may ask for; all of it narrows. */
export const historyQuerySchema = z.strictObject({
  /** Only what the journal holds after this number. */
  since: whole.default(0),
  /** How many records at most. */
  limit: whole.min(1).max(most).default(1000),
  eventName: z.string().optional(),
  eventSource: z.string().optional(),
  eventType: z.enum(['AwsApiCall', 'AwsServiceEvent']).optional(),
  /** The account in whose history the record is. */
  account: z.string().optional(),
  region: z.string().optional(),
  /** Key id or ARN. */
  keyId: z.string().optional(),
  requestId: z.string().optional(),
  principal: z.string().optional(),
  errorCode: z.string().optional(),
  readOnly: flag.optional(),
  /** Records of this time and later; before this time. */
  from: moment.optional(),
  to: moment.optional(),
});
export type HistoryQuery = z.infer<typeof historyQuerySchema>;

const concerns = ({ resources = [] }: TrailRecord, keyId: string): boolean =>
  resources.some(({ ARN }) => ARN === keyId || ARN.endsWith(`:key/${keyId}`));

const same = <T>(wanted: T | undefined, found: T): boolean =>
  wanted === undefined || wanted === found;

function fits(record: TrailRecord, query: HistoryQuery): boolean {
  const at = Date.parse(record.eventTime);
  return (
    same(query.eventName, record.eventName) &&
    same(query.eventSource, record.eventSource) &&
    same(query.eventType, record.eventType) &&
    same(query.account, record.recipientAccountId) &&
    same(query.region, record.awsRegion) &&
    same(query.requestId, record.requestID) &&
    same(query.principal, record.userIdentity['arn']) &&
    same(query.errorCode, record.errorCode) &&
    same(query.readOnly, record.readOnly) &&
    (query.keyId === undefined || concerns(record, query.keyId)) &&
    (query.from === undefined || at >= Date.parse(query.from)) &&
    (query.to === undefined || at < Date.parse(query.to))
  );
}

/** How many entries of the journal are read at once. */
const page = 1000;

/**
 * Records oldest first, in the envelope of CloudTrail's files. `next` is what to ask `since` for
 * later: everything up to there was looked at. Calls are answered meanwhile: a filter that fits little
 * looks at the whole journal, which takes seconds.
 */
export async function readHistory(
  { journal, settle }: Pick<State, 'journal' | 'settle'>,
  query: HistoryQuery,
): Promise<{ readonly Records: readonly TrailRecord[]; readonly next: number }> {
  const records: TrailRecord[] = [];
  let next = query.since;
  for (;;) {
    const entries = journal.since(next, page);
    for (const { seq, ...entry } of entries) {
      next = seq;
      records.push(...recordsOf(entry).filter((record) => fits(record, query)));
      if (records.length >= query.limit) return { Records: records, next };
    }
    if (entries.length < page) return { Records: records, next };
    await nextTurn();
    settle();
  }
}
