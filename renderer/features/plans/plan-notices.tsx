import { type RefObject, useEffect, useRef } from 'react';
import type { Plan } from '../../../shared/contract/shapes.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { BlockedNotice, type OneDeed } from './blocked-plan.tsx';
import { anyMark } from './plan-marks.ts';
import styles from './plans.module.css';
import { RunningDeed } from './running-deed.tsx';
import type { Planning } from './use-plan.ts';

/** What stands above the plan when it cannot run as it is. */
export function PlanNotices<P extends Plan>({
  planning,
  startFailure,
  nothingToDo,
  doing,
  deedFor,
  again,
  primary,
}: {
  readonly planning: Planning<P>;
  readonly startFailure: Failure | null;
  /** The plan cannot start because all is well: that is no trouble. */
  readonly nothingToDo: boolean;
  readonly doing: string;
  readonly deedFor: (failure: Failure) => OneDeed;
  readonly again: () => void;
  readonly primary: RefObject<HTMLButtonElement | null>;
}) {
  const { plan, marks, checking } = planning;
  const changed = startFailure?.code === 'PLAN_CHANGED';
  const blocked = nothingToDo ? null : plan?.blocked;
  const failure = planning.failure ?? (changed ? null : startFailure) ?? blocked ?? null;
  const waited = document.activeElement === primary.current;
  return (
    <>
      {changed || (anyMark(marks) && !plan?.blocked) ? (
        <ChangedNotice
          ran={changed}
          checking={checking}
          marked={anyMark(marks)}
          blocked={plan?.blocked != null}
        />
      ) : null}
      {plan?.runningJob ? (
        <RunningDeed jobId={plan.runningJob} doing={doing} onEnded={again} />
      ) : failure ? (
        <BlockedNotice
          key={failure.code}
          failure={failure}
          deed={deedFor(failure)}
          takesFocus={waited}
        />
      ) : null}
    </>
  );
}

/** Takes the focus after a press that ran nothing, so that a second Enter does not start it unread. */
function ChangedNotice({
  ran,
  checking,
  marked,
  blocked,
}: {
  readonly ran: boolean;
  readonly checking: boolean;
  readonly marked: boolean;
  /** It cannot be started as it is now, which is said below. */
  readonly blocked: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (ran) place.current?.focus();
  }, [ran]);
  const next = checking
    ? 'The new plan is being read.'
    : blocked
      ? 'It cannot run now: what is in the way stands below.'
      : marked
        ? 'Changed lines are marked: read them, then press the button again.'
        : 'It reads now as you saw it: press the button again.';
  return (
    <div ref={place} tabIndex={-1} role="alert" className={styles['first']}>
      <p className="tone-attention">
        <span aria-hidden="true">! </span>
        {ran
          ? 'Things changed since you looked, so nothing was run.'
          : 'Things changed since you looked.'}
      </p>
      <p>{next}</p>
    </div>
  );
}
