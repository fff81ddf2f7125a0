import Button from '@mui/material/Button';
import { useState } from 'react';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { Choices } from '../../ui/choices.tsx';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';
import { LeaveGuide } from './leave-guide.tsx';

/** Where real keys are made. Attaching asks where the second copy of the master key is. */
export function RealPlace({ path }: { readonly path: string }) {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const [place, setPlace] = useState<'own' | 'software'>('own');
  return (
    <EntryFrame
      title="Where are keys made?"
      step="Step 2 of 3"
      path={path}
      realm="real"
      corner={<LeaveGuide />}
      lead="Keys of HSM protected groups are made inside your HSM, under its master key. The clear key never leaves it."
    >
      <Choices
        legend="Place"
        value={place}
        onChoose={setPlace}
        choices={[
          {
            value: 'own',
            label: 'Your HSM…',
            meaning:
              'Asks for the token, its PIN, and where the second copy of its master key is: losing a token without a second copy loses every key.',
          },
          {
            value: 'software',
            label: 'No HSM yet',
            meaning:
              'Keys can be made by software, marked so for ever. None of them goes to AWS until you allow that under Security and backup.',
          },
        ]}
      />
      {place === 'own' ? (
        <EntryDeeds>
          <Button
            variant="contained"
            disabled={blocked !== null}
            onClick={() => show({ kind: 'attach-hsm' })}
          >
            Attach your HSM…
          </Button>
          <span className="quiet">{blocked}</span>
        </EntryDeeds>
      ) : (
        <p className={styles['note']}>
          Leave the first steps above. The HSM is attached later under Administration, HSM.
        </p>
      )}
    </EntryFrame>
  );
}
