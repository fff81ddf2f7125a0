import { lineHash, type SegmentHead, type XksRecord } from './record.ts';
import type { End } from './segment-end.ts';

/** What is wrong, and where. */
export interface AuditGap {
  readonly segment: string;
  /** Line number in the segment, from 1. */
  readonly line: number;
  /** Number of the first record that it is about. */
  readonly record: number;
  readonly problem: GapProblem;
}

/** In words: shared/text/segments.ts. */
export type GapProblem =
  | 'number'
  | 'previous line'
  | 'previous segment'
  | 'missing segment'
  | 'name'
  | 'unreadable';

export interface CheckedSegments {
  readonly records: number;
  readonly gaps: readonly AuditGap[];
  /** Hash of the last line; null without segments. */
  readonly head: string | null;
}

/** A record as it lies in its segment. */
export type KeptRecord = XksRecord & { readonly seq: number; readonly at: number };

export interface ChainLine {
  readonly seq: number;
  readonly hash: string;
  /** Null for the head of a segment. */
  readonly record: KeptRecord | null;
  /** Null for a record. */
  readonly head: SegmentHead | null;
}

/**
 * Checks the segments of one proxy line by line, in the order of their names. With `fromHere` what
 * lies before the first segment is not asked for.
 */
export class SegmentChain {
  readonly gaps: AuditGap[] = [];
  records = 0;
  #end: End | null = null;
  #segment = '';
  #line = 0;
  #torn = false;
  #inRoom = false;
  #unasked: boolean;

  constructor({ fromHere }: { readonly fromHere: boolean }) {
    this.#unasked = fromHere;
  }

  get head(): string | null {
    return this.#end?.hash ?? null;
  }

  begin(segment: string): void {
    this.#segment = segment;
    this.#line = 0;
    this.#torn = false;
    this.#inRoom = false;
  }

  /** Null for a line that is none of a segment. */
  take(line: string): ChainLine | null {
    if (this.#inRoom || line === '') return this.#room();
    this.#line += 1;
    const found = parse(line);
    this.#torn = found === null;
    const before = this.#end;
    const next = (before?.seq ?? 0) + 1;
    if (found === null) {
      this.#gap('unreadable', next);
      return null;
    }
    const { seq } = found;
    const hash = lineHash(line);
    this.#end = { segment: this.#segment, seq, hash };
    if (this.#line === 1) {
      const head = found as unknown as SegmentHead;
      this.#checkHead(head, before);
      return { seq, hash, record: null, head };
    }
    if (seq !== next) this.#gap('number', next);
    // the line itself is as it was where the next one fits it: the one before was altered
    else if ((found as { prev?: string }).prev !== before?.hash)
      this.#gap('previous line', this.#line === 2 ? next : next - 1);
    this.records += 1;
    return { seq, hash, record: found as unknown as KeptRecord, head: null };
  }

  #checkHead({ segment, previous, seq }: SegmentHead, before: End | null): void {
    const next = (before?.seq ?? 0) + 1;
    if (segment !== this.#segment) this.#gap('name', next);
    const asked = !this.#unasked;
    this.#unasked = false;
    if (!asked || (previous?.hash ?? null) === (before?.hash ?? null)) {
      if (asked && seq !== (before?.seq ?? 0)) this.#gap('number', next);
      return;
    }
    const there = previous !== null && previous.segment === before?.segment;
    this.#gap(there ? 'previous segment' : 'missing segment', next);
  }

  /**
   * With an empty line begins room (synced-file.ts): nothing in it was acknowledged, nor a last line
   * before it that is none.
   */
  #room(): null {
    if (!this.#inRoom && this.#torn) this.gaps.pop();
    this.#inRoom = true;
    return null;
  }

  #gap(problem: GapProblem, record: number): void {
    this.gaps.push({ segment: this.#segment, line: this.#line, record, problem });
  }
}

/** Checks segments of one proxy, in the order of their names, against each other. */
export function verifySegments(
  segments: readonly { readonly name: string; readonly text: string }[],
): CheckedSegments {
  const chain = new SegmentChain({ fromHere: false });
  for (const { name, text } of segments) {
    chain.begin(name);
    const lines = text.split('\n');
    // what follows the last line feed was never acknowledged
    lines.pop();
    for (const line of lines) chain.take(line);
  }
  const { records, gaps, head } = chain;
  return { records, gaps, head };
}

function parse(line: string): { readonly seq: number } | null {
  try {
    const value = JSON.parse(line) as { seq?: unknown };
    return typeof value.seq === 'number' ? { ...value, seq: value.seq } : null;
  } catch {
    return null;
  }
}
