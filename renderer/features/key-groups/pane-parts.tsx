import type { ReactNode } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { keyed } from '../../ui/keyed.ts';
import { Moment } from '../../ui/moment.tsx';
import Button from '@mui/material/Button';
import styles from './key-groups.module.css';

type KeyDetail = OutputFor<'key.show'>;

/** Names and values under each other, narrow enough for the pane. */
export function PaneFacts({
  facts,
}: {
  readonly facts: readonly (readonly [string, ReactNode])[];
}) {
  return (
    <dl className={styles['facts']}>
      {facts.map(([term, value]) => (
        <div key={term} className={styles['fact']}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Could we put this key back tomorrow? One line for each place where a copy is, or is missing. */
export function Copies({
  copies,
  children,
}: {
  readonly copies: KeyDetail['copies'] | undefined;
  /** What can be done about them. */
  readonly children?: ReactNode;
}) {
  return (
    <section aria-label="Copies">
      <h3>Copies</h3>
      <ul className={styles['lines']}>
        {keyed(copies ?? [], ({ text }) => text).map(({ key, thing: { ok, text, at } }) => (
          <li key={key} className={styles['line']}>
            <span aria-hidden="true" className={ok ? 'tone-good' : 'tone-attention'}>
              {ok ? '✓' : '!'}
            </span>
            <span>
              <span className="unseen">{ok ? 'Good: ' : 'Not good: '}</span>
              {text}
              {at === null ? null : (
                <>
                  {', '}
                  <Moment at={at} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {copies === undefined ? <p className="quiet">Being read.</p> : null}
      {children}
    </section>
  );
}

/** What happened to a key, newest first, each with the job that did it. */
export function History({
  history,
  most,
}: {
  readonly history: KeyDetail['history'] | undefined;
  readonly most?: number;
}) {
  const show = useDialogs((state) => state.show);
  const newest = [...(history ?? [])].sort((a, b) => b.at - a.at).slice(0, most);
  return (
    <section aria-label="History">
      <h3>History</h3>
      <ol className={styles['lines']}>
        {newest.map(({ at, text, jobId }) => (
          <li key={`${at} ${text}`}>
            <span className="detail">
              <Moment at={at} />
            </span>{' '}
            {text}{' '}
            {jobId === null ? null : (
              <Button
                size="small"
                variant="text"
                sx={{ minHeight: 20, py: 0, px: 1 }}
                aria-label={`Show job: ${text}`}
                onClick={() => show({ kind: 'job', job: jobId })}
              >
                Show job
              </Button>
            )}
          </li>
        ))}
      </ol>
      {history === undefined ? <p className="quiet">Being read.</p> : null}
      {history?.length === 0 ? <p className="quiet">Nothing happened to it yet.</p> : null}
    </section>
  );
}
