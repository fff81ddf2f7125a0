import type { StandingLine } from '../../../electron/core/jobs/kind.ts';
import type { KeyWithRemote } from '../../../electron/core/keystore/rows.ts';
import type { JobReport } from '../orders.ts';
import type { PracticeKey } from '../practice.ts';
import type { Outcome, Stop } from '../trial.ts';
import { alias } from '../variants.ts';

/** What the lines are held against: what AWS and the keystore file really hold at that moment. */
interface Truth extends Stop {
  readonly job: JobReport;
  readonly armedAt: number;
}

/** A sentence that a line may be, and when it is true. */
interface Sentence {
  readonly pattern: RegExp;
  /** What `good` must be beside it. */
  readonly good: boolean | null;
  readonly holds: (truth: Truth, groups: Readonly<Record<string, string>>) => boolean;
}

/** UI sketches 9.4: the four lines of every job that is not done are true. */
export function standingsAreTrue(outcome: Outcome): string[] {
  const { stop, armedAt } = outcome;
  if (!stop) return [];
  return stop.report.jobs
    .filter((job) => job.state !== 'done')
    .flatMap((job) => {
      const { standing } = job;
      if (!standing) return [`standing: ${job.kind} is ${job.state} and says nothing`];
      const truth = { ...stop, job, armedAt };
      return [
        ...judge('copies', standing.copies, copies, truth),
        ...judge('aws', standing.aws, aws, truth),
        ...judge('applications', standing.applications, applications, truth),
        ...judge('data', standing.data, data, truth),
      ];
    });
}

function judge(
  name: string,
  line: StandingLine,
  sentences: readonly Sentence[],
  truth: Truth,
): string[] {
  for (const { pattern, good, holds } of sentences) {
    const found = pattern.exec(line.text);
    if (!found) continue;
    const problems: string[] = [];
    if (line.good !== good) problems.push(`standing: ${name} is marked ${line.good}: ${line.text}`);
    if (!holds(truth, { ...found.groups })) problems.push(`standing: not true: ${line.text}`);
    return problems;
  }
  return [`standing: a sentence that nobody can check: ${line.text}`];
}

const version = ({ store }: Truth, n: string | undefined): KeyWithRemote | undefined =>
  store.keys.find(({ key }) => String(key.version) === n);

const inAws = ({ state }: Truth, ours: KeyWithRemote | undefined): PracticeKey | undefined =>
  state.keys.find((key) => key.metadata.KeyId === ours?.remote?.kmsKeyId);

const stateOf = (truth: Truth, n: string | undefined): string | undefined =>
  inAws(truth, version(truth, n))?.metadata.KeyState;

const hasBytes = (key: PracticeKey | undefined): boolean =>
  (key?.materials ?? []).some((material) => material.sha256 !== null);

/** KMS keys that this job made, by the mark in their description. */
const marked = ({ state, job }: Truth): PracticeKey[] =>
  state.keys.filter((key) => key.metadata.Description.includes(`[kr-${job.number}-`));

/** Rows of the full backup and of what was appended since; each increment brings one key. */
const backedUp = ({ backup, store }: Truth): boolean =>
  (backup.rows['key'] ?? 0) + backup.increments >= store.keys.length;

const copies: readonly Sentence[] = [
  {
    pattern: /^No new key was made; earlier copies are untouched$/,
    good: true,
    holds: ({ store, armedAt }) => store.keys.every(({ key }) => key.madeAt < armedAt),
  },
  {
    pattern: /^Version (?<n>\d+) is saved in the keystore and in the backup$/,
    good: true,
    holds: (truth, { n }) =>
      version(truth, n)?.key.backedUpAt !== null &&
      version(truth, n) !== undefined &&
      backedUp(truth),
  },
  {
    pattern: /^Version (?<n>\d+) is saved in the keystore; not yet in a backup$/,
    good: false,
    holds: (truth, { n }) => version(truth, n)?.key.backedUpAt === null,
  },
];

const aws: readonly Sentence[] = [
  {
    pattern: /^AWS may hold one empty KMS key with the mark of this job; no material was sent$/,
    good: null,
    holds: (truth) => marked(truth).length <= 1 && !marked(truth).some(hasBytes),
  },
  {
    pattern: /^Nothing was made there for this job$/,
    good: true,
    holds: (truth) => marked(truth).length === 0,
  },
  {
    pattern: /^version (?<n>\d+) \(KMS key [^)]+\) is there and Enabled$/,
    good: true,
    holds: (truth, { n }) => stateOf(truth, n) === 'Enabled',
  },
  {
    pattern:
      /^An empty KMS key waits for version (?<n>\d+) \(KMS key [^)]+\); no material is there$/,
    good: true,
    holds: (truth, { n }) => {
      const key = inAws(truth, version(truth, n));
      return key?.metadata.KeyState === 'PendingImport' && !hasBytes(key);
    },
  },
  {
    pattern: /^The material of version (?<n>\d+) \(KMS key [^)]+\) is gone$/,
    good: false,
    holds: (truth, { n }) => {
      const key = inAws(truth, version(truth, n));
      return key?.metadata.KeyState === 'PendingImport' && !hasBytes(key);
    },
  },
  {
    pattern: /^version (?<n>\d+) \(KMS key [^)]+\) is (?<state>[A-Z]\w+)$/,
    good: false,
    holds: (truth, { n, state }) => stateOf(truth, n) === state,
  },
];

const holderOf = ({ state }: Truth): string | null | undefined =>
  state.aliases.find((each) => each.name === alias)?.target;

const applications: readonly Sentence[] = [
  {
    pattern: /^See no change: alias\/\S+ does not exist yet$/,
    good: true,
    holds: (truth) => holderOf(truth) === undefined,
  },
  {
    pattern: /^alias\/\S+ names version (?<n>\d+)$/,
    good: true,
    holds: (truth, { n }) => {
      const ours = version(truth, n)?.remote?.kmsKeyId;
      return ours !== undefined && holderOf(truth) === ours;
    },
  },
];

/** Versions that can have encrypted something: they hold the alias, or held it once. */
const used = (truth: Truth): KeyWithRemote[] =>
  truth.store.keys.filter(
    (ours) => ours.key.lifecycle !== 'pre-activation' || hasBytes(inAws(truth, ours)),
  );

const data: readonly Sentence[] = [
  {
    pattern: /^No data uses this group yet$/,
    good: true,
    holds: (truth) => holderOf(truth) === undefined,
  },
  {
    pattern: /^Decrypts as before: version (?<n>\d+) reads as Enabled$/,
    good: true,
    holds: (truth, { n }) => stateOf(truth, n) === 'Enabled' && used(truth).length >= 1,
  },
  {
    pattern: /^Decrypts as before: (?<many>\d+) versions read as Enabled$/,
    good: true,
    holds: (truth, { many }) => {
      const enabled = truth.store.keys.filter(
        (ours) => inAws(truth, ours)?.metadata.KeyState === 'Enabled',
      );
      return enabled.length >= Number(many);
    },
  },
  {
    pattern: /^Part of it does not decrypt: (?<list>.+)$/,
    good: false,
    holds: (truth, { list = '' }) =>
      list.split(', ').every((part) => {
        const found = /^version (?<n>\d+) is (?<state>\w+)$/.exec(part)?.groups;
        return found !== undefined && stateOf(truth, found['n']) === found['state'];
      }),
  },
];
