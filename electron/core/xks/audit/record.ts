import { sha256 } from '../../crypto/mac.ts';

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
  sha256('keyreeve xks audit v1\n', line).toString('hex');

/** Longer text of a caller is cut: an ARN has at most 2048 characters. */
const longest = 2048;

/** One line of a segment. JSON spells control characters as escapes, so nothing can add a line. */
export function encodeRecord(
  record: XksRecord,
  place: { readonly seq: number; readonly at: number; readonly prev: string },
): string {
  const { seq, at, prev } = place;
  return JSON.stringify({ seq, prev, at, ...record }, (_, value: unknown) =>
    typeof value === 'string' ? value.slice(0, longest).toWellFormed() : value,
  );
}
