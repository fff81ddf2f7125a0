import { useMemo, useRef, useState } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { rehearsedOperations } from '../../../shared/model/practice-mischief.ts';
import { byPracticeClock } from '../../../shared/text/practice.ts';
import { useHeldRows } from '../../state/held-rows.ts';
import { useKeptOnScreen } from '../../state/kept-on-screen.ts';
import { type RowsOf, usePages } from '../../state/pages.ts';
import { keyed } from '../../ui/keyed.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { ListBar, usePresence } from '../../ui/list-bar.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Facts } from '../../ui/screen.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import styles from './practice.module.css';
import { SelectField } from './select-field.tsx';
import { ReadingPane } from './reading-pane.tsx';

type Call = OutputFor<'practice.journal'>['calls'][number];
type Outcome = 'all' | 'refused' | 'struck' | 'changed';

const outcomeOf = ({ error, mischief }: Call) =>
  mischief !== null
    ? ({ glyph: '!', word: mischief, tone: 'attention' } as const)
    : error !== null
      ? ({ glyph: '!', word: error, tone: 'attention' } as const)
      : ({ glyph: '✓', word: 'Answered', tone: 'good' } as const);

const columns: readonly Column<Call>[] = [
  { id: 'seq', title: 'No.', width: '64px', align: 'end', cell: ({ seq }) => seq },
  { id: 'at', title: 'Time', width: '112px', cell: ({ at }) => <Moment at={at} as="short" /> },
  {
    id: 'operation',
    title: 'Operation',
    width: 'minmax(150px, 3fr)',
    cell: ({ operation }) => <code title={operation}>{operation}</code>,
  },
  {
    id: 'outcome',
    title: 'Outcome',
    width: 'minmax(120px, 3fr)',
    cell: (call) => {
      const { glyph, word, tone } = outcomeOf(call);
      return (
        <span className={`tone-${tone}`} title={word}>
          {glyph} {word}
        </span>
      );
    },
  },
];
const idOf = ({ seq }: Call): string => String(seq);
const none: readonly Call[] = [];
const callRows: RowsOf<OutputFor<'practice.journal'>, Call> = {
  in: ({ calls }) => calls,
  markOf: ({ seq }) => seq,
  page: (_like, calls, next) => ({ calls, next }),
};

const outcomes: readonly (readonly [Outcome, string])[] = [
  ['all', 'All calls'],
  ['changed', 'Those that changed something'],
  ['refused', 'Those that failed'],
  ['struck', 'Those that a fault struck'],
];

/** Every call that the practice KMS answered, newest first. */
export function CallsPart() {
  const [operation, setOperation] = useKeptOnScreen('calls operation', '');
  const [outcome, setOutcome] = useKeptOnScreen<Outcome>('calls outcome', 'all');
  const [selected, setSelected] = useState<string | null>(null);
  const presence = usePresence();
  const table = useRef<HTMLDivElement>(null);
  const pages = usePages(
    'practice.journal',
    { limit: 100, operation, outcome },
    { place: 'before', rows: callRows },
  );
  const fresh = useMemo(() => pages.data?.flatMap(({ calls }) => calls) ?? none, [pages.data]);
  const held = useHeldRows({
    list: `${operation} ${outcome} ${pages.earlier ? 'earlier' : ''}`,
    fresh,
    idOf,
    held: presence.there,
    more: pages.more,
  });
  const release = (): void => {
    held.release();
    table.current?.querySelector('[role="grid"]')?.scrollTo({ top: 0 });
  };
  return (
    <div className={styles['split']}>
      <div className={styles['list']}>
        <div className={styles['bar']}>
          <Filters {...{ operation, setOperation, outcome, setOutcome }} />
          <DeedButton onClick={pages.again}>Read again</DeedButton>
        </div>
        <ListBar arrived={held.arrived} left={0} one="new call" many="new calls" onShow={release}>
          {sayCount(held.rows.length)}
          {pages.more ? ' and more' : ''} {held.rows.length === 1 ? 'call' : 'calls'}, newest first.{' '}
          {byPracticeClock}
        </ListBar>
        {pages.failure ? <FailureNotice failure={pages.failure} /> : null}
        <div ref={table} className={styles['table']} {...presence.around}>
          <DataTable
            label="Calls"
            columns={columns}
            rows={held.rows}
            idOf={idOf}
            selected={selected}
            onSelect={(row) => setSelected(idOf(row))}
            more={pages.more}
            onEnd={pages.loadMore}
            onView={pages.look}
            onTop={presence.onTop}
            empty={whenEmpty(pages, 'Reading the calls.', 'No such call.')}
          />
        </div>
      </div>
      <CallPane call={held.rows.find((row) => idOf(row) === selected) ?? null} />
    </div>
  );
}

const everyOperation: readonly (readonly [string, string])[] = [
  ['', 'Every operation'],
  ...rehearsedOperations.map((name) => [name, name] as const),
];

function Filters({
  operation,
  setOperation,
  outcome,
  setOutcome,
}: {
  readonly operation: string;
  readonly setOperation: (operation: string) => void;
  readonly outcome: Outcome;
  readonly setOutcome: (outcome: Outcome) => void;
}) {
  return (
    <>
      <SelectField
        label="Operation"
        value={operation}
        options={everyOperation}
        onChange={setOperation}
      />
      <SelectField label="Outcome" value={outcome} options={outcomes} onChange={setOutcome} />
    </>
  );
}

function CallPane({ call }: { readonly call: Call | null }) {
  return (
    <ReadingPane label="The chosen call">
      {call === null ? (
        <p className="quiet">Choose a call to see what it did.</p>
      ) : (
        <>
          <h2>{call.operation}</h2>
          <p className={`tone-${outcomeOf(call).tone}`}>
            {outcomeOf(call).glyph} {outcomeOf(call).word}
          </p>
          {call.message === null ? null : <p>{call.message}</p>}
          <h3>What it changed</h3>
          {call.effects.length === 0 ? <p>- Nothing.</p> : null}
          <ul>
            {keyed(call.effects).map(({ key, thing: effect }) => (
              <li key={key}>{effect}</li>
            ))}
          </ul>
          <Facts
            facts={[
              ['Time', <Moment key="at" at={call.at} />],
              ['Who', <code key="who">{call.principal ?? 'the service itself'}</code>],
              ['Region', call.region ?? 'none'],
              ['Request ID', <code key="id">{call.requestId}</code>],
            ]}
          />
          <h3>Parameters</h3>
          <pre>{call.parameters}</pre>
        </>
      )}
    </ReadingPane>
  );
}
