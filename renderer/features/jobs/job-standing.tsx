import { standingTitles } from '../../../shared/text/states.ts';
import { localTimes, sayTime } from '../../ui/moments.ts';
import type { JobDetail } from './aws-command.ts';
import { standingKeys } from './job-report.ts';
import styles from './jobs.module.css';

const marks = { good: '✓', bad: '!', unknown: '?' } as const;
const words = { good: 'as it should be', bad: 'look at this', unknown: 'not known' } as const;
const markOf = (good: boolean | null): keyof typeof marks =>
  good === null ? 'unknown' : good ? 'good' : 'bad';

/** WHERE THINGS STAND: always the same four lines in the same order, each with its reading's time. */
export function JobStanding({ detail }: { readonly detail: JobDetail }) {
  const { standing } = detail;
  return (
    <section aria-labelledby="job-standing">
      <h3 id="job-standing">Where things stand</h3>
      <dl className={styles['standing']}>
        {standingKeys.map((key) => {
          const line = standing?.[key] ?? soFar(detail, key);
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
                  <span className="quiet">read when the job stops or ends</span>
                ) : (
                  <>
                    {localTimes(line.text)}{' '}
                    {line.readAt === null ? null : (
                      <span className="detail">read {sayTime(line.readAt)}</span>
                    )}
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

/** While it runs nothing was read back yet; what its own steps prove is said all the same. */
function soFar(
  { steps, commitStep }: JobDetail,
  key: (typeof standingKeys)[number],
): { readonly good: boolean; readonly text: string; readonly readAt: null } | null {
  const commit = steps.find(({ name }) => name === commitStep);
  if (key !== 'applications' || commit?.state !== 'waiting') return null;
  return {
    good: true,
    text: `See no change before step ${commit.n}, ${commit.title}`,
    readAt: null,
  };
}
