import Button from '@mui/material/Button';
import { isFailureCode } from '../../shared/errors/operation-error.ts';
import { renderFailure } from '../../shared/text/failures.ts';
import { useConnection } from '../state/connection.ts';
import { useDialogs } from '../state/dialogs.ts';
import { useHost } from '../state/host.tsx';
import { useNavigation } from '../state/navigation.ts';
import type { Snapshot } from '../state/snapshot.ts';
import styles from './shell.module.css';

/** What is not as it should be for the whole window: each line with its one deed. */
export function ConditionBar({ snapshot }: { readonly snapshot: Snapshot }) {
  const connection = useConnection((state) => state.state);
  const show = useDialogs((state) => state.show);
  const go = useNavigation((state) => state.go);
  const { link } = useHost();
  const { state, reason } = snapshot.keystore;
  return (
    <div role="status">
      {connection.kind === 'lost' ? (
        <p className={styles['condition']}>
          <span className="tone-attention">! The window lost its connection to the keystore.</span>
          What is shown may be old. Jobs go on.
          <Button size="small" onClick={() => link.retry()}>
            Connect now
          </Button>
        </p>
      ) : null}
      {state === 'checking' ? (
        <p className={styles['condition']}>
          Checking the keystore. You can look at everything; changes wait until it is verified.
        </p>
      ) : null}
      {state === 'read-only' ? (
        <p className={styles['condition']}>
          <span className="tone-attention">! Read-only.</span> {sayReason(reason)}
          <Button size="small" onClick={() => go('security')}>
            Show what to do
          </Button>
        </p>
      ) : null}
      {snapshot.hsm === 'pin-needed' ? (
        <p className={styles['condition']}>
          <span className="tone-attention">! The HSM needs its PIN.</span> Jobs that need it wait.
          <Button size="small" onClick={() => show({ kind: 'enter-pin' })}>
            Enter PIN…
          </Button>
        </p>
      ) : null}
      {snapshot.counts.due > 0 ? (
        <p className={styles['condition']}>
          <span className="tone-attention">
            ! {snapshot.counts.due === 1 ? '1 rotation' : `${snapshot.counts.due} rotations`} came
            due and wait{snapshot.counts.due === 1 ? 's' : ''} for you.
          </span>
          <Button size="small" onClick={() => show({ kind: 'due' })}>
            Look and choose…
          </Button>
        </p>
      ) : null}
    </div>
  );
}

/** The core names a failure; what it means is said in the one wording. */
function sayReason(reason: string | null): string {
  if (reason === null) return '';
  return isFailureCode(reason) ? renderFailure({ code: reason, details: {} }).headline : reason;
}
