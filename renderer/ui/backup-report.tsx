import type { OutputFor } from '../../shared/contract/index.ts';
import { counted } from '../../shared/text/counted.ts';
import { Moment } from './moment.tsx';
import { Facts } from './screen.tsx';

export type Report = OutputFor<'keystore.verifyBackup'>;

/** What a check of a backup came to: what is in it, and whether every part fitted. */
export function BackupReport({ report }: { readonly report: Report }) {
  const holds = [counted(report.keys, 'key'), counted(report.increments, 'increment')];
  return (
    <div role="status">
      <Facts
        facts={[
          [
            'Check',
            report.verified ? (
              <span key="ok" className="tone-good">
                ✓ Opened and every part checked
              </span>
            ) : (
              <span key="not" className="tone-attention">
                ! Not verified
              </span>
            ),
          ],
          ['Copy', <code key="path">{report.path}</code>],
          ['Full copy', <Moment key="at" at={report.takenAt} />],
          ...(report.lastIncrementAt === null
            ? []
            : [['Last increment', <Moment key="last" at={report.lastIncrementAt} />] as const]),
          ['Holds', `${holds.join(', ')}, up to commit ${report.commitNumber}`],
          ...report.remarks.map((remark, n) => [n === 0 ? 'Remarks' : '', remark] as const),
        ]}
      />
    </div>
  );
}
