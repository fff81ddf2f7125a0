import type { ReactNode } from 'react';
import type { Plan } from '../../../shared/contract/shapes.ts';
import { keyed } from '../../ui/keyed.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { markOf, type PlanMarks } from './plan-marks.ts';
import styles from './plans.module.css';
import { sayEffort } from '../../../shared/text/plans.ts';

/** Said beside every line that is not as it was. */
export const changedFlag = 'changed since you looked';

function Line({
  glyph,
  tone = '',
  marked,
  gone = false,
  children,
}: {
  readonly glyph?: string;
  readonly tone?: string;
  readonly marked: boolean;
  readonly gone?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <li className={`${styles['line']} ${marked || gone ? styles['marked'] : ''}`}>
      <span aria-hidden="true" className={`mono ${tone}`}>
        {glyph ?? ''}
      </span>
      <span>
        <span className={gone ? styles['gone'] : ''}>{children}</span>
        {marked ? <span className={styles['flag']}> · {changedFlag}</span> : null}
        {gone ? <span className={styles['flag']}> · no longer so</span> : null}
      </span>
    </li>
  );
}

/** Stands among the warnings and is none. */
const comfort = /^This can be undone/;

type ListPart = 'changes' | 'stays' | 'lookFirst';

/** The lines of one part, new ones marked, and those that went with a line through them. */
function PlanLines({
  part,
  plan,
  marks,
  glyph = '',
}: {
  readonly part: ListPart;
  readonly plan: Plan;
  readonly marks: PlanMarks;
  readonly glyph?: string;
}) {
  const gone = marks.gone.filter((line) => line.part === part);
  return (
    <ul className={styles['lines']}>
      {keyed(plan[part]).map(({ key, thing: text }) => {
        const marked = marks.lines.has(markOf(part, text));
        return part === 'lookFirst' && comfort.test(text) ? (
          <Line key={key} glyph="✓" tone="tone-good" marked={marked}>
            {text}
          </Line>
        ) : (
          <Line key={key} glyph={glyph} marked={marked}>
            {text}
          </Line>
        );
      })}
      {keyed(gone, ({ text }) => `gone: ${text}`).map(({ key, thing: { text } }) => (
        <Line key={key} glyph={glyph} marked={false} gone>
          {text}
        </Line>
      ))}
    </ul>
  );
}

/** What happens, in a sentence or two. */
export function PlanSentence({
  sentence,
  marks,
}: {
  readonly sentence: string;
  readonly marks: PlanMarks;
}) {
  const marked = marks.lines.has(markOf('sentence', sentence));
  return (
    <p className={`${styles['sentence']} ${marked ? styles['marked'] : ''}`}>
      {sentence}
      {marked ? <span className={styles['flag']}> · {changedFlag}</span> : null}
    </p>
  );
}

/** CHANGES against STAYS. */
export function ChangesAndStays({
  plan,
  marks,
}: {
  readonly plan: Plan;
  readonly marks: PlanMarks;
}) {
  return (
    <div className={styles['columns']}>
      <section aria-label="Changes">
        <h3>Changes</h3>
        <PlanLines part="changes" plan={plan} marks={marks} glyph="→" />
      </section>
      <section aria-label="Stays">
        <h3>Stays</h3>
        <PlanLines part="stays" plan={plan} marks={marks} glyph="=" />
      </section>
    </div>
  );
}

/** The same where a table stands in their place: open while something in them is new. */
export function ChangesInFull({ plan, marks }: { readonly plan: Plan; readonly marks: PlanMarks }) {
  const anyNew = [...marks.lines].some((line) => /^(?:changes|stays): /.test(line));
  return (
    <details open={anyNew}>
      <summary>What changes and what stays</summary>
      <ChangesAndStays plan={plan} marks={marks} />
    </details>
  );
}

/** Warnings that somebody must read before anything else; nothing when there are none. */
export function LookFirst({ plan, marks }: { readonly plan: Plan; readonly marks: PlanMarks }) {
  const gone = marks.gone.some(({ part }) => part === 'lookFirst');
  if (plan.lookFirst.length === 0 && !gone) return null;
  return (
    <section aria-label="Look at this first" className={styles['first']}>
      <h3>Look at this first</h3>
      <PlanLines part="lookFirst" plan={plan} marks={marks} glyph="!" />
    </section>
  );
}

/** What was looked at, each with its answer. */
export function CheckLines({ plan, marks }: { readonly plan: Plan; readonly marks: PlanMarks }) {
  return (
    <ul className={styles['lines']}>
      {keyed(plan.checks, ({ text }) => text).map(({ key, thing: { ok, text } }) => (
        <Line
          key={key}
          glyph={ok ? '✓' : '!'}
          tone={ok ? 'tone-good' : 'tone-attention'}
          marked={marks.lines.has(markOf('checks', `${ok ? '✓' : '!'} ${text}`))}
        >
          <span className="unseen">{ok ? 'Good: ' : 'Not good: '}</span>
          {text}
        </Line>
      ))}
    </ul>
  );
}

/** Steps and calls, the way back, and the same as a command. */
export function PlanDetails({
  plan,
  marks,
  more,
}: {
  readonly plan: Plan;
  readonly marks: PlanMarks;
  /** Further parts that stand first. */
  readonly more?: ReactNode;
}) {
  const isNew = (part: 'steps' | 'calls', text: string): boolean =>
    marks.lines.has(markOf(part, text));
  const anyNew =
    plan.steps.some((step) => isNew('steps', step)) ||
    plan.calls.some(({ call }) => isNew('calls', call));
  return (
    <div className={styles['details']}>
      {more}
      {plan.steps.length === 0 ? null : (
        <details>
          <summary>
            {sayEffort(plan)}
            {anyNew ? <span className={styles['flag']}> · {changedFlag}</span> : null}
          </summary>
          <div className={styles['inside']}>
            <section aria-label="Steps">
              <h3>Steps</h3>
              <ol className={styles['steps']}>
                {keyed(plan.steps).map(({ key, thing: step }) => (
                  <li key={key}>{step}</li>
                ))}
              </ol>
            </section>
            <section aria-label="AWS calls">
              <h3>AWS calls, in order</h3>
              <ol className={styles['steps']}>
                {plan.calls.map(({ call, changes }, at) => (
                  // The same call may stand in a plan more than once.
                  <li key={`${at} ${call}`}>
                    <code>{call}</code>{' '}
                    {changes ? <strong>changes something</strong> : 'only reads'}
                  </li>
                ))}
              </ol>
            </section>
          </div>
        </details>
      )}
      <details>
        <summary>
          How to go back: {plan.goBack}
          {marks.lines.has(markOf('goBack', plan.goBack)) ? (
            <span className={styles['flag']}> · {changedFlag}</span>
          ) : null}
        </summary>
        <p className={`${styles['inside']} quiet`}>
          Nothing goes back by itself. What was made in AWS stays there until you remove it there.
        </p>
      </details>
      <details>
        <summary>As a command</summary>
        <p className={styles['inside']}>
          <CommandLine command={plan.command} />
        </p>
      </details>
    </div>
  );
}
