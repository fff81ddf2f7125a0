import type { JobView } from '../../../shared/contract/job.ts';
import { jobStateTexts } from '../../../shared/text/states.ts';
import type { Column } from '../../ui/data-table.tsx';
import { Isolated } from '../../ui/isolated.tsx';
import { Moment } from '../../ui/moment.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import styles from './jobs.module.css';
import { stepWords, timeWords, who } from './job-words.ts';

/** What a job is about stays readable where the column is too narrow for its whole title. */
function JobTitle({ title }: { readonly title: string }) {
  const at = title.indexOf(': ');
  return (
    <span title={title} className={styles['title']}>
      <span>{at < 0 ? title : title.slice(0, at + 1)}</span>
      {at < 0 ? null : (
        <span>
          <Isolated path={title.slice(at + 1)} />
        </span>
      )}
    </span>
  );
}

const text = (words: string) => <span title={words}>{words}</span>;

/** What the Jobs list says of each job. */
export const jobColumns: readonly Column<JobView>[] = [
  { id: 'number', title: 'Job', width: '60px', align: 'end', cell: ({ number }) => number },
  {
    id: 'state',
    title: 'State',
    width: '188px',
    cell: ({ state }) => <StateWord state={jobStateTexts[state]} />,
  },
  {
    id: 'title',
    title: 'Title',
    width: 'minmax(200px, 10fr)',
    cell: ({ title }) => <JobTitle title={title} />,
  },
  {
    id: 'step',
    title: 'Step',
    width: 'minmax(132px, 3fr)',
    cell: (job) => text(stepWords(job)),
  },
  {
    id: 'started',
    title: 'Started',
    width: '104px',
    cell: ({ startedAt, createdAt }) => <Moment at={startedAt ?? createdAt} as="short" />,
  },
  { id: 'time', title: 'Time', width: '160px', cell: (job) => text(timeWords(job)) },
  { id: 'who', title: 'Who', width: 'minmax(124px, 1fr)', cell: (job) => text(who(job)) },
];
