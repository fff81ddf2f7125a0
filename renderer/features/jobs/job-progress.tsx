import { useState } from 'react';
import { isFinal } from '../../../shared/model/job.ts';
import type { JobDetail } from './aws-command.ts';
import { etaWords, progressWords, stepsDone } from './job-words.ts';
import styles from './jobs.module.css';

/** How far it came, as a bar and in words, and when it is likely to be done. */
export function JobProgress({ detail }: { readonly detail: JobDetail }) {
  const { job, steps } = detail;
  const [first, setFirst] = useState<{ eta: number; since: number } | null>(null);
  if (first === null && job.eta !== null) setFirst({ eta: job.eta, since: Date.now() });
  if (isFinal(job.state)) return null;
  const done = stepsDone(steps);
  const words = progressWords(job);
  const eta = job.eta === null ? '' : etaWords(job.eta, first ?? { eta: job.eta, since: 0 });
  return (
    <div className={styles['progress']}>
      <div
        role="progressbar"
        aria-label="Steps done"
        aria-valuemin={0}
        aria-valuemax={steps.length}
        aria-valuenow={done}
        aria-valuetext={`${done} of ${steps.length} steps done`}
        className={styles['bar']}
      >
        <div
          className={styles['filled']}
          style={{ width: `${steps.length === 0 ? 0 : (done / steps.length) * 100}%` }}
        />
      </div>
      <p className={styles['words']}>{[words, eta].filter((part) => part !== '').join(' · ')}</p>
    </div>
  );
}
