import type { OperationName } from '../../../shared/contract/index.ts';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import type { GoodOutcome, OwnAction } from '../../../shared/model/audit-records.ts';
import type { Json } from '../../../shared/model/json.ts';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { sha256 } from '../crypto/mac.ts';

/** What happened, as the caller tells it. Nothing in it may be a secret. */
export interface AuditEvent {
  readonly action: OperationName | OwnAction;
  readonly actor: string;
  readonly host: string;
  readonly channel: string;
  /** Ids of what it was about. */
  readonly objects?: readonly string[];
  /** SHA-256 of the canonical request, hex; null when there was none. */
  readonly requestHash?: string | null;
  readonly outcome: GoodOutcome | FailureCode;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A record as it is hashed and exported. */
export interface AuditBody {
  readonly v: 1;
  readonly seq: number;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  readonly action: string;
  readonly actor: string;
  readonly host: string;
  readonly channel: string;
  readonly objects: readonly string[];
  readonly requestHash: string | null;
  readonly outcome: string;
  readonly details: { readonly [key: string]: Json };
  /** Hash of the record before, hex. */
  readonly prev: string;
}

/** Details above this many characters are replaced by their hash: a log line is not an archive. */
const longestDetails = 16_000;

/** What the first record of a store's log follows. */
export const genesis = (storeId: string): Buffer => sha256('keyreeve audit genesis v1\n', storeId);

/** The hash of a record: over its canonical text, which names the record before it. */
export const recordHash = (body: string): Buffer => sha256('keyreeve audit record v1\n', body);

/** The canonical text of a record. */
export function encodeRecord(
  event: AuditEvent,
  place: { seq: number; at: number; prev: Buffer },
): string {
  const body: AuditBody = {
    v: 1,
    seq: place.seq,
    at: place.at,
    action: event.action.toWellFormed(),
    actor: event.actor.toWellFormed(),
    host: event.host.toWellFormed(),
    channel: event.channel.toWellFormed(),
    objects: (event.objects ?? []).map((id) => id.toWellFormed()),
    requestHash: event.requestHash ?? null,
    outcome: event.outcome,
    details: boundedDetails(event.details ?? {}),
    prev: place.prev.toString('hex'),
  };
  return canonicalJson({ ...body });
}

function boundedDetails(details: Readonly<Record<string, unknown>>): {
  readonly [key: string]: Json;
} {
  const plain = spellable(details, 0) as { readonly [key: string]: Json };
  const text = canonicalJson(plain);
  if (text.length <= longestDetails) return plain;
  return { omitted: 'too long', characters: text.length, sha256: sha256(text).toString('hex') };
}

/** Makes any value spellable in canonical JSON: a record must not fail for an odd detail. */
function spellable(value: unknown, depth: number): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : String(value);
  }
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || depth > 8) return `[${typeof value}]`;
  if (Array.isArray(value)) return value.map((item) => spellable(item, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype)
    return `[${value.constructor?.name ?? 'object'}]`;
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]): [string, Json] => [key.toWellFormed(), spellable(member, depth + 1)]);
  return Object.fromEntries(entries);
}
