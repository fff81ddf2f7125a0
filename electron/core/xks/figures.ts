import type { Clock } from '../ports.ts';

/** How a proxy did in the last minute. Times are milliseconds from the whole request to its answer. */
export interface LiveFigures {
  readonly seconds: number;
  readonly perSecond: number;
  /** Null while nothing was answered. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  /** Answers other than 200, by error name. */
  readonly refusals: Readonly<Record<string, number>>;
}

const window = 60;
/** Each bound is 15 % over the one before: as far may a quantile be off. From 0.1 ms to 0.75 s. */
const bounds = Array.from({ length: 64 }, (_, at) => 0.1 * 1.15 ** at);
const perStep = Math.log(1.15);

interface Second {
  at: number;
  readonly counts: Uint32Array;
  readonly refusals: Map<string, number>;
}

/** Counts answers by second and duration; a minute of them, and all of them for Prometheus. */
export class Figures {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #begun: number;
  readonly #ring: Second[];
  readonly #all = new Uint32Array(bounds.length + 1);
  #sumMs = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#begun = clock.monotonic();
    this.#ring = Array.from({ length: window }, () => ({
      at: -1,
      counts: new Uint32Array(bounds.length + 1),
      refusals: new Map(),
    }));
  }

  add(verdict: string, ms: number): void {
    const second = this.#second(Math.floor(this.#clock.monotonic() / 1000));
    const place = placeOf(ms);
    second.counts[place] = (second.counts[place] ?? 0) + 1;
    this.#all[place] = (this.#all[place] ?? 0) + 1;
    this.#sumMs += ms;
    if (verdict !== 'ok') second.refusals.set(verdict, (second.refusals.get(verdict) ?? 0) + 1);
  }

  live(): LiveFigures {
    const now = this.#clock.monotonic();
    const oldest = Math.floor(now / 1000) - window + 1;
    const counts = new Uint32Array(bounds.length + 1);
    const refusals: Record<string, number> = {};
    for (const second of this.#ring) {
      if (second.at < oldest) continue;
      for (const [place, count] of second.counts.entries())
        counts[place] = (counts[place] ?? 0) + count;
      for (const [name, count] of second.refusals) refusals[name] = (refusals[name] ?? 0) + count;
    }
    const total = counts.reduce((sum, each) => sum + each, 0);
    const seconds = Math.max(1, Math.min(window, (now - this.#begun) / 1000));
    const at = (share: number) => quantile(counts, total, share);
    const [p50, p99, p999] = [at(0.5), at(0.99), at(0.999)];
    return { seconds, perSecond: total / seconds, p50, p99, p999, refusals };
  }

  /** How many answers took at most so many milliseconds, for some bounds, then all; and their sum. */
  histogram(): {
    readonly upTo: readonly (readonly [number, number])[];
    count: number;
    sum: number;
  } {
    const upTo: [number, number][] = [];
    let count = 0;
    for (const [place, each] of this.#all.entries()) {
      count += each;
      const bound = bounds[place];
      if (bound !== undefined && place % 5 === 0) upTo.push([bound, count]);
    }
    return { upTo, count, sum: this.#sumMs };
  }

  #second(at: number): Second {
    const second = this.#ring[at % window] as Second;
    if (second.at === at) return second;
    second.at = at;
    second.counts.fill(0);
    second.refusals.clear();
    return second;
  }
}

/** The first bound that is not below. */
function placeOf(ms: number): number {
  if (ms <= 0.1) return 0;
  return Math.min(bounds.length, Math.ceil(Math.log(ms / 0.1) / perStep));
}

function quantile(counts: Uint32Array, total: number, share: number): number | null {
  if (total === 0) return null;
  let seen = 0;
  for (const [place, count] of counts.entries()) {
    seen += count;
    if (seen >= share * total) return bounds[place] ?? 1000;
  }
  return 1000;
}
