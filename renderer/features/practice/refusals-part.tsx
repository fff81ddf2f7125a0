import { useState } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { byPracticeClock } from '../../../shared/text/practice.ts';
import { useRead } from '../../state/reads.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Facts } from '../../ui/screen.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { ExplanationText } from './explanation-text.tsx';
import styles from './practice.module.css';
import { ReadingPane } from './reading-pane.tsx';

type Refusal = OutputFor<'practice.denials'>['denials'][number];

const columns: readonly Column<Refusal>[] = [
  { id: 'at', title: 'Time', width: '112px', cell: ({ at }) => <Moment at={at} as="short" /> },
  {
    id: 'action',
    title: 'Action',
    width: 'minmax(150px, 2fr)',
    cell: ({ action }) => <code title={action}>{action}</code>,
  },
  {
    id: 'who',
    title: 'Who',
    width: 'minmax(120px, 2fr)',
    cell: ({ principal }) => (
      <span title={principal}>{principal.split(':').slice(5).join(':')}</span>
    ),
  },
];
const idOf = ({ requestId }: Refusal): string => requestId;
const none: readonly Refusal[] = [];

/** The last refusals for want of a permission: which is missing, and where it goes. */
export function RefusalsPart() {
  const read = useRead('practice.denials', {});
  const [selected, setSelected] = useState<string | null>(null);
  const rows = read.data?.denials ?? none;
  const refusal = rows.find((row) => idOf(row) === selected);
  return (
    <div className={styles['split']}>
      <div className={styles['list']}>
        <div className={styles['bar']}>
          <span className="quiet">
            {read.data === undefined
              ? ''
              : rows.length === 1
                ? '1 refusal. '
                : `${sayCount(rows.length)} refusals, newest first. `}
            {byPracticeClock}
          </span>
          <DeedButton onClick={read.again}>Read again</DeedButton>
        </div>
        {read.failure ? <FailureNotice failure={read.failure} /> : null}
        <div className={styles['table']}>
          <DataTable
            label="Refusals"
            columns={columns}
            rows={rows}
            idOf={idOf}
            selected={selected}
            onSelect={(row) => setSelected(idOf(row))}
            empty={whenEmpty(
              read,
              'Reading the refusals.',
              'No call was refused for want of a permission since the practice KMS started.',
            )}
          />
        </div>
      </div>
      <ReadingPane label="The chosen refusal">
        {refusal ? (
          <>
            <h2>{refusal.action}</h2>
            <ExplanationText key={refusal.requestId} explanation={refusal} />
            <h3>What AWS would answer</h3>
            <p>{refusal.message}</p>
            <Facts facts={[['Request ID', <code key="id">{refusal.requestId}</code>]]} />
          </>
        ) : (
          <p className="quiet">Choose a refusal to see which permission is missing.</p>
        )}
      </ReadingPane>
    </div>
  );
}
