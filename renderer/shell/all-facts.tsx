import Button from '@mui/material/Button';
import Popover from '@mui/material/Popover';
import { useState } from 'react';
import type { ApprovalRule } from '../../shared/contract/approval.ts';
import type { Snapshot } from '../state/snapshot.ts';
import { allFactsOf } from './facts.ts';
import styles from './shell.module.css';

const label = 'What is open here, in full';

/** All of the top line, unabridged, over the work when somebody asks: a small window cuts nothing. */
export function AllFacts({
  snapshot,
  rule,
}: {
  readonly snapshot: Snapshot;
  readonly rule: ApprovalRule | null;
}) {
  const [at, setAt] = useState<Element | null>(null);
  return (
    <>
      <Button
        size="small"
        variant="text"
        className={styles['all'] ?? ''}
        aria-label={label}
        title={label}
        aria-haspopup="dialog"
        onClick={(event) => setAt(event.currentTarget)}
      >
        …
      </Button>
      <Popover
        open={at !== null}
        anchorEl={at}
        onClose={() => setAt(null)}
        transitionDuration={0}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
        slotProps={{ paper: { role: 'dialog', 'aria-label': label } }}
      >
        <dl className={styles['full']}>
          {allFactsOf(snapshot, rule).map(([title, text]) => (
            <div key={`${title} ${text}`}>
              <dt className="quiet">{title}</dt>
              <dd>
                <bdi>{text}</bdi>
              </dd>
            </div>
          ))}
        </dl>
        <div className={styles['leave']}>
          <Button onClick={() => setAt(null)}>Close</Button>
        </div>
      </Popover>
    </>
  );
}
