import type { RehearsalName, RehearsalStep } from '../../../../shared/model/rehearsals.ts';
import { rehearsalFindings as say } from '../../../../shared/text/rehearsals.ts';
import { effectsOn, type Facts, isDone, isOver } from './rehearsal-facts.ts';

/** Whether a step is done, and what was found that says so or stands in the way. */
export interface Ticked {
  readonly done: boolean;
  readonly found: string;
}
const done = (found: string): Ticked => ({ done: true, found });
const open = (found = ''): Ticked => ({ done: false, found });

type StepsOf<Name extends RehearsalName> = Readonly<Record<RehearsalStep<Name>, Ticked>>;

export interface LostAnswerFacts extends Facts {
  /** The lost reply is still in waiting, or has struck. */
  readonly armed: boolean;
}

/** Rotate, lose CreateKey's answer, crash, unlock: the marker leads back to the one key that was made. */
export function lostAnswerSteps(facts: LostAnswerFacts): StepsOf<'lost-answer'> {
  const { job, kept, entries, newest } = facts;
  const lost = entries.some(
    ({ operation, mischief }) => operation === 'CreateKey' && mischief === 'response lost',
  );
  const crashed = kept.crashedAt !== null && lost;
  const tooEarly = !crashed && (isOver(job) || (!facts.armed && !lost));
  const recovered = crashed && isDone(job);
  const made = entries
    .flatMap(({ effects }) => effects)
    .filter(({ kind, keyId }) => kind === 'key-created' && !facts.isElsewhere(String(keyId)));
  return {
    rotate: tooEarly ? open(say.again) : job ? done(say.job(job.number)) : open(),
    lost: lost ? done(say.lost) : open(),
    crash: crashed ? done(say.crashed) : open(),
    recovered: recovered
      ? done(say.jobDone(job?.number ?? 0))
      : crashed && job?.state === 'needs-you'
        ? open(say.needsYou(job.number))
        : open(),
    once:
      recovered && made.length === 1
        ? done(say.once(newest?.remote?.kmsKeyId ?? ''))
        : recovered
          ? open(say.made(made.length))
          : open(),
  };
}

/** Material that expires by the practice clock, is noticed, and is sent again. */
export function expiredSteps(facts: Facts): StepsOf<'expired'> {
  const { newest, kms } = facts;
  const keyId = newest?.remote?.kmsKeyId ?? null;
  const expired = effectsOn(facts, 'material-deleted', keyId).find(
    ({ reason }) => reason === 'expired',
  );
  const validTo = kms?.materials.find((material) => material.validTo !== null)?.validTo ?? null;
  const back = effectsOn(facts, 'material-imported', keyId).some(
    ({ seq }) => expired !== undefined && seq > expired.seq,
  );
  const noticed = back || (expired !== undefined && newest?.remote?.state === 'PendingImport');
  return {
    rotate:
      expired || validTo !== null
        ? done(say.version(newest?.key.version ?? 0))
        : open(kms ? say.noDate(newest?.key.version ?? 0) : ''),
    advance: expired ? done(say.expired) : open(),
    noticed: noticed ? done(say.noticed) : open(),
    back: back ? done(say.back) : open(),
  };
}

/** Seconds until the material of its key has expired; null where there is none to wait for. */
export function secondsToExpiry({ kms, now }: Facts): number | null {
  const validTo = kms?.materials.find((material) => material.validTo !== null)?.validTo ?? null;
  return validTo === null ? null : Math.max(1, Math.ceil((validTo - now) / 1000) + 60);
}

/** Material that is deleted on request and comes back: the same, by its material id. */
export function deletedSteps(facts: Facts): StepsOf<'deleted'> {
  const { newest, kms } = facts;
  const keyId = newest?.remote?.kmsKeyId ?? null;
  const gone = effectsOn(facts, 'material-deleted', keyId).find(
    ({ reason }) => reason === 'request',
  );
  const again = effectsOn(facts, 'material-imported', keyId).find(
    ({ seq }) => gone !== undefined && seq > gone.seq,
  );
  const there = kms?.materials.some(({ sha256 }) => sha256 !== null) ?? false;
  const same = again !== undefined && again['materialId'] === gone?.['materialId'];
  return {
    rotate: gone || there ? done(say.version(newest?.key.version ?? 0)) : open(),
    delete: gone ? done(say.deleted) : open(),
    back: again ? done(say.back) : open(),
    same: same ? done(say.same(String(again['materialId']))) : open(),
  };
}

export interface PermissionFacts extends Facts {
  /** What its user lacked is allowed now. */
  readonly allowed: boolean;
}

/** A rotation that a missing permission stops, and that goes on once somebody has given it. */
export function permissionSteps(facts: PermissionFacts): StepsOf<'permission'> {
  const { job, entries, kept } = facts;
  const refused = entries.some(
    ({ operation, error }) =>
      error === 'AccessDeniedException' && `kms:${operation}` === kept.missing,
  );
  return {
    rotate: job ? done(say.job(job.number)) : open(),
    refused: refused ? done(say.refused) : open(),
    allowed: refused && facts.allowed ? done(say.allowed) : open(),
    done:
      refused && facts.allowed && isDone(job)
        ? done(say.jobDone(job?.number ?? 0))
        : isOver(job) && !isDone(job)
          ? open(say.ended)
          : open(),
  };
}
