import type { SegmentLink } from './link.ts';
import { readSegments } from './read-segments.ts';
import type { AuditGap, ChainLine, GapProblem } from './verify-segments.ts';

/** What holding segments against the core's log adds to what the chain itself shows. */
export type SegmentProblem =
  | GapProblem
  | 'cut off'
  | 'another chain'
  | 'lost segment'
  | 'not linked'
  | 'two proxies';

export interface SegmentFault {
  /** Null: it is about all of them. */
  readonly segment: string | null;
  /** Line of the segment, from 1. */
  readonly line: number | null;
  /** Number of the first record that it is about. */
  readonly record: number;
  readonly problem: SegmentProblem;
}

export interface CheckedFolder {
  readonly folder: string;
  /** Which copy of the proxy wrote them; null without segments. */
  readonly node: string | null;
  readonly files: number;
  readonly records: number;
  /** Entries of the core's log that these segments bear out. */
  readonly links: number;
  /** Records up to the newest of them; nothing vouches for what follows. */
  readonly linked: number;
  readonly unlinked: number;
  /** Number of the first record that cannot be relied on; null where nothing is wrong. */
  readonly firstBad: number | null;
  /** The first of them. */
  readonly faults: readonly SegmentFault[];
}

export interface CheckedSegments {
  readonly folders: readonly CheckedFolder[];
  /** Proxies that the log knows and whose segments nobody named. */
  readonly notGiven: readonly string[];
}

const mostFaults = 20;

/**
 * Checks the segments of proxies, a folder for each, against each other and against what the core's log
 * says of them. A chain that was written anew as a whole fits in itself, and not in the log.
 * @param links in the order of the log
 * @throws what reading a folder throws
 */
export async function checkSegments(
  folders: readonly string[],
  links: readonly SegmentLink[],
): Promise<CheckedSegments> {
  const read: FolderCheck[] = [];
  for (const folder of folders) read.push(await FolderCheck.read(folder, links));
  const there = new Set(read.flatMap((each) => [...each.segments]));
  const given = new Set(read.map(({ node }) => node));
  return {
    folders: read.map((each) => each.verdict(there)),
    notGiven: [...new Set(links.map(({ node }) => node))].filter((node) => !given.has(node)),
  };
}

/**
 * Holds the segments of one proxy against links of the core's log, from the first of them on, as long as
 * the proxy goes on writing.
 * @param links in the order of the log, at least one
 * @param whole from the first segment on: nobody ever looked at them
 * @returns the first thing that is wrong; null where one chain bears out all links
 * @throws what reading the folder throws
 */
export async function firstFault(
  folder: string,
  links: readonly SegmentLink[],
  whole: boolean,
): Promise<SegmentFault | null> {
  const from = whole ? null : (links[0]?.segment ?? null);
  const check = await FolderCheck.read(folder, links, from);
  return check.verdict(check.segments).faults[0] ?? null;
}

/** One folder: the chain of one proxy. */
class FolderCheck {
  readonly segments = new Set<string>();
  node: string | null = null;
  readonly #folder: string;
  readonly #known: readonly SegmentLink[];
  /** By segment, and the record at which they are held against it: several where nobody wrote in between. */
  readonly #asked = new Map<string, Map<number, SegmentLink[]>>();
  readonly #met = new Map<SegmentLink, boolean>();
  readonly #faults: SegmentFault[] = [];
  /** Number of the last record of each segment. */
  readonly #ends = new Map<string, number>();
  #records = 0;
  #last = 0;

  private constructor(folder: string, links: readonly SegmentLink[]) {
    this.#folder = folder;
    this.#known = links;
    for (const link of links) {
      const ofSegment = this.#asked.get(link.segment) ?? new Map<number, SegmentLink[]>();
      const atRecord = [...(ofSegment.get(link.records) ?? []), link];
      this.#asked.set(link.segment, ofSegment.set(link.records, atRecord));
    }
  }

  static async read(
    folder: string,
    links: readonly SegmentLink[],
    from: string | null = null,
  ): Promise<FolderCheck> {
    const check = new FolderCheck(folder, links);
    const chain = await readSegments(folder, from, (line, segment) => check.#take(line, segment));
    check.#records = chain.records;
    check.#faults.push(...chain.gaps.map((gap: AuditGap) => ({ ...gap })));
    return check;
  }

  /** @param there every segment that is in one of the folders */
  verdict(there: ReadonlySet<string>): CheckedFolder {
    const mine = this.#known.filter(({ node }) => node === this.node);
    const met = mine.filter((link) => this.#met.get(link) === true);
    const linked = met.at(-1)?.records ?? 0;
    const faults = [...this.#faults, ...this.#againstLog(mine, there)];
    const bad = faults.map(({ record }) => record);
    return {
      folder: this.#folder,
      node: this.node,
      files: this.segments.size,
      records: this.#records,
      links: met.length,
      linked,
      unlinked: Math.max(0, this.#last - linked),
      firstBad: bad.length === 0 ? null : Math.min(...bad),
      faults: faults.toSorted((a, b) => a.record - b.record).slice(0, mostFaults),
    };
  }

  #take({ seq, hash, head }: ChainLine, segment: string): void {
    this.segments.add(segment);
    this.#last = seq;
    this.#ends.set(segment, seq);
    if (head !== null) this.#ofProxy(head.node, segment, seq);
    for (const link of this.#asked.get(segment)?.get(seq) ?? []) {
      // once it fitted, a second line of this number is a fault of the chain
      if (this.#met.get(link) !== true)
        this.#met.set(link, link.head === hash && link.node === this.node);
    }
  }

  #ofProxy(node: string, segment: string, seq: number): void {
    this.node ??= node;
    if (node !== this.node)
      this.#faults.push({ segment, line: 1, record: seq + 1, problem: 'two proxies' });
  }

  #againstLog(mine: readonly SegmentLink[], there: ReadonlySet<string>): SegmentFault[] {
    if (mine.length === 0) return [{ segment: null, line: null, record: 1, problem: 'not linked' }];
    const faults: SegmentFault[] = [];
    let good = 0;
    for (const link of mine) {
      const problem = this.#problemOf(link, there);
      if (this.#met.get(link) === true) good = link.records;
      if (problem === null) continue;
      const { segment } = link;
      const before = problem === 'cut off' ? (this.#ends.get(segment) ?? good) : good;
      faults.push({ segment, line: null, record: before + 1, problem });
    }
    return faults;
  }

  #problemOf(link: SegmentLink, there: ReadonlySet<string>): SegmentProblem | null {
    const met = this.#met.get(link);
    if (met === true) return null;
    if (met === false) return 'another chain';
    if (this.segments.has(link.segment)) return 'cut off';
    // in the folder of a chain that ended before this one began, or after
    return there.has(link.segment) ? null : 'lost segment';
  }
}
