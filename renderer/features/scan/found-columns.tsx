import type { OutputFor } from '../../../shared/contract/index.ts';
import { standingTexts, warningOf, whatItIs } from '../../../shared/text/scans.ts';
import { shortId } from '../../../shared/text/states.ts';
import type { Column } from '../../ui/data-table.tsx';
import { sayDay } from '../../ui/moments.ts';
import { StateWord } from '../../ui/state-word.tsx';

export type FoundKey = OutputFor<'scan.list'>['keys'][number];

/** A key that was found, and the core's clock when it was read: what is near is not so by this page's. */
export interface FoundCells {
  readonly key: FoundKey;
  readonly readAt: number;
}

/** What the list says of each KMS key. What AWS is about to take away is marked in its state. */
export const foundColumns: readonly Column<FoundCells>[] = [
  {
    id: 'id',
    title: 'KMS key',
    width: '96px',
    cell: ({ key }) => (
      <code title={key.keyId} aria-label={key.keyId}>
        {shortId(key.keyId)}
      </code>
    ),
  },
  {
    id: 'standing',
    title: 'Standing',
    width: '284px',
    cell: ({ key }) => <StateWord state={standingTexts[key.standing]} />,
  },
  {
    id: 'what',
    title: 'What it is',
    width: 'minmax(176px, 3fr)',
    cell: ({ key }) => {
      const what = whatItIs(key);
      return <span title={what}>{what}</span>;
    },
  },
  {
    id: 'alias',
    title: 'Alias',
    width: 'minmax(100px, 2fr)',
    cell: ({ key }) => {
      const names = key.aliases.join(', ');
      return <span title={names}>{names === '' ? '-' : names}</span>;
    },
  },
  {
    id: 'state',
    title: 'State',
    width: '140px',
    cell: ({ key, readAt }) => {
      const state = key.read?.state ?? '-';
      const warning = warningOf(key, readAt, sayDay);
      if (warning === null) return state;
      return (
        <span title={warning}>
          <StateWord state={{ glyph: '!', word: state, tone: 'attention' }} />
          <span className="unseen">: {warning}</span>
        </span>
      );
    },
  },
];
