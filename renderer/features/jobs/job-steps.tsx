import { useId, useState } from 'react';
import { commitLine } from '../../../shared/text/states.ts';
import { Moment } from '../../ui/moment.tsx';
import { shortId } from '../../../shared/text/states.ts';
import type { JobDetail, StepView } from './aws-command.ts';
import { localTimes } from '../../ui/moments.ts';
import { stepGlyphs } from './job-report.ts';
import { StepInside } from './step-inside.tsx';
import styles from './jobs.module.css';

/** All steps with their times and proofs; each opens to its calls. */
export function JobSteps({ detail }: { readonly detail: JobDetail }) {
  const stopped = detail.steps.find(({ state }) => state === 'needs-you')?.n ?? null;
  const [toggled, setToggled] = useState<ReadonlySet<number>>(new Set());
  const isOpen = (n: number): boolean => toggled.has(n) !== (n === stopped);
  const toggle = (n: number): void =>
    setToggled((now) => {
      const next = new Set(now);
      if (!next.delete(n)) next.add(n);
      return next;
    });
  return (
    <section aria-labelledby="job-steps">
      <h3 id="job-steps">Steps</h3>
      <div className={styles['stepHead']} aria-hidden="true">
        <span />
        <span>Step</span>
        <span>Time</span>
        <span>Proof</span>
      </div>
      <ol>
        {detail.steps.flatMap((step) => [
          step.name === detail.commitStep ? (
            <li key="commit" className={styles['commit']}>
              <span>{commitLine}</span>
            </li>
          ) : null,
          <li key={step.n}>
            <StepRow step={step} open={isOpen(step.n)} onToggle={() => toggle(step.n)} />
            {isOpen(step.n) ? <StepInside step={step} groupId={detail.job.groupId} /> : null}
          </li>,
        ])}
      </ol>
    </section>
  );
}

const tones: Readonly<Record<StepView['state'], string>> = {
  waiting: 'quiet',
  begun: 'tone-busy',
  done: 'tone-good',
  'needs-you': 'tone-attention',
  skipped: 'quiet',
};

function StepRow({
  step,
  open,
  onToggle,
}: {
  readonly step: StepView;
  readonly open: boolean;
  readonly onToggle: () => void;
}) {
  const id = useId();
  const [glyph, word] = stepGlyphs[step.state];
  const at = step.endedAt ?? step.beganAt;
  const empty = step.state === 'waiting' && step.calls.length === 0;
  return (
    <div className={styles['step']}>
      <span aria-hidden="true" className={`mono ${tones[step.state]}`}>
        {glyph}
      </span>
      <button
        id={id}
        type="button"
        className={styles['stepName']}
        aria-expanded={open}
        disabled={empty}
        onClick={onToggle}
      >
        <span aria-hidden="true" className={styles['twist']}>
          {empty ? '' : open ? '▾' : '▸'}
        </span>
        <span className={styles['stepNumber']}>{step.n}</span>
        <span>
          {step.title}
          <span className="unseen">, {word}</span>
        </span>
      </button>
      <span className={styles['stepTime']}>{at === null ? '' : <Moment at={at} as="clock" />}</span>
      <span className={styles['proof']}>
        {step.state === 'needs-you' ? <StopWord step={step} /> : proofLine(step)}
      </span>
    </div>
  );
}

function StopWord({ step }: { readonly step: StepView }) {
  const name = step.failure?.external?.name ?? null;
  return (
    <span className="tone-attention">
      {name === null ? 'stopped here' : <code>{name}</code>}
      {proofLine(step) === '' ? '' : ` · ${proofLine(step)}`}
    </span>
  );
}

const proofLine = ({ proof }: StepView): string =>
  proof
    .map(({ text, requestId }) =>
      requestId === undefined
        ? localTimes(text)
        : `${localTimes(text)}, request ${shortId(requestId)}`,
    )
    .join(' · ');
