import Button from '@mui/material/Button';
import { useDialogs } from '../../state/dialogs.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';

/** One process holds one keystore, so that another is opened by another start. */
export function OpenOther({ path, back }: { readonly path: string; readonly back: () => void }) {
  const show = useDialogs((state) => state.show);
  return (
    <EntryFrame title="Open a keystore" path={path}>
      <div className={styles['steps']}>
        <p>
          <strong>It is elsewhere on this computer.</strong> One Keyreeve holds one keystore: end
          this one, then start it with the file.
        </p>
        <CommandLine command="npm start -- --keystore FILE" />
      </div>
      <div className={styles['steps']}>
        <p>
          <strong>It comes back from a backup.</strong> It is restored to <code>{path}</code>,
          starts undesignated, and its jobs wait until somebody has looked at them.
        </p>
      </div>
      <EntryDeeds>
        <Button variant="contained" onClick={() => show({ kind: 'restore' })}>
          Restore from a backup…
        </Button>
        <Button variant="text" onClick={back}>
          Back
        </Button>
      </EntryDeeds>
    </EntryFrame>
  );
}
