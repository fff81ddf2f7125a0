import type { StandingLine } from '../../../electron/core/jobs/kind.ts';
import type { KeyWithRemote } from '../../../electron/core/keystore/rows.ts';
import type { Outcome } from '../trial.ts';
import { whatWouldStay } from './leftovers.ts';
import { storeApplications, storeAws, storeCopies, storeData } from './store-standing.ts';
import {
  backedUp,
  hasBytes,
  holderOf,
  inAws,
  judge,
  marked,
  materialOf,
  type Sentence,
  stateOf,
  type Truth,
  version,
} from './truth.ts';

/** A line of WHERE THINGS STAND, with the mark that must stand beside it. */
interface Line extends Sentence {
  readonly good: boolean | null;
}

/** UI sketches 9.4: the four lines of every job that stopped are true. */
export function standingsAreTrue(outcome: Outcome): string[] {
  const { stop, armedAt } = outcome;
  if (!stop) return [];
  return stop.report.jobs
    .filter((job) => job.state === 'needs-you')
    .flatMap((job) => {
      const { standing } = job;
      if (!standing) return [`standing: ${job.kind} is ${job.state} and says nothing`];
      const truth = { ...stop, job, armedAt };
      return [
        ...line('copies', standing.copies, [...copies, ...storeCopies], truth),
        ...line('aws', standing.aws, [...aws, ...storeAws], truth),
        ...line(
          'applications',
          standing.applications,
          [...applications, ...storeApplications(truth)],
          truth,
        ),
        ...line('data', standing.data, [...data, ...storeData], truth),
        ...whatWouldStay(truth),
      ];
    });
}

function line(
  name: string,
  { text, good }: StandingLine,
  lines: readonly Line[],
  truth: Truth,
): readonly string[] {
  const { sentence, problems } = judge(text, lines, truth);
  const marked = sentence === null || sentence.good === good;
  return marked ? problems : [...problems, `standing: ${name} is marked ${good}: ${text}`];
}

const copies: readonly Line[] = [
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

const aws: readonly Line[] = [
  {
    pattern: /^AWS may hold one KMS key with the mark of this job, which sent no material$/,
    good: null,
    holds: (truth) => marked(truth).length <= 1 && !marked(truth).some(hasBytes),
  },
  {
    pattern: /^Nothing was made there for this job$/,
    good: true,
    holds: (truth) => marked(truth).length === 0,
  },
  {
    pattern: /^Version (?<n>\d+) \(KMS key [^)]+\) is there and Enabled$/,
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
      const ours = version(truth, n);
      return stateOf(truth, n) === 'PendingImport' && materialOf(truth, ours) === undefined;
    },
  },
  {
    pattern: /^Version (?<n>\d+) \(KMS key [^)]+\) is there, but its KMS key lacks other material$/,
    good: false,
    holds: (truth, { n }) =>
      stateOf(truth, n) === 'PendingImport' && materialOf(truth, version(truth, n)) !== undefined,
  },
  {
    pattern: /^Nothing of version (?<n>\d+) is in KMS key \S+, which is (?<state>\w+)$/,
    good: true,
    holds: (truth, { n, state }) =>
      stateOf(truth, n) === state &&
      (inAws(truth, version(truth, n))?.materials.length ?? 0) < Number(n),
  },
  {
    pattern: /^KMS key \S+ may hold the material of version (?<n>\d+), unused$/,
    good: null,
    holds: (truth, { n }) => stateOf(truth, n) === 'Enabled',
  },
  {
    pattern:
      /^The material of version (?<n>\d+) waits in KMS key \S+; AWS encrypts under the version before$/,
    good: true,
    holds: (truth, { n }) => materialOf(truth, version(truth, n))?.state === 'PENDING_ROTATION',
  },
  {
    pattern: /^The material of version (?<n>\d+) waits in KMS key \S+; AWS may be rotating to it$/,
    good: null,
    holds: (truth, { n }) => materialOf(truth, version(truth, n)) !== undefined,
  },
  {
    pattern: /^Version (?<n>\d+) \(KMS key [^)]+\) is (?<state>[A-Z]\w+)$/,
    good: false,
    holds: (truth, { n, state }) => stateOf(truth, n) === state,
  },
];

const applications: readonly Line[] = [
  {
    pattern: /^See no change: alias\/\S+ does not exist yet$/,
    good: true,
    holds: (truth) => holderOf(truth) === undefined,
  },
  {
    pattern: /^(?:See no change: )?alias\/\S+ (?:still )?names version (?<n>\d+)$/,
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
    (ours) =>
      ours.key.lifecycle !== 'pre-activation' ||
      (ours.remote?.materialState === null
        ? hasBytes(inAws(truth, ours))
        : materialOf(truth, ours)?.state === 'CURRENT'),
  );

const data: readonly Line[] = [
  {
    pattern: /^(?:No data uses|Nothing was made with) this group yet$/,
    good: true,
    holds: (truth) => holderOf(truth) === undefined,
  },
  {
    pattern:
      /^(?:Decrypts|Signs and verifies|Makes and verifies MACs) as before: version (?<n>\d+) reads as Enabled$/,
    good: true,
    holds: (truth, { n }) => stateOf(truth, n) === 'Enabled' && used(truth).length >= 1,
  },
  {
    pattern:
      /^(?:Decrypts|Signs and verifies|Makes and verifies MACs) as before: (?<many>\d+) versions read as Enabled$/,
    good: true,
    holds: (truth, { many }) => {
      const enabled = truth.store.keys.filter(
        (ours) => inAws(truth, ours)?.metadata.KeyState === 'Enabled',
      );
      return enabled.length >= Number(many);
    },
  },
  {
    pattern: /^Part of it does not (?:decrypt|work): (?<list>.+)$/,
    good: false,
    holds: (truth, { list = '' }) =>
      list.split(', ').every((part) => {
        const found = /^version (?<n>\d+) is (?<state>\w+)$/.exec(part)?.groups;
        return found !== undefined && stateOf(truth, found['n']) === found['state'];
      }),
  },
];
