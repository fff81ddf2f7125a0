import { isFinal } from '../../../../shared/model/job.ts';
import { instantOf } from '../../../../shared/model/instant.ts';
import type { RehearsalName } from '../../../../shared/model/rehearsals.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { JobSummary } from '../../jobs/read.ts';
import type { KeyWithRemote } from '../../keystore/keys.ts';
import type { Group } from '../../keystore/rows.ts';
import type { OpenKeystore } from '../../operations/context.ts';
import type { Effect, Entry } from './calls.ts';
import type { Control } from './control.ts';

/** What the keystore remembers of one rehearsal. */
export interface Kept {
  readonly state: 'under-way' | 'left';
  readonly begunAt: number;
  /** Calls with a higher number belong to it. */
  readonly seq: number;
  readonly groupId: string;
  /** The action that its user lacks. */
  readonly missing: string | null;
  readonly crashedAt: number | null;
  /** Its user was allowed everything when it was left: nobody found what was missing. */
  readonly allowedByLeaving: boolean;
}

/** What the practice KMS says of one key. */
export interface KmsKey {
  readonly metadata: { readonly KeyState: string; readonly Arn: string };
  readonly materials: readonly {
    readonly materialId: string;
    readonly validTo: number | null;
    readonly sha256: string | null;
  }[];
}

/** Everything by which the steps of a rehearsal tick: the keystore and the practice KMS as they are. */
export interface Facts {
  readonly kept: Kept;
  readonly group: Group | null;
  /** The newest rotation of the group since it was begun. */
  readonly job: JobSummary | null;
  readonly newest: KeyWithRemote | null;
  readonly kms: KmsKey | null;
  readonly entries: readonly Entry[];
  /** Practice time, ms. */
  readonly now: number;
  /** KMS keys that other groups of this keystore hold. */
  readonly isElsewhere: (kmsKeyId: string) => boolean;
}

export interface FactSources {
  readonly open: OpenKeystore;
  readonly jobs: Jobs;
  readonly control: Control;
}

const mostEntries = 10_000;

/** Reads anew, from keystore, journal and clock, all that the steps of a rehearsal are judged by. */
export async function factsOf({ open, jobs, control }: FactSources, kept: Kept): Promise<Facts> {
  const group = open.groups.byId(kept.groupId);
  const keys = group ? open.keys.ofGroup(group.id) : [];
  const newest = keys[0] ?? null;
  const [entries, clock, kms] = await Promise.all([
    control.get<Entry[]>('/journal', { since: kept.seq, limit: mostEntries }),
    control.get<{ now: string }>('/clock'),
    readKmsKey(control, newest?.remote?.kmsKeyId ?? null),
  ]);
  return {
    kept,
    group,
    job: group ? newestRotation(jobs, group.id, kept.begunAt) : null,
    newest,
    kms,
    entries,
    now: instantOf(clock.now),
    isElsewhere: (id) => open.keys.byKms(id).some(({ key }) => key.groupId !== kept.groupId),
  };
}

function newestRotation(jobs: Jobs, groupId: string, since: number): JobSummary | null {
  const { jobs: found } = jobs.read.list({
    states: [],
    subject: groupId,
    kind: 'group.force-rotate',
    find: '',
    limit: 1,
    after: null,
  });
  const job = found[0];
  return job && job.createdAt >= since ? job : null;
}

/** Null where it knows no such key. */
export async function readKmsKey(control: Control, keyId: string | null): Promise<KmsKey | null> {
  if (keyId === null) return null;
  try {
    const { keys } = await control.get<{ keys: KmsKey[] }>('/state', { keyId });
    return keys[0] ?? null;
  } catch (error) {
    if (error instanceof OperationError && error.code === 'PRACTICE_REFUSED') return null;
    throw error;
  }
}

/** Effects of one kind on one key, in order, each with the number of its call. */
export const effectsOn = (
  { entries }: Facts,
  kind: string,
  keyId: string | null,
): readonly (Effect & { readonly seq: number })[] =>
  entries.flatMap(({ seq, effects }) =>
    effects
      .filter((effect) => effect.kind === kind && effect['keyId'] === keyId)
      .map((effect) => ({ ...effect, seq })),
  );

export const isDone = (job: JobSummary | null): boolean =>
  job !== null && (job.state === 'done' || job.state === 'done-with-remark');
export const isOver = (job: JobSummary | null): boolean => job !== null && isFinal(job.state);

/** Groups that rehearsals work with, in a folder of their own. */
export const groupOf: Readonly<Record<RehearsalName, string>> = {
  'lost-answer': 'rehearsal-rotation',
  expired: 'rehearsal-expiry',
  deleted: 'rehearsal-deletion',
  permission: 'rehearsal-permission',
};
export const folderName = 'Rehearsals';
