import Button from '@mui/material/Button';
import Popover from '@mui/material/Popover';
import { useState } from 'react';
import { useConnection } from '../state/connection.ts';
import { useDialogs } from '../state/dialogs.ts';
import { useHost } from '../state/host.tsx';
import { useNavigation } from '../state/navigation.ts';
import type { Snapshot } from '../state/snapshot.ts';
import { type Condition, type ConditionDeed, conditionsOf } from './conditions.ts';
import styles from './shell.module.css';

/**
 * What is not as it should be for the whole window. The line is always there and always as high, so
 * that nothing below it moves when something comes or goes: the gravest stands in it with its deed,
 * the others open over the work.
 */
export function ConditionBar({ snapshot }: { readonly snapshot: Snapshot }) {
  const connection = useConnection((state) => state.state);
  const [first, ...others] = conditionsOf(snapshot, connection);
  return (
    <div className={`${styles['condition']} ${first ? styles['present'] : ''}`}>
      <p role="status" className={styles['words']}>
        {first ? <Words condition={first} /> : <span className="quiet">{calm(snapshot)}</span>}
      </p>
      {first?.deed ? <Deed deed={first.deed} /> : null}
      {others.length > 0 ? <Others conditions={others} /> : null}
    </div>
  );
}

/** Jobs that wait are told below and at the left; here it must not sound as if none did. */
const calm = ({ keystore, counts }: Snapshot): string => {
  if (keystore.state !== 'verified') return '';
  return counts.needsYou > 0
    ? '✓ Keystore verified.'
    : '✓ Keystore verified. Nothing is in the way.';
};

function Words({ condition }: { readonly condition: Condition }) {
  const { headline, more } = condition;
  return (
    <span title={`${headline} ${more}`.trim()}>
      <span className="tone-attention">{headline}</span> {more}
    </span>
  );
}

function Deed({ deed, before }: { readonly deed: ConditionDeed; readonly before?: () => void }) {
  const show = useDialogs((state) => state.show);
  const go = useNavigation((state) => state.go);
  const { link } = useHost();
  const run = (): void => {
    before?.();
    if ('shows' in deed) show(deed.shows);
    else if ('goes' in deed) go(deed.goes);
    else link.retry();
  };
  return (
    <Button size="small" className={styles['deed'] ?? ''} onClick={run}>
      {deed.label}
    </Button>
  );
}

/** Those that wait behind the gravest, over the work when somebody asks. */
function Others({ conditions }: { readonly conditions: readonly Condition[] }) {
  const [at, setAt] = useState<Element | null>(null);
  const close = (): void => setAt(null);
  return (
    <>
      <Button
        size="small"
        variant="text"
        className={styles['deed'] ?? ''}
        aria-haspopup="dialog"
        onClick={(event) => setAt(event.currentTarget)}
      >
        {conditions.length} more
      </Button>
      <Popover
        open={at !== null}
        anchorEl={at}
        onClose={close}
        transitionDuration={0}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        transformOrigin={{ vertical: 'top', horizontal: 'right' }}
        slotProps={{ paper: { role: 'dialog', 'aria-label': 'What else is in the way' } }}
      >
        <ul className={styles['others']}>
          {conditions.map((condition) => (
            <li key={condition.id}>
              <Words condition={condition} />
              {condition.deed ? <Deed deed={condition.deed} before={close} /> : null}
            </li>
          ))}
        </ul>
      </Popover>
    </>
  );
}
