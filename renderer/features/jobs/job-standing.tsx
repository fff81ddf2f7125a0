import { standingTitles } from '../../../shared/text/states.ts';
import { sayTime } from '../../ui/moments.ts';
import type { JobDetail } from './aws-command.ts';
import { standingKeys } from './job-report.ts';
import { localTimes } from './job-words.ts';
import styles from './jobs.module.css';

const marks = { good: '✓', bad: '!', unknown: '?' } as const;
const words = { good: 'as it should be', bad: 'look at this', unknown: 'not known' } as const;
const markOf = (good: boolean | null): keyof typeof marks =>
  good === null ? 'unknown' : good ? 'good' : 'bad';

/** WHERE THINGS STAND: always the same four lines in the same order, each with its reading's time. */
export function JobStanding({ detail: { standing } }: { readonly detail: JobDetail }) {
  return (
    <section aria-labelledby="job-standing">
      <h3 id="job-standing">Where things stand</h3>
      <dl className={styles['standing']}>
        {standingKeys.map((key) => {
          const line = standing?.[key] ?? null;
          const mark = markOf(line?.good ?? null);
          return (
            <div key={key}>
              <dt>{standingTitles[key]}</dt>
              <dd className={mark === 'bad' ? 'tone-attention' : ''}>
                <span aria-hidden="true" className="mono">
                  {marks[mark]}{' '}
                </span>
                <span className="unseen">{words[mark]}: </span>
                {line === null ? (
                  <span className="quiet">is read when the job stops or ends</span>
                ) : (
                  <>
                    {localTimes(line.text)}{' '}
                    <span className="detail">read {sayTime(line.readAt)}</span>
                  </>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
