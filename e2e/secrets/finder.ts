import type { Spelling } from './spellings.ts';

/** A secret found in some bytes. */
export interface Hit {
  readonly secret: string;
  readonly spelling: string;
  /** Offset in the bytes that were searched. */
  readonly at: number;
}

interface Pattern extends Spelling {
  readonly secret: string;
}

/** Shorter spellings would be found by chance. */
const shortest = 8;

/**
 * Looks for many spellings of many secrets at once (the algorithm of Wu and Manber, with blocks of
 * two bytes): gigabytes of memory are searched for a hundred of them in seconds.
 */
export class Finder {
  readonly #patterns: readonly Pattern[];
  readonly #length: number;
  readonly #shift: Uint8Array;
  readonly #ending = new Map<number, Pattern[]>();

  constructor(secrets: ReadonlyMap<string, readonly Spelling[]>) {
    this.#patterns = [...secrets].flatMap(([secret, all]) =>
      all.map((spelling) => ({ secret, ...spelling })),
    );
    const length = Math.min(128, ...this.#patterns.map(({ bytes }) => bytes.length));
    if (length < shortest) throw new Error(`a spelling of ${length} bytes`);
    this.#length = length;
    this.#shift = new Uint8Array(65_536).fill(length - 1);
    for (const pattern of this.#patterns) this.#enter(pattern);
  }

  /** Longest spelling: two pieces of memory that lie side by side must overlap by so much. */
  get overlap(): number {
    return Math.max(...this.#patterns.map(({ bytes }) => bytes.length));
  }

  find(where: Uint8Array): Hit[] {
    const shift = this.#shift;
    const hits: Hit[] = [];
    let end = this.#length - 1;
    while (end < where.length) {
      const block = ((where[end - 1] as number) << 8) | (where[end] as number);
      const step = shift[block] as number;
      if (step > 0) {
        end += step;
        continue;
      }
      for (const pattern of this.#ending.get(block) ?? []) {
        const at = end - this.#length + 1;
        if (stands(pattern.bytes, where, at)) {
          hits.push({ secret: pattern.secret, spelling: pattern.name, at });
        }
      }
      end += 1;
    }
    return hits;
  }

  /** Only the first `length` bytes of a pattern count for the shifts; all of them for a hit. */
  #enter(pattern: Pattern): void {
    const { bytes } = pattern;
    for (let at = 1; at < this.#length; at++) {
      const block = ((bytes[at - 1] as number) << 8) | (bytes[at] as number);
      const step = this.#length - 1 - at;
      this.#shift[block] = Math.min(this.#shift[block] as number, step);
      if (step > 0) continue;
      this.#ending.set(block, [...(this.#ending.get(block) ?? []), pattern]);
    }
  }
}

function stands(pattern: Uint8Array, where: Uint8Array, at: number): boolean {
  if (at + pattern.length > where.length) return false;
  for (let i = 0; i < pattern.length; i++) if (pattern[i] !== where[at + i]) return false;
  return true;
}
