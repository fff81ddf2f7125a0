import { lineHash, type SegmentHead, type XksRecord } from './record.ts';

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

/** A record as it lies in its segment. */
export type KeptRecord = XksRecord & { readonly seq: number; readonly at: number };

export interface ChainLine {
  readonly seq: number;
  readonly hash: string;
  /** Null for the head of a segment. */
  readonly record: KeptRecord | null;
}

/**
 * Checks the segments of one proxy line by line, in the order of their names. With `fromHere` what
 * lies before the first segment is not asked for.
 */
export class SegmentChain {
  readonly gaps: AuditGap[] = [];
  records = 0;
  #end: { seq: number; hash: string } | null = null;
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
    if (found === null) {
      this.#gap('unreadable');
      return null;
    }
    const before = this.#end;
    const { seq } = found;
    const hash = lineHash(line);
    this.#end = { seq, hash };
    if (this.#line === 1) {
      const { previous } = found as unknown as SegmentHead;
      if (!this.#unasked && (previous?.hash ?? null) !== (before?.hash ?? null))
        this.#gap('previous segment');
      this.#unasked = false;
      return { seq, hash, record: null };
    }
    if (seq !== (before?.seq ?? 0) + 1) this.#gap('number');
    if ((found as { prev?: string }).prev !== before?.hash) this.#gap('previous line');
    this.records += 1;
    return { seq, hash, record: found as unknown as KeptRecord };
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

  #gap(problem: AuditGap['problem']): void {
    this.gaps.push({ segment: this.#segment, line: this.#line, problem });
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
