import Button from '@mui/material/Button';
import { type ReactNode, useRef } from 'react';
import { useDeed } from '../../state/reads.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import { NewPassphrase, type NewPassphraseHandle } from '../../ui/new-passphrase.tsx';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';

/** Asks for the passphrase of a new keystore, typed twice, and makes it. */
export function CreateKeystore({
  realm,
  title,
  step,
  path,
  lead,
  also = () => ({}),
  back,
  children,
}: {
  readonly realm: 'practice' | 'real';
  readonly title: string;
  readonly step: string;
  readonly path: string;
  /** What the passphrase does. */
  readonly lead: string;
  /** What else it is made with; null when something is missing, which is then said. */
  readonly also?: () => { readonly backupPlace?: string } | null;
  readonly back: () => void;
  readonly children?: (busy: boolean) => ReactNode;
}) {
  const create = useDeed('keystore.create');
  const fields = useRef<NewPassphraseHandle>(null);
  useFocusAfterFailure(create, () => fields.current?.focus());
  const go = async (): Promise<void> => {
    const more = also();
    const passphrase = more === null ? null : fields.current?.take();
    if (passphrase) await create.run({ realm, passphrase, ...more });
  };
  return (
    <EntryFrame
      title={title}
      step={step}
      path={path}
      realm={realm}
      lead={
        <>
          {lead} <strong>There is no way to reset it.</strong>
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
        {children?.(create.busy)}
        {create.failure ? <FailureNotice failure={create.failure} /> : null}
        <EntryDeeds>
          <Button type="submit" variant="contained" disabled={create.busy}>
            {create.busy ? 'Creating the keystore…' : `Create ${realm} keystore`}
          </Button>
          <Button variant="text" disabled={create.busy} onClick={back}>
            Back
          </Button>
        </EntryDeeds>
      </form>
    </EntryFrame>
  );
}
