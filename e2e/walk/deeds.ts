import { seededRandom } from '../crash/seeded-random.ts';

/** Everything that happens on a walk, and how often among all. */
const weights = {
  'add-group': 6,
  rotate: 18,
  synchronize: 10,
  'synchronize-group': 4,
  'make-active': 6,
  disable: 4,
  enable: 4,
  'bring-in': 4,
  'copy-key': 6,
  edit: 5,
  cancel: 5,
  'continue-job': 14,
  'retry-job': 3,
  lock: 4,
  'back-up': 3,
  'keep-copy': 2,
  'restore-copy': 1,
  again: 6,
  'start-due': 3,
  'second-core': 1,
  settle: 7,
  'pass-time': 4,
  'core-clock': 2,
  mischief: 10,
  calm: 6,
  deny: 3,
  'their-alias': 3,
  'their-alias-delete': 1,
  'their-disable': 3,
  'their-schedule': 2,
  'their-cancel': 2,
  'their-material-delete': 4,
  'their-rotation': 1,
  'their-policy': 1,
  'their-untag': 2,
  'kill-core': 2,
  'kill-bridge': 4,
} as const;
export type DeedName = keyof typeof weights;
/** What happens without the custodian. */
export type OutsideDeed = Extract<
  DeedName,
  | `their-${string}`
  | `kill-${string}`
  | 'mischief'
  | 'calm'
  | 'deny'
  | 'pass-time'
  | 'core-clock'
  | 'second-core'
>;
export type CustodianDeed = Exclude<DeedName, OutsideDeed>;

/** One happening. `a`, `b`, `c` choose among what there is when it comes to it. */
export interface Deed {
  readonly do: DeedName;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** The core dies at so many fault points from the beginning of it, or after so many ms. */
  readonly die: { readonly reach: number } | { readonly ms: number } | null;
}

const names = Object.keys(weights) as DeedName[];
const total = names.reduce((sum, name) => sum + weights[name], 0);

function drawn(at: number): DeedName {
  let left = at * total;
  for (const name of names) {
    left -= weights[name];
    if (left < 0) return name;
  }
  return 'settle';
}

/** The walk of a seed: the same for ever. */
export function walkOf(seed: string, length: number): Deed[] {
  const random = seededRandom(`walk ${seed}`);
  const chance = () => random(4).readUInt32LE(0) / 2 ** 32;
  const deeds: Deed[] = [];
  for (let i = 0; i < length; i += 1) {
    const name = i < 2 ? 'add-group' : i < 4 ? 'rotate' : drawn(chance());
    const [a, b, c, d, e] = [chance(), chance(), chance(), chance(), chance()];
    const die =
      i < 5
        ? null
        : d < 0.12
          ? { reach: 1 + Math.floor(e * 50) }
          : d < 0.18
            ? { ms: Math.floor(e * 400) }
            : null;
    deeds.push({ do: name, a, b, c, die });
  }
  return deeds;
}
