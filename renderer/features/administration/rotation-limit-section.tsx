import TextField from '@mui/material/TextField';
import { type FormEvent, useId } from 'react';
import { useDraftOnScreen } from '../../state/kept-on-screen.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Section } from '../../ui/screen.tsx';
import styles from './administration.module.css';

/** How many rotations plans count with where all versions of a group are in one KMS key. */
export function RotationLimitSection({
  limit,
  blocked,
}: {
  readonly limit: number;
  readonly blocked: string | null;
}) {
  const change = useDeed('setting.change');
  const [typed, setTyped] = useDraftOnScreen('rotation limit', String(limit));
  const why = useId();
  const wanted = Number(typed);
  const fits = Number.isInteger(wanted) && wanted >= 1 && wanted <= 1000;
  const go = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!fits || wanted === limit || blocked !== null || change.busy) return;
    // As it will be read back: so the field is known to be saved.
    setTyped(String(wanted));
    if (!(await change.run({ rotationLimit: wanted }))) return;
    say(`Plans count with ${wanted} rotations of one KMS key.`);
  };
  return (
    <Section title="Rotations of one KMS key">
      <form className={styles['findings']} onSubmit={(event) => void go(event)} noValidate>
        <p id={why}>
          For groups in key material mapping. AWS rotates one KMS key on demand 25 times unless it
          granted your account more. A plan refuses what goes beyond; AWS itself has the last word.
        </p>
        <div className={styles['line']}>
          <TextField
            label="Rotations at most"
            className={styles['number'] ?? ''}
            value={typed}
            disabled={change.busy}
            error={!fits}
            slotProps={{
              htmlInput: { inputMode: 'numeric', maxLength: 4, 'aria-describedby': why },
            }}
            onChange={(event) => setTyped(event.target.value)}
          />
          <DeedButton
            type="submit"
            blocked={blocked}
            disabled={wanted === limit || !fits || change.busy}
          >
            Save limit
          </DeedButton>
          {fits ? null : <span className="tone-attention">! 1 to 1000 rotations.</span>}
        </div>
        {change.failure ? <FailureNotice failure={change.failure} /> : null}
      </form>
    </Section>
  );
}
