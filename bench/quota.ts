import { control } from '../electron/practice/kms/testing/raw-client.fixture.ts';
import type { NumberedEntry } from '../electron/practice/kms/state/journal.ts';
import type { Batch, Ran } from './rotation/core-worker.ts';
import type { Foretold } from './rotation/deeds.ts';
import { startCore, withPractice } from './rotation/field.ts';
import { median } from './support/measure.ts';
import { atLeast, atMost, type Bench, figure, type Goal } from './support/report.ts';
import { TemporaryFolder } from './support/temporary.ts';

/** AWS's quotas times this: GetParametersForImport, the narrowest, is granted once a second. */
const scale = 10;
const paced = 'GetParametersForImport';
const tolerance = 0.15;

interface Seen {
  readonly rotations: number;
  readonly perSecond: number;
  /** Requests per second between the first and the last of the operation that sets the pace. */
  readonly atThePace: number;
  readonly calls: number;
  readonly throttled: number;
  readonly empty: number;
  /** Share of the jobs whose end was foretold within 15 %; null when nothing was foretold. */
  readonly foretold: number | null;
}

interface Held {
  readonly keys: readonly { readonly metadata: { readonly KeyState: string } }[];
}

/** Sixty groups under AWS's quotas, scaled. Goals: P8. */
export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 1 : 5;
  const groups = quick ? 12 : 60;
  using folder = new TemporaryFolder();
  const options = ['--wrapping-key-reuse', '100000'];
  const seen = await withPractice(options, async ({ url, controlUrl }) => {
    const stage = { url, storage: 'hsm', backup: true, groups } as const;
    await using core = await startCore(folder.path, 'store', stage);
    const all: Seen[] = [];
    // One round before the first: how long a job takes is foretold from those before it.
    for (let round = -1; round < rounds; round++) {
      await core.ask('queue', { groups });
      await control(controlUrl, 'POST /quotas', { scale });
      await control(controlUrl, 'DELETE /journal');
      const cloud = { pacePractice: true, quotaScale: scale };
      const batch = await core.ask('runQueue', { parallel: 8, cloud });
      const journal = await control<NumberedEntry[]>(controlUrl, 'GET /journal?since=0');
      const { keys } = await control<Held>(controlUrl, 'GET /state');
      if (round >= 0) all.push(seenIn(batch, journal, keys));
      await control(controlUrl, 'POST /quotas', { enabled: false });
    }
    return all;
  });
  return report(seen, groups);
};

function foretold(jobs: readonly Foretold[]): number | null {
  if (jobs.every(({ said }) => said === null)) return null;
  const right = jobs.filter(
    ({ said, was }) => said !== null && Math.abs(said - was) <= tolerance * was,
  );
  return right.length / jobs.length;
}

function seenIn(batch: Batch & Ran, journal: readonly NumberedEntry[], keys: Held['keys']): Seen {
  const { rotations, wall } = batch;
  const at = journal
    .filter((entry) => entry.operation === paced)
    .map(({ time }) => Date.parse(time));
  const between = (Math.max(...at) - Math.min(...at)) / 1000;
  return {
    rotations,
    perSecond: (rotations * 1000) / wall,
    atThePace: (at.length - 1) / between,
    calls: journal.length,
    throttled: journal.filter((entry) => entry.error === 'ThrottlingException').length,
    empty: keys.filter(({ metadata }) => metadata.KeyState === 'PendingImport').length,
    foretold: foretold(batch.foretold),
  };
}

function etaGoal(seen: readonly Seen[]): Goal {
  const goal = 'time of the end, shown at the start, within 15 % for 9 jobs of 10';
  const shares = seen.flatMap((each) => (each.foretold === null ? [] : [each.foretold]));
  if (shares.length === 0) return { goal, result: 'none is shown', met: false };
  const share = median(shares) * 100;
  return atLeast(goal, share, 90, `${figure(share)} % of the jobs`);
}

function report(seen: readonly Seen[], groups: number) {
  const middle = (of: (each: Seen) => number): number => median(seen.map(of));
  const whole = (middle((each) => each.perSecond) / scale) * 100;
  const pace = (middle((each) => each.atThePace) / scale) * 100;
  const throttled =
    (100 * seen.reduce((sum, each) => sum + each.throttled, 0)) /
    seen.reduce((sum, each) => sum + each.calls, 0);
  const failed = seen.reduce((sum, each) => sum + groups - each.rotations, 0);
  const orphans = Math.max(...seen.map((each) => each.empty));
  const goals: Goal[] = [
    atLeast(
      '95 % of the quota rate, from first start to last end',
      whole,
      95,
      `${figure(whole)} %`,
    ),
    atMost('at most 1 % of the calls throttled', throttled, 1, `${figure(throttled)} %`),
    atMost('no failed key', failed, 0, String(failed)),
    atMost('no orphan (a KMS key without material)', orphans, 0, String(orphans)),
    etaGoal(seen),
  ];
  return {
    title: 'Rotations under AWS quotas',
    goals,
    tables: [
      {
        title: `${groups} groups, quotas times ${scale} (${paced} ${scale}/s), each round`,
        columns: [
          'rotations',
          'rotations/s',
          `${paced}/s`,
          'calls',
          'throttled',
          'keys without material',
          'end foretold within 15 %',
        ],
        rows: seen.map((each) => [
          String(each.rotations),
          figure(each.perSecond),
          figure(each.atThePace),
          String(each.calls),
          String(each.throttled),
          String(each.empty),
          each.foretold === null ? '-' : `${figure(each.foretold * 100)} %`,
        ]),
      },
    ],
    remarks: [
      `Between the first and the last ${paced} the pace is ${figure(pace)} % of the quota; the rest of the time is the way of the first key to that call and of the last key from it, which scaling makes ${scale} times as large a share as it is with AWS.`,
    ],
  };
}
