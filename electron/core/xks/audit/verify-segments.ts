import { lineHash, type SegmentHead } from './record.ts';

/** What is wrong, and where. */
export interface AuditGap {
  readonly segment: string;
  /** Line number in the segment, from 1. */
  readonly line: number;
  readonly problem: 'number' | 'previous line' | 'previous segment' | 'unreadable';
}

export interface CheckedSegments {
  readonly records: number;
  readonly gaps: readonly AuditGap[];
  /** Hash of the last line; null without segments. */
  readonly head: string | null;
}

/** Checks segments of one proxy, in the order of their names, against each other. */
export function verifySegments(
  segments: readonly { readonly name: string; readonly text: string }[],
): CheckedSegments {
  const gaps: AuditGap[] = [];
  let records = 0;
  let end: { seq: number; hash: string } | null = null;
  for (const { name, text } of segments) {
    const gap = (line: number, problem: AuditGap['problem']): void =>
      void gaps.push({ segment: name, line, problem });
    const lines = text.split('\n');
    // what follows the last line feed was never acknowledged
    lines.pop();
    for (const [at, line] of lines.entries()) {
      const found = parse(line);
      if (found === null) {
        gap(at + 1, 'unreadable');
        continue;
      }
      if (at === 0) {
        const before = (found as SegmentHead).previous;
        if ((before?.hash ?? null) !== (end?.hash ?? null)) gap(1, 'previous segment');
        end = { seq: found.seq, hash: lineHash(line) };
        continue;
      }
      if (found.seq !== (end?.seq ?? 0) + 1) gap(at + 1, 'number');
      if ((found as { prev?: string }).prev !== end?.hash) gap(at + 1, 'previous line');
      end = { seq: found.seq, hash: lineHash(line) };
      records++;
    }
  }
  return { records, gaps, head: end?.hash ?? null };
}

function parse(line: string): { readonly seq: number } | null {
  try {
    const value = JSON.parse(line) as { seq?: unknown };
    return typeof value.seq === 'number' ? { ...value, seq: value.seq } : null;
  } catch {
    return null;
  }
}
