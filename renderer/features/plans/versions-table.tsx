import type {
  SynchronizeGroupPlan,
  VersionLine,
} from '../../../shared/contract/group-synchronize.ts';
import { shortId } from '../../../shared/text/states.ts';
import { markOf, type PlanMarks, versionText } from './plan-marks.ts';
import { changedFlag } from './plan-sections.tsx';
import styles from './plans.module.css';

const glyphs: Readonly<Record<VersionLine['verdict'], string>> = {
  synchronize: '→',
  nothing: '=',
  'left-out': '!',
};

/** Every version of a group: what AWS has of it, and what is done; a long list scrolls by itself. */
export function VersionsTable({
  plan,
  current,
  marks,
}: {
  readonly plan: SynchronizeGroupPlan | null;
  /** It is the plan of the boxes as they are; else only what AWS has is true. */
  readonly current: boolean;
  readonly marks: PlanMarks;
}) {
  if (plan === null) return <p className="quiet">Being read from AWS: every version in turn.</p>;
  if (plan.versions.length === 0) return null;
  return (
    <section
      aria-label="Versions"
      // A list that is longer than its place is scrolled by the keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className={styles['versions']}
    >
      <table
        className={`${styles['table']} ${styles['narrow']}`}
        aria-label="Versions of the group"
      >
        <thead>
          <tr>
            <th scope="col">VERSION</th>
            <th scope="col">AWS NOW</th>
            <th scope="col">WHAT IS DONE</th>
          </tr>
        </thead>
        <tbody>
          {plan.versions.map((line) => (
            <VersionRow
              key={line.key}
              line={line}
              current={current}
              marked={marks.lines.has(markOf('versions', versionText(line)))}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function VersionRow({
  line,
  current,
  marked,
}: {
  readonly line: VersionLine;
  readonly current: boolean;
  readonly marked: boolean;
}) {
  const { version, kmsKey, inAws, verdict, does, runningJob } = line;
  const tone = verdict === 'left-out' ? 'tone-attention' : '';
  return (
    <tr className={marked ? styles['marked'] : ''}>
      <th scope="row">
        Version {version}
        {kmsKey === null ? null : (
          <>
            {' · '}
            <code title={kmsKey} aria-label={`KMS key ${kmsKey}`}>
              {shortId(kmsKey)}
            </code>
          </>
        )}
      </th>
      <td>{inAws === '' ? 'not read' : inAws}</td>
      <td className={current && verdict === 'synchronize' ? styles['differs'] : styles['unsure']}>
        {current ? (
          <>
            <span aria-hidden="true" className={`mono ${tone}`}>
              {glyphs[verdict]}{' '}
            </span>
            {verdict === 'left-out' ? 'left out: ' : ''}
            {does}
            {runningJob === null ? '' : ' (under way)'}
          </>
        ) : (
          '…'
        )}
        {marked ? <span className={styles['flag']}> · {changedFlag}</span> : null}
      </td>
    </tr>
  );
}
