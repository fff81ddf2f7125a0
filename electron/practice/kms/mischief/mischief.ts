import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AccountMischief,
  type DenyRequest,
  type Mischief,
  mischiefSchema,
  type OperationMischief,
  type Span,
} from './setting.ts';
import { createVeils, type Veils } from './veils.ts';

/** What one call runs into. */
export interface Trouble {
  readonly latencyMs: number;
  /** Between the effect and its reply. */
  readonly replyDelayMs: number;
  readonly slowBodyMs: number;
  readonly kind:
    | 'none'
    | 'dropped before effect'
    | 'reset before effect'
    | 'hung before effect'
    | 'throttled'
    | 'http 500'
    | 'http 503'
    | 'credentials expired'
    | 'delivered twice'
    | 'response lost'
    | 'reset after effect'
    | 'hung after effect'
    | 'reply cut';
}

/** Rehearsed faults and refusals: the current setting, counted down as it strikes. */
export interface Mischiefs {
  readonly current: Mischief;
  /** What strikes this account. */
  of(account: string): AccountMischief;
  /** What readers still see of changed keys. */
  readonly veils: Veils;
  readonly denials: Readonly<Record<string, number | null>>;
  /** Calls that wait under the former setting go on. */
  replace(mischief: Mischief): void;
  /** Resolves after so many milliseconds, or when the setting is replaced. */
  wait(milliseconds: number): Promise<void>;
  deny(request: DenyRequest): void;
  /** Ends all refusals. */
  allow(): void;
  /** True when the action is to be refused; counts down. */
  strikesAction(action: string): boolean;
  /** True when the calls of anybody may run into something. */
  readonly lurks: boolean;
  /** Decides the trouble of one call; counts down. */
  meet(operation: string, account: string | null): Trouble;
  reset(): void;
}

type Counter = keyof Omit<OperationMischief, 'latencyMs' | 'replyDelayMs' | 'slowBodyMs'>;
type Delay = 'latencyMs' | 'replyDelayMs' | 'slowBodyMs';

const counters: readonly (readonly [Counter, Trouble['kind']])[] = [
  ['dropBeforeEffect', 'dropped before effect'],
  ['resetBeforeEffect', 'reset before effect'],
  ['hangBeforeEffect', 'hung before effect'],
  ['throttle', 'throttled'],
  ['http500', 'http 500'],
  ['http503', 'http 503'],
  ['expiredCredentials', 'credentials expired'],
  ['deliverTwice', 'delivered twice'],
  ['loseResponseAfterEffect', 'response lost'],
  ['resetAfterEffect', 'reset after effect'],
  ['hangAfterEffect', 'hung after effect'],
  ['cutReply', 'reply cut'],
];

export const noTrouble: Trouble = { latencyMs: 0, replyDelayMs: 0, slowBodyMs: 0, kind: 'none' };

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

function readSpan(wanted: Span, random: () => number): number {
  if (typeof wanted === 'number') return wanted;
  const [low, high] = wanted;
  return Math.round(low + random() * Math.max(0, high - low));
}

/** Counts down what is counted, throws the dice for the rest. */
function strikes(rule: OperationMischief, counter: Counter, random: () => number): boolean {
  const wanted = rule[counter] ?? 0;
  if (typeof wanted === 'object') return random() < wanted.odds;
  if (wanted > 0) rule[counter] = wanted - 1;
  return wanted > 0;
}

function troubleOf(rules: readonly OperationMischief[], random: () => number): Trouble {
  if (rules.length === 0) return noTrouble;
  const delay = (name: Delay): number =>
    readSpan(rules.find((rule) => rule[name] !== undefined)?.[name] ?? 0, random);
  const delays = {
    latencyMs: delay('latencyMs'),
    replyDelayMs: delay('replyDelayMs'),
    slowBodyMs: delay('slowBodyMs'),
  };
  for (const [counter, kind] of counters) {
    if (rules.some((rule) => strikes(rule, counter, random))) return { ...delays, kind };
  }
  return { ...delays, kind: 'none' };
}

const hasOperations = (mischief: Mischief): boolean =>
  [mischief, ...Object.values(mischief.accounts)].some(
    ({ operations }) => Object.keys(operations).length > 0,
  );

/** Not persisted: mischief is part of a rehearsal. `initial` is what the command line asked for. */
export function createMischiefs(initial: Mischief = mischiefSchema.parse({})): Mischiefs {
  let current = structuredClone(initial);
  let lurks = hasOperations(current);
  let random = seeded(current.seed);
  let replaced = new AbortController();
  const denials = new Map<string, number | null>();
  const veils = createVeils();

  const of = (account: string | null): AccountMischief =>
    (account === null ? undefined : current.accounts[account]) ?? current;

  function replace(mischief: Mischief): void {
    current = structuredClone(mischief);
    lurks = hasOperations(current);
    random = seeded(current.seed);
    replaced.abort();
    replaced = new AbortController();
  }

  async function wait(milliseconds: number): Promise<void> {
    const { signal } = replaced;
    await sleep(milliseconds, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  return {
    get current() {
      return current;
    },
    get lurks() {
      return lurks;
    },
    of,
    veils,
    get denials() {
      return Object.fromEntries(denials);
    },
    replace,
    wait,
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
    meet(operation, account) {
      const { operations } = of(account);
      const rules = [operations[operation], operations['*']].filter((rule) => rule !== undefined);
      return troubleOf(rules, random);
    },
    reset() {
      replace(initial);
      denials.clear();
      veils.clear();
    },
  };
}
