import TextField from '@mui/material/TextField';
import { type FormEvent, useId } from 'react';
import { useDraftOnScreen, useKeptOnScreen } from '../../state/kept-on-screen.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Section } from '../../ui/screen.tsx';
import styles from './administration.module.css';
import { counted } from '../../../shared/text/counted.ts';

const unlessSaid = 10;

/** When the keystore locks although nobody says so. */
export function LockSection({
  minutes,
  blocked,
}: {
  readonly minutes: number | null;
  readonly blocked: string | null;
}) {
  const change = useDeed('setting.change');
  const [byItself, setByItself] = useKeptOnScreen('locks by itself', minutes !== null);
  const [typed, setTyped] = useDraftOnScreen('lock minutes', String(minutes ?? unlessSaid));
  const id = useId();
  const wanted = byItself ? Number(typed) : null;
  const fits = wanted === null || (Number.isInteger(wanted) && wanted >= 1 && wanted <= 480);
  const same = wanted === minutes;
  const go = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!fits || same || blocked !== null || change.busy) return;
    // As it will be read back: so the field is known to be saved.
    setTyped(String(wanted ?? unlessSaid));
    if (!(await change.run({ autoLockMinutes: wanted }))) return;
    say(
      wanted === null
        ? 'It locks only when told to.'
        : `It locks after ${counted(wanted, 'minute')}.`,
    );
  };
  return (
    <Section title="Lock by itself">
      <form className={styles['findings']} onSubmit={(event) => void go(event)} noValidate>
        <Choices
          legend="When nobody is at work"
          value={byItself ? 'after' : 'never'}
          disabled={change.busy}
          onChoose={(value) => setByItself(value === 'after')}
          choices={[
            { value: 'after', label: 'Lock after some minutes' },
            {
              value: 'never',
              label: 'Lock only when told to',
              meaning: 'Whoever comes to this computer meanwhile can use every key.',
            },
          ]}
        />
        <div className={styles['line']}>
          <TextField
            id={id}
            label="Minutes"
            className={styles['number'] ?? ''}
            value={typed}
            disabled={!byItself || change.busy}
            error={!fits}
            slotProps={{ htmlInput: { inputMode: 'numeric', maxLength: 3 } }}
            onChange={(event) => setTyped(event.target.value)}
          />
          <DeedButton type="submit" blocked={blocked} disabled={same || !fits || change.busy}>
            Save lock time
          </DeedButton>
          {fits ? null : <span className="tone-attention">! 1 to 480 minutes.</span>}
        </div>
        {change.failure ? <FailureNotice failure={change.failure} /> : null}
      </form>
    </Section>
  );
}
