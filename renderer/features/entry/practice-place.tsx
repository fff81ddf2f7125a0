import Button from '@mui/material/Button';
import { useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import type { Deed, Read } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { type Choice, Choices } from '../../ui/choices.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';
import { LeaveGuide } from './leave-guide.tsx';

type Place = 'softhsm' | 'software' | 'own';
type Practice = OutputFor<'practice.status'>;

const choices = (softHsm: boolean, hsm: string | null): readonly Choice<Place>[] => [
  {
    value: 'softhsm',
    label: softHsm ? 'SoftHSM, found on this computer' : 'SoftHSM',
    meaning: 'Behaves like an HSM and counts as software.',
    blocked: softHsm ? null : 'Not found on this computer. Keys are made by Keyreeve itself then.',
  },
  {
    value: 'software',
    label: 'Software',
    meaning: 'Keyreeve makes the keys itself. Marked as software for ever.',
  },
  {
    value: 'own',
    label: hsm === null ? 'Your HSM…' : `Your HSM ${hsm}`,
    meaning:
      hsm === null
        ? 'Attach a token of your own. Practice keys are made in it.'
        : '✓ Attached. Practice keys are made in it.',
  },
];

/** Where practice keys are made; the practice KMS is started along with it. */
export function PracticePlace({
  path,
  practice,
  setUp,
}: {
  readonly path: string;
  readonly practice: Read<Practice>;
  readonly setUp: Deed<'practice.setUp'>;
}) {
  const blocked = useBlocked();
  const attached = useSnapshot().data?.hsmLabel ?? null;
  const show = useDialogs((state) => state.show);
  const [picked, setPicked] = useState<Place | null>(null);
  const softHsm = practice.data?.softHsm ?? false;
  const place = picked ?? (attached !== null ? 'own' : softHsm ? 'softhsm' : 'software');
  const toAttach = place === 'own' && attached === null;

  const go = (): void => {
    if (toAttach) show({ kind: 'attach-hsm' });
    else void setUp.run({ keysIn: place === 'softhsm' ? 'softhsm' : 'software' });
  };
  const waits = practice.data === undefined || blocked !== null;
  return (
    <EntryFrame
      title="Where are keys made?"
      step="Step 3 of 6"
      path={path}
      realm="practice"
      corner={<LeaveGuide />}
      lead="A practice KMS starts beside it and takes the place of AWS. Its credential is made for you."
    >
      <form
        className={styles['steps']}
        onSubmit={(event) => {
          event.preventDefault();
          if (!waits && !setUp.busy) go();
        }}
      >
        {practice.failure ? <FailureNotice failure={practice.failure} /> : null}
        <Choices
          legend="Place"
          choices={choices(softHsm, attached)}
          value={place}
          onChoose={setPicked}
          disabled={setUp.busy || waits}
        />
        {setUp.failure ? <FailureNotice failure={setUp.failure} /> : null}
        <EntryDeeds>
          <Button type="submit" variant="contained" disabled={setUp.busy || waits}>
            {setUp.busy ? 'Starting the practice KMS…' : sayDeed(place, toAttach)}
          </Button>
          {waits && practice.failure === null ? (
            <span className="quiet" role="status">
              {blocked ?? 'Looking for SoftHSM.'}
            </span>
          ) : null}
        </EntryDeeds>
      </form>
    </EntryFrame>
  );
}

const sayDeed = (place: Place, toAttach: boolean): string => {
  if (toAttach) return 'Attach your HSM…';
  return place === 'softhsm'
    ? 'Use SoftHSM'
    : place === 'software'
      ? 'Use software'
      : 'Use your HSM';
};
