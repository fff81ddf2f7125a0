import type { OutputFor } from '../../../shared/contract/index.ts';
import type { RehearsalName } from '../../../shared/model/rehearsals.ts';
import { rehearsalStateTexts, rehearsalTexts } from '../../../shared/text/rehearsals.ts';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Section } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { useStepDeed } from './use-step-deed.ts';
import styles from './practice.module.css';

export type Rehearsal = OutputFor<'practice.rehearsals'>['rehearsals'][number];
export interface StepText {
  readonly title: string;
  readonly doing: string;
  readonly look: string;
  readonly button: string;
}

/** What a step says. */
export const stepText = (name: RehearsalName, step: string): StepText | undefined =>
  (rehearsalTexts[name].steps as Readonly<Record<string, StepText>>)[step];

/** The guided rehearsals: each with its steps, as far as they are done. */
export function RehearsalsPart() {
  const read = useRead('practice.rehearsals', {});
  const all = read.data?.rehearsals ?? [];
  // The next step of one that is under way is what comes next, and no other that could be begun.
  const underWay = all.some(({ state }) => state === 'under-way');
  return (
    <div className={styles['scroll']} tabIndex={-1}>
      <p className="quiet">
        Each step ticks when the keystore and the practice KMS show that it is done. A rehearsal can
        be left and taken up again at any time.
      </p>
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {all.map((rehearsal) => (
        <OneRehearsal key={rehearsal.rehearsal} rehearsal={rehearsal} quiet={underWay} />
      ))}
    </div>
  );
}

function OneRehearsal({
  rehearsal,
  quiet,
}: {
  readonly rehearsal: Rehearsal;
  readonly quiet: boolean;
}) {
  const { rehearsal: name, state, steps } = rehearsal;
  const text = rehearsalTexts[name];
  const now = steps.find(({ done }) => !done)?.step;
  const begun = state === 'under-way';
  return (
    <Section title={text.title} deeds={<RehearsalDeeds rehearsal={rehearsal} quiet={quiet} />}>
      <p>
        <StateWord state={rehearsalStateTexts[state]} />
        {state === 'new'
          ? ''
          : `, ${steps.filter(({ done }) => done).length} of ${steps.length} steps`}
      </p>
      <p>{text.lead}</p>
      {state === 'new' || state === 'left' ? <p className="quiet">{text.sets}</p> : null}
      {state === 'new' ? null : (
        <ol className={styles['steps']} aria-label={`Steps: ${text.title}`}>
          {steps.map((step, at) => (
            <StepRow
              key={step.step}
              number={at + 1}
              rehearsal={rehearsal}
              step={step}
              now={begun && step.step === now}
            />
          ))}
        </ol>
      )}
      {state === 'done' ? <p>{text.end}</p> : null}
    </Section>
  );
}

function StepRow({
  number,
  rehearsal,
  step,
  now,
}: {
  readonly number: number;
  readonly rehearsal: Rehearsal;
  readonly step: Rehearsal['steps'][number];
  readonly now: boolean;
}) {
  const text = stepText(rehearsal.rehearsal, step.step);
  const go = useStepDeed(rehearsal, step.step);
  if (!text) return null;
  return (
    <li className={styles['step']} data-now={now} {...(now ? { 'aria-current': 'step' } : {})}>
      <span className={step.done ? 'tone-good' : 'quiet'}>
        <span aria-hidden="true">{step.done ? '✓' : number}</span>
        <span className="unseen">{step.done ? 'Done: ' : now ? 'Now: ' : 'To do: '}</span>
      </span>
      <span>
        <strong>{text.title}</strong>
        {now ? (
          <>
            <br />
            {text.doing}
            <br />
            <span className="quiet">Look at: {text.look}</span>
          </>
        ) : null}
        {step.found === '' ? null : (
          <span className={`${styles['found']} ${step.done ? 'quiet' : 'tone-attention'}`}>
            {step.done ? '' : '! '}
            {step.found}
          </span>
        )}
      </span>
      {now ? (
        <DeedButton variant="contained" blocked={go.blocked} disabled={go.busy} onClick={go.run}>
          {text.button}
        </DeedButton>
      ) : (
        <span />
      )}
      {now && go.failure ? <FailureNotice failure={go.failure} /> : null}
    </li>
  );
}

function RehearsalDeeds({
  rehearsal,
  quiet,
}: {
  readonly rehearsal: Rehearsal;
  readonly quiet: boolean;
}) {
  const { rehearsal: name, state } = rehearsal;
  const begin = useDeed('practice.begin');
  const leave = useDeed('practice.leave');
  const blocked = useBlocked();
  const { title } = rehearsalTexts[name];
  const run = (anew: boolean): void =>
    void begin.run({ rehearsal: name, anew }).then((done) => {
      if (done) say(`The rehearsal is set up: ${title}.`);
    });
  const ways: readonly (readonly [string, boolean])[] = {
    new: [['Begin', false] as const],
    'under-way': [['Begin anew', true] as const],
    left: [['Take it up again', false] as const, ['Begin anew', true] as const],
    done: [['Begin anew', true] as const],
  }[state];
  return (
    <>
      {ways.map(([words, anew]) => (
        <DeedButton
          key={words}
          variant={anew || quiet ? 'outlined' : 'contained'}
          blocked={blocked}
          disabled={begin.busy || leave.busy}
          aria-label={`${words}: ${title}`}
          onClick={() => run(anew)}
        >
          {begin.busy ? 'Setting up…' : words}
        </DeedButton>
      ))}
      {state === 'under-way' ? (
        <DeedButton
          blocked={blocked}
          disabled={begin.busy || leave.busy}
          aria-label={`Leave: ${title}`}
          onClick={() =>
            void leave.run({ rehearsal: name }).then((done) => {
              if (done) say('Left. The faults it had set are off.');
            })
          }
        >
          Leave
        </DeedButton>
      ) : null}
      {begin.failure ? <FailureNotice failure={begin.failure} /> : null}
      {leave.failure ? <FailureNotice failure={leave.failure} /> : null}
    </>
  );
}
