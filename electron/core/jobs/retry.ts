import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { RandomBytes } from '../ports.ts';
import { parseOr, type Repeated } from './rows.ts';

const base = 500;
const cap = 60_000;

/**
 * How long to wait before try number `tries + 1`, in milliseconds: anything between nothing and a
 * bound that doubles with every try (full jitter), so that many jobs do not come back together.
 */
export function retryDelay(tries: number, random: RandomBytes): number {
  const bound = Math.min(cap, base * 2 ** Math.min(tries, 30));
  return Math.floor((random(4).readUInt32BE(0) / 2 ** 32) * bound);
}

/** Counts in how many process lives a step ended with the same error. */
export function sameErrorAgain(
  before: string | null,
  step: string,
  failure: Failure,
  life: string,
): Repeated {
  const key = [step, failure.code, failure.external?.name ?? ''].join(':');
  const last = parseOr<Repeated>(before);
  if (last === null || last.key !== key) return { key, life, count: 1 };
  return { key, life, count: last.life === life ? last.count : last.count + 1 };
}
