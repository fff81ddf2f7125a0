import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { useDialogs } from '../../state/dialogs.ts';
import { Ident } from '../../ui/ident.tsx';
import { sayMoment } from '../../ui/moments.ts';
import { Facts } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { actionWords, type AuditRecord, detailWords, outcomeText } from './audit-words.ts';
import styles from './audit.module.css';

/** Everything one record says. */
export function RecordPane({ record }: { readonly record: AuditRecord | null }) {
  return (
    // It scrolls by itself, so it must be reachable by keyboard.
    <section className={styles['pane']} aria-label="The chosen record" tabIndex={0}>
      {record === null ? (
        <p className="quiet">Choose a record to see everything it says.</p>
      ) : (
        <RecordFacts record={record} />
      )}
    </section>
  );
}

function RecordFacts({ record }: { readonly record: AuditRecord }) {
  const show = useDialogs((state) => state.show);
  const { job } = record.details;
  const details = Object.entries(record.details);
  return (
    <>
      <h2>Record {record.seq}</h2>
      <p>{actionWords(record.action)}</p>
      <Facts facts={factsOf(record)} />
      {details.length === 0 ? null : (
        <>
          <h3>Details</h3>
          <Facts
            facts={details.map(([name, value]) => [
              name,
              <code key={name}>{detailWords(value)}</code>,
            ])}
          />
        </>
      )}
      {typeof job === 'number' ? (
        <Button onClick={() => show({ kind: 'job', job: String(job) })}>Show job {job}</Button>
      ) : null}
    </>
  );
}

function factsOf(record: AuditRecord): readonly (readonly [string, ReactNode])[] {
  const { at, action, actor, channel, objects, hash, outcome } = record;
  return [
    ['Time', sayMoment(at)],
    ['UTC', new Date(at).toISOString()],
    ['Action', <code key="action">{action}</code>],
    [
      'Outcome',
      <span key="outcome">
        <StateWord state={outcomeText(record)} /> <code className="quiet">{outcome}</code>
      </span>,
    ],
    ['Who', actor],
    ['Channel', channel],
    [
      'Objects',
      objects.length === 0
        ? 'none'
        : objects.map((id) => (
            <div key={id}>
              <Ident value={id} what="object id" />
            </div>
          )),
    ],
    ['Hash', <Ident key="hash" value={hash} what="hash of the record" />],
  ];
}
