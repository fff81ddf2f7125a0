import type { ComparisonRow, SynchronizePlan } from '../../../shared/contract/key.ts';
import { markOf, type PlanMarks } from './plan-marks.ts';
import { changedFlag } from './plan-sections.tsx';
import styles from './plans.module.css';

const lineOf = ({ what, here, awsNow, after }: ComparisonRow): string =>
  [what, here, awsNow, after].join(' | ');

/** HERE, AWS NOW, AFTER: while other boxes are being planned, what was read stays in sight. */
export function ComparisonTable({
  plan,
  current,
  marks,
}: {
  readonly plan: SynchronizePlan | null;
  /** It is the plan of the boxes as they are; else only its first two columns are true. */
  readonly current: boolean;
  readonly marks: PlanMarks;
}) {
  const rows = plan?.comparison ?? unknownRows;
  if (rows.length === 0) return null;
  return (
    <table
      className={`${styles['table']} ${styles['sides']}`}
      aria-label="Here, in AWS now, and after"
    >
      <colgroup>
        <col className={styles['what'] ?? ''} />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">
            <span className="unseen">WHAT</span>
          </th>
          <th scope="col">HERE</th>
          <th scope="col">AWS NOW</th>
          <th scope="col">AFTER</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const marked = marks.lines.has(markOf('comparison', lineOf(row)));
          const same = ['as it is', row.awsNow, `must be ${row.awsNow}`].includes(row.after);
          const moves = current && !same;
          return (
            <tr key={row.what} className={marked ? styles['marked'] : ''}>
              <th scope="row">{row.what}</th>
              <td data-side="HERE">{row.here}</td>
              <td data-side="AWS NOW">{row.awsNow}</td>
              <td data-side="AFTER" className={moves ? styles['differs'] : styles['unsure']}>
                {current ? row.after : '…'}
                {marked ? <span className={styles['flag']}> · {changedFlag}</span> : null}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const unknownRows: readonly ComparisonRow[] = [
  'Key material',
  'Material ID',
  'KMS key state',
  'Deleted by AWS',
  'Policy',
].map((what) => ({ what, here: '…', awsNow: '…', after: '…' }));
