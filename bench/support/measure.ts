import { open } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The value in the middle; of an even number the upper one. NaN of nothing. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value that a share of the others does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Wall time of a piece of work, in milliseconds. */
export async function timed<T>(work: () => Promise<T> | T): Promise<{ ms: number; value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

/**
 * Runs two sides by turns, the first of them first in even rounds: what slows the machine slows
 * both. One round before the first warms both up and does not count.
 */
export async function interleaved<A, B>(
  rounds: number,
  limit: (round: number) => Promise<A>,
  product: (round: number) => Promise<B>,
): Promise<{ readonly limit: A; readonly product: B }[]> {
  await limit(-1);
  await product(-1);
  const pairs: { limit: A; product: B }[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await limit(round);
      pairs.push({ limit: first, product: await product(round) });
    } else {
      const second = await product(round);
      pairs.push({ limit: await limit(round), product: second });
    }
  }
  return pairs;
}

/** Milliseconds of each of `times` writes of 4 KiB with fdatasync, over the same 256 blocks of a file. */
export async function fdatasyncTimes(path: string, times: number): Promise<number[]> {
  const blocks = 256;
  const block = Buffer.alloc(4096, 0x5a);
  const file = await open(path, 'w');
  try {
    await file.write(Buffer.alloc(blocks * block.length));
    await file.sync();
  } finally {
    await file.close();
  }
  return fdatasyncAgain(path, times, blocks);
}

async function fdatasyncAgain(path: string, times: number, blocks: number): Promise<number[]> {
  // The calls that SQLite makes, on this thread: a thread pool between would be measured too.
  const { closeSync, fdatasyncSync, openSync, writeSync } = await import('node:fs');
  const block = Buffer.alloc(4096, 0xa5);
  const fd = openSync(path, 'r+');
  try {
    return Array.from({ length: times }, (_, at) => {
      const start = performance.now();
      writeSync(fd, block, 0, block.length, (at % blocks) * block.length);
      fdatasyncSync(fd);
      return performance.now() - start;
    });
  } finally {
    closeSync(fd);
  }
}

setFlagsFromString('--expose-gc');

/** Else each side would pay for what the other one left behind. */
export const collectGarbage = runInNewContext('gc') as () => void;
