import { z } from 'zod';

const count = z.int().min(0).max(1_000_000);
const milliseconds = z.int().min(0).max(120_000);

/** Two years: a rehearsal of scheduled rotations lives that far ahead. */
const MAX_SKEW_SECONDS = 2 * 366 * 86_400;

const operationMischief = z.strictObject({
  /** Waits before the work; a pair is a seeded random range. */
  latencyMs: z.union([milliseconds, z.tuple([milliseconds, milliseconds])]).optional(),
  /** The next N calls take effect, then the connection breaks without a reply. */
  loseResponseAfterEffect: count.optional(),
  /** The connection of the next N calls breaks before anything happens. */
  dropBeforeEffect: count.optional(),
  /** The next N calls are throttled. */
  throttle: count.optional(),
  /** The next N calls answer KMSInternalException, without effect. */
  http500: count.optional(),
  /** The next N calls answer a 503, without effect. */
  http503: count.optional(),
});
export type OperationMischief = z.infer<typeof operationMischief>;

/** The whole mischief, replaced by `POST /mischief`. An empty object is good behaviour. */
export const mischiefSchema = z.strictObject({
  /** Makes the random parts repeatable. */
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  /** By operation name, `sts:` names included; `*` stands for every operation. */
  operations: z.record(z.string().max(64), operationMischief).default({}),
  /** GetParametersForImport answers a public key that is not the one it stored. */
  swapWrappingKey: z.boolean().default(false),
  /** Every import token counts as older than 24 hours. */
  expireTokens: z.boolean().default(false),
  /** How long changes stay unseen by other calls, by the practice clock. */
  eventualConsistency: z
    .strictObject({
      aliasesSeconds: z.number().min(0).max(3600).default(0),
      keysSeconds: z.number().min(0).max(3600).default(0),
      /** New grants; a grant token helps at once. */
      grantsSeconds: z.number().min(0).max(3600).default(0),
    })
    .default({ aliasesSeconds: 0, keysSeconds: 0, grantsSeconds: 0 }),
  /**
   * Shifts the Date header, from which an SDK learns what time AWS thinks it is. Signatures of that
   * time are taken too.
   */
  clockSkewSeconds: z.number().min(-MAX_SKEW_SECONDS).max(MAX_SKEW_SECONDS).default(0),
});
export type Mischief = z.infer<typeof mischiefSchema>;

export const denySchema = z.strictObject({
  /** IAM action names, e.g. `kms:UpdateAlias`. */
  actions: z.array(z.string().regex(/^(kms|sts):[A-Za-z]+$/)).max(100),
  /** After so many refusals the actions are allowed again. Absent: until reset. */
  times: z.int().min(1).max(1_000_000).optional(),
});
export type DenyRequest = z.infer<typeof denySchema>;

/** What one call runs into. */
export interface Trouble {
  readonly latencyMs: number;
  readonly kind:
    | 'none'
    | 'response lost'
    | 'dropped before effect'
    | 'throttled'
    | 'http 500'
    | 'http 503';
}

/** Rehearsed faults and refusals: the current setting, counted down as it strikes. */
export interface Mischiefs {
  readonly current: Mischief;
  readonly denials: Readonly<Record<string, number | null>>;
  replace(mischief: Mischief): void;
  deny(request: DenyRequest): void;
  /** Ends all refusals. */
  allow(): void;
  /** True when the action is to be refused; counts down. */
  strikesAction(action: string): boolean;
  /** Decides the trouble of one call; counts down. */
  meet(operation: string): Trouble;
  reset(): void;
}

type Counter = keyof Omit<OperationMischief, 'latencyMs'>;

const COUNTERS: readonly (readonly [Counter, Trouble['kind']])[] = [
  ['dropBeforeEffect', 'dropped before effect'],
  ['throttle', 'throttled'],
  ['http500', 'http 500'],
  ['http503', 'http 503'],
  ['loseResponseAfterEffect', 'response lost'],
];

/** Deterministic numbers in [0, 1): good enough to vary delays, useless for secrets. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Not persisted: mischief is part of a rehearsal, and a restart begins well-behaved. */
export function createMischiefs(): Mischiefs {
  let current = mischiefSchema.parse({});
  let random = seeded(current.seed);
  const denials = new Map<string, number | null>();

  const rulesFor = (operation: string): OperationMischief[] =>
    [current.operations[operation], current.operations['*']].filter((rule) => rule !== undefined);

  function latency(rules: readonly OperationMischief[]): number {
    const wanted = rules.find((rule) => rule.latencyMs !== undefined)?.latencyMs ?? 0;
    if (typeof wanted === 'number') return wanted;
    const [low, high] = wanted;
    return Math.round(low + random() * Math.max(0, high - low));
  }

  return {
    get current() {
      return current;
    },
    get denials() {
      return Object.fromEntries(denials);
    },
    replace(mischief) {
      current = structuredClone(mischief);
      random = seeded(current.seed);
    },
    deny(request) {
      for (const action of request.actions) denials.set(action, request.times ?? null);
    },
    allow: () => denials.clear(),
    strikesAction(action) {
      const left = denials.get(action);
      if (left === undefined) return false;
      if (left === 1) denials.delete(action);
      else if (left !== null) denials.set(action, left - 1);
      return true;
    },
    meet(operation) {
      const rules = rulesFor(operation);
      const latencyMs = latency(rules);
      for (const [counter, kind] of COUNTERS) {
        const rule = rules.find((candidate) => (candidate[counter] ?? 0) > 0);
        if (rule === undefined) continue;
        rule[counter] = (rule[counter] ?? 0) - 1;
        return { latencyMs, kind };
      }
      return { latencyMs, kind: 'none' };
    },
    reset() {
      current = mischiefSchema.parse({});
      random = seeded(current.seed);
      denials.clear();
    },
  };
}
