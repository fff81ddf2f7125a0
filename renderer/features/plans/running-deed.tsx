import { isFinal } from '../../../shared/model/job.ts';
import { useEffect, useEffectEvent } from 'react';
import { useRead } from '../../state/reads.ts';
import { Moment } from '../../ui/moment.tsx';
import styles from './plans.module.css';

/** `Already rotating since 14:31 (job 1043).` Plans again by itself when that job has ended. */
export function RunningDeed({
  jobId,
  doing,
  onEnded,
}: {
  readonly jobId: string;
  /** What it is at: "Already rotating". */
  readonly doing: string;
  readonly onEnded: () => void;
}) {
  const job = useRead('job.show', { job: jobId }).data?.job ?? null;
  const ended = job !== null && isFinal(job.state);
  const tell = useEffectEvent(onEnded);
  useEffect(() => {
    if (ended) tell();
  }, [ended]);
  return (
    <p role="status" className={styles['running']}>
      <span aria-hidden="true" className="mono tone-busy">
        ▸
      </span>
      <span>
        {doing}
        {job === null ? '.' : null}
        {job === null ? null : (
          <>
            {' '}
            since <Moment at={job.startedAt ?? job.createdAt} /> (job {job.number}).
          </>
        )}
        {job?.state === 'needs-you' ? ' It waits for you.' : ''} No second one is started.
      </span>
    </p>
  );
}
