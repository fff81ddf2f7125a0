import Button from '@mui/material/Button';
import { rehearsalTexts } from '../../../shared/text/rehearsals.ts';
import { useNavigation } from '../../state/navigation.ts';
import { usePracticeView } from '../../state/practice-view.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { type Rehearsal, stepText } from './rehearsals-part.tsx';
import { useStepDeed } from './use-step-deed.ts';
import styles from './practice.module.css';

/** The rehearsal under way, wherever somebody is: the step that is next, and the way there. */
export function RehearsalStrip() {
  const status = useRead('practice.status', {}).data;
  const read = useRead('practice.rehearsals', {}, { enabled: status?.ours === true });
  const { screen, go } = useNavigation();
  const { part, show } = usePracticeView();
  const current = read.data?.rehearsals.find(({ state }) => state === 'under-way');
  const inSight = screen === 'practice' && part === 'rehearsals';
  if (!current || inSight) return null;
  const back = (): void => {
    show('rehearsals');
    go('practice');
  };
  return <Strip rehearsal={current} onBack={back} />;
}

function Strip({
  rehearsal,
  onBack,
}: {
  readonly rehearsal: Rehearsal;
  readonly onBack: () => void;
}) {
  const at = rehearsal.steps.findIndex(({ done }) => !done);
  const step = rehearsal.steps[at]?.step ?? '';
  const text = stepText(rehearsal.rehearsal, step);
  const go = useStepDeed(rehearsal, step);
  return (
    <section className={styles['strip']} aria-label="Rehearsal under way">
      <p role="status">
        <strong>
          Rehearsal, step {at + 1} of {rehearsal.steps.length}:
        </strong>{' '}
        {text?.title ?? rehearsalTexts[rehearsal.rehearsal].title}
      </p>
      <DeedButton size="small" blocked={go.blocked} disabled={go.busy} onClick={go.run}>
        {text?.button}
      </DeedButton>
      <Button size="small" onClick={onBack}>
        Show the steps
      </Button>
    </section>
  );
}
