import type { BackupReport } from '../../electron/core/store/backup/verify-backup.ts';
import { verifyBackup } from '../../electron/core/store/backup/verify-backup.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import type { NumberedEntry } from '../../electron/practice/kms/state/journal.ts';
import { complaint, last, type Life, reportOf } from './life.ts';
import { lookInto, type StoreFacts } from './look.ts';
import type { MaterialReader } from './material.ts';
import type { Kill, Report } from './orders.ts';
import type { PracticeState } from './practice.ts';
import type { Stage } from './stage.ts';
import { type TokenObject, tokenObjects } from './token-look.ts';
import { group, type Variant } from './variants.ts';

/** One thing to try: a variant, where it is killed, and whether its recovery is killed too. */
export interface Plan {
  readonly variant: Variant;
  /** Null: nothing is killed; the points on the way are recorded. */
  readonly point: string | null;
  readonly again: boolean;
  readonly seed: string;
}

/** Where things stood when a job waited for a person, and what was true just then. */
export interface Stop {
  readonly report: Report;
  readonly state: PracticeState;
  readonly store: StoreFacts;
  readonly backup: BackupReport;
}

/** Everything that is known of a trial once it is over. */
export interface Outcome {
  readonly plan: Plan;
  readonly lives: readonly Life[];
  /** When the preparation was over and the deed was asked for (wall clock ms). */
  readonly armedAt: number;
  /** The keystore as it lay there after each death, in order. */
  readonly deaths: readonly StoreFacts[];
  readonly stop: Stop | null;
  readonly report: Report;
  readonly store: StoreFacts;
  readonly journal: readonly NumberedEntry[];
  readonly state: PracticeState;
  readonly backup: BackupReport;
  /** Kept copies in the clear, by key id. */
  readonly materials: ReadonlyMap<string, Buffer>;
  readonly objects: readonly TokenObject[];
  /** KMS keys of external keys that encrypt and decrypt at the end, as an application sees it. */
  readonly carried: readonly string[];
}

/** A trial that did not come to its end; the message says where. */
export class TrialBroken extends Error {}

/** Restarts that a job may need until it is done or asks for a person. */
const mostRestarts = 3;

interface Surroundings {
  readonly stage: Stage;
  readonly reader: () => Promise<MaterialReader>;
}

/** Runs one trial on a fresh stage. */
export async function run(plan: Plan, around: Surroundings): Promise<Outcome> {
  const { stage } = around;
  await stage.fresh();
  const lives: Life[] = [];
  const deaths: StoreFacts[] = [];
  const first = await firstLife(plan, stage);
  lives.push(first);
  const armedAt = last(first, 'armed')?.at;
  if (armedAt === undefined) throw new TrialBroken(`before the deed: ${complaint(first) ?? ''}`);
  const kills: Kill[] = plan.again ? [{ at: 'first-answer' }] : [];
  let stop: Stop | null = null;
  for (let sendOn = false; ; ) {
    const life = lives.at(-1);
    if (!life) throw new TrialBroken('no life');
    if (life.signal === 'SIGKILL' && !life.tooLong) {
      deaths.push(await lookInto(stage.copyKeystore(), stage.rootKey));
    } else {
      const report = reportOf(life);
      if (report === null) throw new TrialBroken(complaint(life) ?? 'no report');
      if (!needsPerson(report)) break;
      if (sendOn) throw new TrialBroken(`still waits for a person: ${sentences(report)}`);
      stop = await stopped(stage, report);
      sendOn = true;
    }
    if (lives.length > mostRestarts)
      throw new TrialBroken(`not over after ${mostRestarts} restarts`);
    lives.push(
      await stage.live(lives.length + 1, {
        seed: `${plan.seed} life ${lives.length + 1}`,
        prepare: [],
        deed: null,
        kill: kills.shift() ?? null,
        sendOn,
      }),
    );
  }
  return settle({ plan, lives, armedAt, deaths, stop }, around);
}

async function firstLife({ variant, point, seed }: Plan, stage: Stage): Promise<Life> {
  if (variant.denied.length > 0) await stage.practice.deny(variant.denied);
  const waiting = variant.needsWaitingKey
    ? await stage.practice.createWaitingKey(variant.filledWith)
    : '';
  return stage.live(1, {
    seed: `${seed} life 1`,
    prepare: variant.prepare(waiting),
    deed: variant.deed,
    kill: point === null ? null : { at: point },
    sendOn: false,
  });
}

const needsPerson = (report: Report): boolean =>
  report.jobs.some((job) => job.state === 'needs-you');
const sentences = (report: Report): string =>
  report.jobs.map((job) => `${job.kind} ${job.state} ${job.failure ?? ''}`).join('; ');

/**
 * A group that a key was copied from is no part of what is checked, but for what AWS was asked to do: that is
 * counted over everything.
 */
function ofTheGroup({ groups }: Report, store: StoreFacts, state: PracticeState) {
  const others = groups.filter(({ name }) => name !== group);
  const isOther = ({ key }: StoreFacts['keys'][number]): boolean =>
    others.some(({ id }) => id === key.groupId);
  const theirs = store.keys.filter(isOther).flatMap(({ remote }) => remote?.kmsKeyId ?? []);
  return {
    store: { ...store, keys: store.keys.filter((each) => !isOther(each)) },
    state: {
      ...state,
      keys: state.keys.filter(({ metadata }) => !theirs.includes(metadata.KeyId)),
      aliases: state.aliases.filter(({ target }) => target === null || !theirs.includes(target)),
    },
  };
}

async function stopped(stage: Stage, report: Report): Promise<Stop> {
  const state = await stage.practice.state();
  const store = await lookInto(stage.copyKeystore(), stage.rootKey);
  return {
    report,
    ...ofTheGroup(report, store, state),
    backup: await verifyBackup(stage.backups, { rootKey: stage.rootKey }, nodeClock),
  };
}

/** Through AWS, the proxy and back, with every KMS key that is Enabled in a key store. */
async function carried({ keys }: PracticeState, { practice }: Stage): Promise<readonly string[]> {
  const carrying: string[] = [];
  for (const { metadata } of keys) {
    const { KeyId, KeyState, CustomKeyStoreId } = metadata;
    if (CustomKeyStoreId === undefined || KeyState !== 'Enabled') continue;
    if (await practice.carries(KeyId)) carrying.push(KeyId);
  }
  return carrying;
}

async function settle(
  so: Pick<Outcome, 'plan' | 'lives' | 'armedAt' | 'deaths' | 'stop'>,
  { stage, reader }: Surroundings,
): Promise<Outcome> {
  const report = so.lives.map(reportOf).findLast((each) => each !== null);
  if (!report) throw new TrialBroken('no report');
  const end = await stopped(stage, report);
  const materials = new Map<string, Buffer>();
  const open = await reader();
  for (const [id, blob] of end.store.blobs) materials.set(id, await open.read(blob));
  return {
    ...so,
    ...end,
    journal: await stage.practice.journal(),
    materials,
    objects: await tokenObjects(stage),
    carried: await carried(end.state, stage),
  };
}
