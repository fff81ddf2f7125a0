import {
  type EndingRow,
  endingState,
  endingWords,
  whatThen,
} from '../../../shared/text/endings.ts';
import type { Column } from '../../ui/data-table.tsx';
import { PathByItsEnd } from '../../ui/isolated.tsx';
import { Moment } from '../../ui/moment.tsx';
import { sayDay } from '../../ui/moments.ts';
import { StateWord } from '../../ui/state-word.tsx';

/** One end, and the core's clock when it was read: what is over is not over by the clock of this page. */
export interface EndingCells extends EndingRow {
  readonly readAt: number;
}

/** What the list says of each end. What needs somebody says so first. */
export const expiryColumns: readonly Column<EndingCells>[] = [
  {
    id: 'state',
    title: 'Ends',
    width: '152px',
    cell: (row) => <StateWord state={endingState(row, row.readAt)} />,
  },
  { id: 'at', title: 'On', width: '104px', cell: ({ at }) => <Moment at={at} as="day" /> },
  {
    id: 'key',
    title: 'Key',
    width: 'minmax(160px, 2fr)',
    stays: true,
    cell: ({ key }) => <PathByItsEnd path={key.reference} />,
  },
  {
    id: 'then',
    title: 'What happens then',
    width: 'minmax(288px, 3fr)',
    cell: (row) => whatThen(row, row.readAt, sayDay),
  },
  { id: 'what', title: 'What ends', width: '120px', cell: ({ what }) => endingWords[what] },
  { id: 'aws', title: 'AWS', width: '88px', cell: ({ key }) => key.remote?.state ?? '-' },
  {
    id: 'region',
    title: 'Region',
    width: '104px',
    cell: ({ key }) => key.remote?.region ?? '-',
  },
];
