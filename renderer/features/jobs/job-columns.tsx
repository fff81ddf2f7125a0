import type { JobView } from '../../../shared/contract/job.ts';
import { askedBy } from '../../../shared/text/jobs.ts';
import { jobStateTexts } from '../../../shared/text/states.ts';
import type { Column } from '../../ui/data-table.tsx';
import { Isolated } from '../../ui/isolated.tsx';
import { Moment } from '../../ui/moment.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import styles from './jobs.module.css';
import { sayTime } from '../../ui/moments.ts';
import { shortTimeWords, stepWords, timeWords, who } from './job-words.ts';

/** What a job is about stays readable where the column is too narrow for its whole title. */
function JobTitle({ title }: { readonly title: string }) {
  const at = title.indexOf(': ');
  return (
    <span title={title} className={styles['title']}>
      <span>{at < 0 ? title : title.slice(0, at + 2)}</span>
      {at < 0 ? null : (
        <span>
          <Isolated path={title.slice(at + 2)} />
        </span>
      )}
    </span>
  );
}

const text = (words: string) => <span title={words}>{words}</span>;

/** What the Jobs list says of each job. Room goes to the title first: it tells jobs apart. */
export const jobColumns: readonly Column<JobView>[] = [
  {
    id: 'number',
    title: 'Job',
    width: '68px',
    align: 'end',
    stays: true,
    cell: ({ number }) => number,
  },
  {
    id: 'state',
    title: 'State',
    width: '184px',
    cell: ({ state }) => <StateWord state={jobStateTexts[state]} />,
  },
  {
    id: 'title',
    title: 'Title',
    width: 'minmax(256px, 12fr)',
    cell: ({ title }) => <JobTitle title={title} />,
  },
  {
    id: 'step',
    title: 'Step',
    width: 'minmax(96px, 4fr)',
    cell: (job) => text(stepWords(job)),
  },
  {
    id: 'started',
    title: 'Started',
    width: '104px',
    cell: ({ startedAt, createdAt }) => <Moment at={startedAt ?? createdAt} as="short" />,
  },
  {
    id: 'time',
    title: 'Time',
    width: 'minmax(144px, 1fr)',
    cell: (job) => <span title={timeWords(job)}>{shortTimeWords(job)}</span>,
  },
  {
    id: 'who',
    title: 'Who',
    width: 'minmax(112px, 1fr)',
    cell: (job) => <span title={askedBy(job, sayTime)}>{who(job)}</span>,
  },
];
