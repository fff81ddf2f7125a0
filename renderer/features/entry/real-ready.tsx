import Button from '@mui/material/Button';
import { useDialogs } from '../../state/dialogs.ts';
import { useEntry } from '../../state/entry.ts';
import { useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';
import { LeaveGuide } from './leave-guide.tsx';

/** The keystore of real keys stands: what is still needed before the first key goes to AWS. */
export function RealReady({ path }: { readonly path: string }) {
  const { show } = useDialogs();
  const guide = useEntry((state) => state.guide);
  const snapshot = useSnapshot().data;
  const onOneDisk = useRead('keystore.status', {}).data?.backup.sameDisk === true;
  const credentials = snapshot?.connections.all ?? 0;
  return (
    <EntryFrame
      title="Your keystore is ready"
      step="Step 3 of 3"
      path={path}
      realm="real"
      corner={<LeaveGuide />}
      lead="Two things are needed before the first key: the credential that AWS knows, and a key group."
    >
      <ul className={styles['steps']}>
        <li>
          {onOneDisk ? (
            <>
              <span className="tone-attention">! Backups</span> go to the same disk as the keystore.
              Choose a folder on another one under Security and backup.
            </>
          ) : (
            <>
              <span className="tone-good">✓ Backups</span> go to the second place.
            </>
          )}
        </li>
        <li>
          <span className="tone-good">✓ HSM {snapshot?.hsmLabel ?? ''}</span> is attached.
        </li>
        <li>
          {credentials === 0 ? (
            <>
              <span className="tone-attention">! Credential</span> none yet.
            </>
          ) : (
            <>
              <span className="tone-good">✓ Credential</span> imported.
            </>
          )}
        </li>
      </ul>
      <EntryDeeds>
        <Button
          variant={credentials === 0 ? 'contained' : 'outlined'}
          onClick={() => show({ kind: 'import-credential' })}
        >
          Import credential…
        </Button>
        <Button
          variant={credentials === 0 ? 'outlined' : 'contained'}
          onClick={() => {
            guide(false);
            show({ kind: 'add-group', folder: null });
          }}
        >
          Add Key Group…
        </Button>
      </EntryDeeds>
    </EntryFrame>
  );
}
