import { hash } from 'node:crypto';

/** One request, or a notice of the proxy itself. Never a plaintext, a secret or a signature. */
export interface XksRecord {
  /** Number of the request in this process; null for a notice. */
  readonly request: number | null;
  readonly api: string;
  readonly verdict: string;
  readonly status: number;
  readonly store: string | null;
  readonly accessKeyId: string | null;
  readonly key: string | null;
  readonly version: number | null;
  readonly kmsRequestId: string | null;
  readonly kmsOperation: string | null;
  readonly principal: string | null;
  readonly kmsKeyArn: string | null;
  readonly viaService: string | null;
  readonly vpc: string | null;
  readonly vpce: string | null;
  /** The rule that decided, the HSM's own error, what a notice is about. */
  readonly detail: string | null;
  /** What would have been refused, were the rules enforced. */
  readonly dryRun: string | null;
  /** Revision of the serving set. */
  readonly revision: number;
  /** Microseconds from the complete request to this record. */
  readonly tookUs: number;
}

export interface SegmentHead {
  readonly v: 1;
  readonly segment: string;
  readonly node: string;
  /** Wall clock, milliseconds since 1970. */
  readonly openedAt: number;
  /** Where the segment before ended; null for the first of a proxy. */
  readonly previous: {
    readonly segment: string;
    readonly seq: number;
    readonly hash: string;
  } | null;
  readonly seq: number;
}

/** The hash that the next line names. `line` is without its line feed. */
export const lineHash = (line: string): string =>
  hash('sha256', `keyreeve xks audit v1\n${line}`, 'hex');

/** Longer text of a caller is cut: an ARN has at most 2048 characters. */
const longest = 2048;

/** One line of a segment. JSON spells control characters as escapes, so nothing can add a line. */
export function encodeRecord(
  record: XksRecord,
  place: { readonly seq: number; readonly at: number; readonly prev: string },
): string {
  const { seq, at, prev } = place;
  return JSON.stringify({ seq, prev, at, ...bounded(record) });
}

/** The record itself where nothing of it is too long or half a character: nearly always. */
function bounded(record: XksRecord): XksRecord {
  for (const value of Object.values(record)) {
    if (typeof value !== 'string' || (value.length <= longest && value.isWellFormed())) continue;
    const pairs = Object.entries(record).map(([name, one]: [string, unknown]) => [
      name,
      typeof one === 'string' ? one.slice(0, longest).toWellFormed() : one,
    ]);
    return Object.fromEntries(pairs) as XksRecord;
  }
  return record;
}
