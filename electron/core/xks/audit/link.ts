import { z } from 'zod';
import type { End } from './segment-end.ts';

/** Action of the records in the core's log that say how far the audit of a proxy reached. */
export const linkAction = 'xks.audit-link';

/** How far the segments of one proxy reached at some time, as the core's log has it. */
export interface SegmentLink {
  /** Which copy of the proxy writes them. */
  readonly node: string;
  readonly segment: string;
  /** Records of this proxy so far, in all its segments. */
  readonly records: number;
  /** Hash of the last line, hex. */
  readonly head: string;
}

const shape = z.object({
  node: z.string(),
  segment: z.string(),
  records: z.number().int().nonnegative(),
  head: z.string(),
});

/** What the details of a record of {@link linkAction} say; null where they are none. */
export function linkFrom(details: unknown): SegmentLink | null {
  const parsed = shape.safeParse(details);
  return parsed.success ? parsed.data : null;
}

export const linkTo = (node: string, { segment, seq, hash }: End): SegmentLink => ({
  node,
  segment,
  records: seq,
  head: hash,
});

/** Lines are only ever added: a proxy that has fewer than it had, or other ones, lost some. */
export const goesOn = (from: SegmentLink, to: SegmentLink): boolean =>
  to.records > from.records ||
  (to.records === from.records && (to.segment !== from.segment || to.head === from.head));
