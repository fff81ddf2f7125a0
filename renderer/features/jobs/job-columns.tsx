import type { JobView } from '../../../shared/contract/job.ts';
import { jobStateTexts } from '../../../shared/text/states.ts';
import type { Column } from '../../ui/data-table.tsx';
import { Moment } from '../../ui/moment.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { stepWords, timeWords, who } from './job-words.ts';

const text = (words: string) => <span title={words}>{words}</span>;

/** What the Jobs list says of each job. */
export const jobColumns: readonly Column<JobView>[] = [
  { id: 'number', title: 'Job', width: '64px', align: 'end', cell: ({ number }) => number },
  {
    id: 'state',
    title: 'State',
    width: '184px',
    cell: ({ state }) => <StateWord state={jobStateTexts[state]} />,
  },
  { id: 'title', title: 'Title', width: 'minmax(180px, 3fr)', cell: ({ title }) => text(title) },
  {
    id: 'step',
    title: 'Step',
    width: 'minmax(120px, 2fr)',
    cell: (job) => text(stepWords(job)),
  },
  {
    id: 'started',
    title: 'Started',
    width: '104px',
    cell: ({ startedAt, createdAt }) => <Moment at={startedAt ?? createdAt} as="short" />,
  },
  { id: 'time', title: 'Time', width: '168px', cell: (job) => text(timeWords(job)) },
  { id: 'who', title: 'Who', width: 'minmax(96px, 1fr)', cell: (job) => text(who(job)) },
];
