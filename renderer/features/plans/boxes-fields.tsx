import { useId } from 'react';
import type { ComparisonRow } from '../../../shared/contract/key.ts';
import type { SynchronizeChoices } from '../../../shared/text/synchronize.ts';
import { sayDay } from '../../ui/moments.ts';
import { onlySpace } from '../../ui/only-space.ts';
import {
  type Boxes,
  dateOf,
  earliestDate,
  latestDate,
  tick,
  type Until,
  validToOf,
} from './boxes.ts';
import styles from './plans.module.css';

const labels: Readonly<Record<keyof SynchronizeChoices, string>> = {
  deleteMaterial: 'Delete Key Material',
  updatePolicy: 'Update Policy',
  importMaterial: 'Import Key Material',
};

/** What each box would do to the key as it was read. */
export function boxMeanings(
  rows: readonly ComparisonRow[],
  hasPolicy: boolean,
): Readonly<Record<keyof SynchronizeChoices, string>> {
  const row = (what: string): ComparisonRow | undefined => rows.find((one) => one.what === what);
  const gone = row('Key material')?.awsNow === 'gone';
  const policy = row('Policy');
  return {
    deleteMaterial: gone
      ? 'Nothing to delete: AWS has no material now.'
      : 'AWS removes its copy at once, with no waiting period.',
    updatePolicy: !hasPolicy
      ? 'Nothing to update: this group has no policy template.'
      : policy?.awsNow === 'differs'
        ? 'Puts the policy of the group back.'
        : policy?.awsNow === 'reads as the template'
          ? 'Nothing to update: it reads as the template already.'
          : 'Compares the policy in AWS with the template, and puts it back where it differs.',
    importMaterial: 'Sends the saved copy again.',
  };
}

/** The three boxes, each with what it does. */
export function BoxesFields({
  boxes,
  meanings,
  cannot,
  beside = {},
  onChange,
  children,
}: {
  readonly boxes: Boxes;
  readonly meanings: Readonly<Record<keyof SynchronizeChoices, string>>;
  /** Boxes that cannot be ticked; what each means says why. */
  readonly beside?: Partial<Record<keyof SynchronizeChoices, React.ReactNode>>;
  readonly cannot: readonly (keyof SynchronizeChoices)[];
  readonly onChange: (boxes: Boxes) => void;
  /** Stands under Import Key Material. */
  readonly children: React.ReactNode;
}) {
  const base = useId();
  return (
    <div role="group" aria-label="What to bring in line" className={styles['boxes']}>
      {(Object.keys(labels) as (keyof SynchronizeChoices)[]).map((box) => (
        <div key={box} className={styles['box']}>
          <label>
            <input
              type="checkbox"
              checked={boxes[box]}
              disabled={cannot.includes(box)}
              aria-describedby={`${base}-${box}`}
              onKeyDown={onlySpace}
              onChange={(event) => onChange(tick(boxes, box, event.target.checked))}
            />
            {labels[box]}
          </label>
          <span id={`${base}-${box}`} className="quiet">
            {meanings[box]}
          </span>
          {beside[box] ?? null}
        </div>
      ))}
      {children}
      <p role="status" className={`${styles['switched']} tone-attention`}>
        {boxes.note === '' ? '' : `! ${boxes.note}`}
      </p>
    </div>
  );
}

/** When AWS deletes what is imported: Never, or On a date. */
export function UntilField({
  until,
  usual,
  disabled,
  problem,
  onChange,
}: {
  readonly until: Until;
  /** What it is where nobody says so (ms); null: never; `unread`: nobody knows yet, and nothing is chosen. */
  readonly usual: number | null | 'unread';
  readonly disabled: boolean;
  readonly problem: string | null;
  readonly onChange: (until: Until) => void;
}) {
  const name = useId();
  const now = Date.now();
  const known = usual === 'unread' ? null : usual;
  const on = until.kind === 'on' || (until.kind === 'usual' && known !== null);
  const never = !on && (until.kind === 'never' || usual !== 'unread');
  const date = until.kind === 'on' ? until.date : known === null ? '' : dateOf(known);
  const day = on ? validToOf({ kind: 'on', date }) : null;
  return (
    <fieldset className={styles['until']} disabled={disabled || usual === 'unread'}>
      <legend>AWS deletes it</legend>
      <label>
        <input
          type="radio"
          name={name}
          checked={never}
          onKeyDown={onlySpace}
          onChange={() => onChange({ kind: 'never' })}
        />
        Never
      </label>
      <label>
        <input
          type="radio"
          name={name}
          checked={on}
          onKeyDown={onlySpace}
          onChange={() => onChange({ kind: 'on', date: date === '' ? latestDate(now) : date })}
        />
        On
      </label>
      <input
        type="date"
        aria-label="Date on which AWS deletes it"
        className={styles['date']}
        value={on ? date : ''}
        min={earliestDate(now)}
        max={latestDate(now)}
        disabled={!on}
        aria-invalid={problem !== null}
        aria-describedby={`${name}-day ${name}-problem`}
        onKeyDown={onlySpace}
        onChange={(event) => onChange({ kind: 'on', date: event.target.value })}
      />
      {/* The field writes a date as the computer does: whether 02/11 is in February is said in words. */}
      <span id={`${name}-day`}>{day == null ? '' : sayDay(day)}</span>
      <span id={`${name}-problem`} className="tone-attention">
        {problem === null ? '' : `! ${problem}`}
      </span>
    </fieldset>
  );
}
