import { seededRandom } from '../crash/seeded-random.ts';

/** Choices that follow from a seed: the same seed makes the same campaign again. */
export class Dice {
  readonly #bytes;
  #left: Buffer = Buffer.alloc(0);

  constructor(seed: string) {
    this.#bytes = seededRandom(seed);
  }

  /** A whole number from 0 up to, not including, `count`. */
  below(count: number): number {
    if (this.#left.length < 4) this.#left = this.#bytes(4096);
    const drawn = this.#left.readUInt32LE();
    this.#left = this.#left.subarray(4);
    return drawn % count;
  }

  one<T>(of: readonly T[]): T {
    if (of.length === 0) throw new Error('nothing to choose from');
    return of[this.below(of.length)] as T;
  }

  /** True once in so many times. */
  onceIn(times: number): boolean {
    return this.below(times) === 0;
  }
}
