import Button from '@mui/material/Button';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useHost } from '../../state/host.tsx';
import { SecretField, type SecretHandle } from '../../ui/secret-field.tsx';
import styles from '../entry/entry.module.css';
import { EntryDeeds, EntryFrame } from '../entry/entry-frame.tsx';

/** The browser that came second: it waits for the first, or shows that it knows the passphrase. */
export function WaitingPage({
  firstHere,
  triesLeft,
}: {
  readonly firstHere: boolean;
  readonly triesLeft: number | null;
}) {
  const { link } = useHost();
  const field = useRef<SecretHandle>(null);
  // Says for which answer of the host it waits: the next one is a new number of tries.
  const [asked, setAsked] = useState<number | null | 'no'>('no');
  const checking = asked === triesLeft;
  // A field that was switched off while it was checked has lost the focus.
  useEffect(() => {
    if (triesLeft !== null) field.current?.focus();
  }, [triesLeft]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const passphrase = checking ? null : field.current?.take();
    if (!passphrase) return;
    setAsked(triesLeft);
    link.takeOver?.(passphrase);
  };
  return (
    <EntryFrame title="Another browser works with this keystore">
      <p role="status">
        {firstHere
          ? 'It is asked now. This window goes on by itself when the person there hands over.'
          : 'It has no window open just now, so nobody can hand over.'}
      </p>
      <form className={styles['steps']} onSubmit={submit} noValidate>
        <SecretField
          ref={field}
          label="Passphrase"
          help={
            triesLeft === null
              ? 'Or take over without being asked in, with a passphrase of this keystore.'
              : `The passphrase was not right. ${triesLeft === 1 ? 'One try is' : `${triesLeft} tries are`} left with this link.`
          }
          invalid={triesLeft !== null && !checking}
          disabled={checking}
          autoFocus
        />
        <EntryDeeds>
          <Button type="submit" variant="contained" disabled={checking}>
            {checking ? 'Checking the passphrase…' : 'Take over this keystore'}
          </Button>
        </EntryDeeds>
      </form>
    </EntryFrame>
  );
}
