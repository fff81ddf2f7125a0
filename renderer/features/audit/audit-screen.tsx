import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useMemo, useRef, useState } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import { subjectWords } from '../../../shared/text/audit-subject.ts';
import { emptyTexts } from '../../../shared/text/states.ts';
import { useKeptOnScreen } from '../../state/kept-on-screen.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useHeldRows } from '../../state/held-rows.ts';
import { usePages } from '../../state/pages.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { ListBar, usePresence } from '../../ui/list-bar.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { AuditActions } from './audit-actions.tsx';
import { AuditHead } from './audit-head.tsx';
import { type AuditRecord, outcomeText } from './audit-words.ts';
import { knownRecords } from './known-records.ts';
import { RecordPane } from './record-pane.tsx';
import styles from './audit.module.css';

const nothing: readonly AuditRecord[] = [];
const idOf = ({ seq }: AuditRecord): string => String(seq);
const text = (words: string) => <span title={words}>{words}</span>;

const columns: readonly Column<AuditRecord>[] = [
  { id: 'seq', title: 'No.', width: '52px', align: 'end', cell: ({ seq }) => seq },
  { id: 'at', title: 'Time', width: '108px', cell: ({ at }) => <Moment at={at} as="short" /> },
  {
    id: 'action',
    title: 'Action',
    width: 'minmax(112px, 3fr)',
    cell: ({ action }) => (
      <code title={action} className={styles['action']}>
        {action}
      </code>
    ),
  },
  {
    id: 'about',
    title: 'About',
    width: 'minmax(72px, 3fr)',
    cell: (record) => text(subjectWords(record)),
  },
  {
    id: 'outcome',
    title: 'Outcome',
    width: 'minmax(84px, 3fr)',
    cell: (record) => <StateWord state={outcomeText(record)} />,
  },
  {
    id: 'who',
    title: 'Who',
    width: 'minmax(60px, 2fr)',
    cell: ({ actor, channel }) => text(actor === channel ? actor : `${actor} (${channel})`),
  },
];

/** Why no record is listed. */
function nothingRecorded(action: string, failed: boolean): string {
  if (action === '' && !failed) return emptyTexts.audit;
  const what = action === '' ? 'No record' : `No record of ${action}`;
  return failed ? `${what} that did not go well.` : `${what}.`;
}

/** Logging and Reporting > Audit: what was done here, by whom, and what proves it. */
export function AuditScreen() {
  const [action, setAction] = useKeptOnScreen('audit action', '');
  const [failed, setFailed] = useKeptOnScreen('audit failed', false);
  const outcome = failed ? 'failed' : '';
  const [selected, setSelected] = useState<string | null>(null);
  const show = useDialogs((state) => state.show);
  const presence = usePresence();
  const table = useRef<HTMLDivElement>(null);
  const pages = usePages(
    'audit.list',
    { limit: 100, action, outcome },
    { place: 'before', known: knownRecords },
  );
  const fresh = useMemo(
    () => pages.data?.flatMap(({ records }) => records) ?? nothing,
    [pages.data],
  );
  const held = useHeldRows({
    list: `${action} ${outcome} ${pages.earlier ? 'earlier' : ''}`,
    fresh,
    idOf,
    held: presence.there,
    more: pages.more,
  });
  const record = held.rows.find((row) => idOf(row) === selected) ?? null;
  const release = (): void => {
    held.release();
    table.current?.querySelector('[role="grid"]')?.scrollTo({ top: 0 });
  };
  return (
    <ScreenFrame
      screen="audit"
      deeds={
        <>
          <FormControlLabel
            label="Only what did not go well"
            control={
              <Checkbox checked={failed} onChange={(event) => setFailed(event.target.checked)} />
            }
          />
          <AuditActions value={action} onChange={setAction} />
          <Button onClick={() => show({ kind: 'verify-audit' })}>Verify an export…</Button>
          <Button onClick={() => show({ kind: 'export-audit' })}>Export…</Button>
        </>
      }
    >
      <div className={styles['screen']}>
        <AuditHead state={pages.data?.[0] ?? null} />
        <ListBar
          arrived={held.arrived}
          left={0}
          one="new record"
          many="new records"
          onShow={release}
        >
          {sayCount(held.rows.length)}
          {pages.more ? ' and more' : ''} records, newest first
        </ListBar>
        {pages.failure ? <FailureNotice failure={pages.failure} /> : null}
        <div className={styles['split']}>
          <div ref={table} className={styles['table']} {...presence.around}>
            <DataTable
              label="Audit records"
              columns={columns}
              rows={held.rows}
              idOf={idOf}
              selected={selected}
              onSelect={(row) => setSelected(idOf(row))}
              more={pages.more}
              onEnd={pages.loadMore}
              onTop={presence.onTop}
              empty={whenEmpty(pages, 'Reading the audit log.', nothingRecorded(action, failed))}
            />
          </div>
          <RecordPane record={record} />
        </div>
      </div>
    </ScreenFrame>
  );
}
