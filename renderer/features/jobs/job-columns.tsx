import type { JobView } from '../../../shared/contract/job.ts';
import { jobStateTexts } from '../../../shared/text/states.ts';
import type { Column } from '../../ui/data-table.tsx';
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
      {at < 0 ? null : <span>{title.slice(at + 1)}</span>}
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
    width: '200px',
    cell: ({ state }) => <StateWord state={jobStateTexts[state]} />,
  },
  {
    id: 'title',
    title: 'Title',
    width: 'minmax(200px, 6fr)',
    cell: ({ title }) => <JobTitle title={title} />,
  },
  {
    id: 'step',
    title: 'Step',
    width: 'minmax(112px, 3fr)',
    cell: (job) => text(stepWords(job)),
  },
  {
    id: 'started',
    title: 'Started',
    width: '108px',
    cell: ({ startedAt, createdAt }) => <Moment at={startedAt ?? createdAt} as="short" />,
  },
  { id: 'time', title: 'Time', width: '168px', cell: (job) => text(timeWords(job)) },
  { id: 'who', title: 'Who', width: 'minmax(100px, 1fr)', cell: (job) => text(who(job)) },
];
