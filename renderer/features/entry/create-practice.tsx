import Button from '@mui/material/Button';
import { useRef } from 'react';
import { useDeed } from '../../state/reads.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import { NewPassphrase, type NewPassphraseHandle } from '../../ui/new-passphrase.tsx';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';

/** The practice keystore: one passphrase, typed twice, and nothing else to decide. */
export function CreatePractice({
  path,
  back,
}: {
  readonly path: string;
  readonly back: () => void;
}) {
  const create = useDeed('keystore.create');
  const fields = useRef<NewPassphraseHandle>(null);
  useFocusAfterFailure(create, () => fields.current?.focus());
  const go = async (): Promise<void> => {
    const passphrase = fields.current?.take();
    if (!passphrase) return;
    await create.run({ realm: 'practice', passphrase });
  };
  return (
    <EntryFrame
      title="Choose a passphrase"
      step="Step 2 of 6"
      path={path}
      realm="practice"
      lead={
        <>
          It opens the practice keystore. <strong>There is no way to reset it.</strong>
        </>
      }
    >
      <form
        className={styles['steps']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!create.busy) void go();
        }}
      >
        <NewPassphrase ref={fields} autoFocus disabled={create.busy} />
        {create.failure ? <FailureNotice failure={create.failure} /> : null}
        <EntryDeeds>
          <Button type="submit" variant="contained" disabled={create.busy}>
            {create.busy ? 'Creating the keystore…' : 'Create practice keystore'}
          </Button>
          <Button variant="text" disabled={create.busy} onClick={back}>
            Back
          </Button>
        </EntryDeeds>
      </form>
    </EntryFrame>
  );
}
