import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { counted, sayCount } from '../../../shared/text/counted.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useKept } from '../../state/kept.ts';
import { useDeed } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { FileField } from '../../ui/file-field.tsx';
import { isAbsolutePath } from '../../ui/folder-field.tsx';
import { Moment } from '../../ui/moment.tsx';
import { sayMoment } from '../../ui/moments.ts';
import { Facts } from '../../ui/screen.tsx';
import styles from './xks.module.css';
import { shortArn } from './xks-words.ts';

type Found = OutputFor<'xks.reconcile'>;
type Call = Found['awsOnly']['first'][number] & { readonly problem?: string };

/** More are in the command's answer; a person starts with the first. */
const mostRows = 50;

/** Holds what CloudTrail recorded against what proxies on this computer answered. Changes nothing. */
export function ReconcileDialog({ dialog, close }: DialogProps<'xks-reconcile'>) {
  const practice = useSnapshot().data?.keystore.realm === 'practice';
  const [file, setFile] = useKept(dialog, () => '', 'file');
  const [history, setHistory] = useKept(dialog, () => false, 'history');
  const [found, setFound] = useKept<Found | null>(dialog, () => null, 'found');
  const deed = useDeed('xks.reconcile');
  const path = file.trim();
  const named = isAbsolutePath(path);
  const missing = named || (history && path === '') ? null : 'Name the records of CloudTrail.';
  const run = async (): Promise<void> => {
    if (missing !== null) return;
    setFound(null);
    setFound(await deed.run({ trail: named ? [path] : [], practice: history }));
  };
  const forget = (): void => {
    setFound(null);
    deed.forget();
  };
  return (
    <DialogFrame
      title="Match proxy calls with CloudTrail"
      subject="By KMS request id. Calls that only one side knows are listed. Nothing is changed."
      busy={deed.busy}
      onClose={close}
      onSubmit={() => void run()}
      deeds={
        <>
          <LeaveButton>Close</LeaveButton>
          <DeedButton
            type="submit"
            variant="contained"
            unmarked
            disabled={deed.busy}
            blocked={missing}
          >
            {deed.busy ? 'Reading records…' : 'Match the calls'}
          </DeedButton>
        </>
      }
    >
      <div className={styles['form']}>
        <FileField
          label="Records of CloudTrail"
          value={file}
          onChange={(next) => {
            setFile(next);
            forget();
          }}
          help="A file or a folder on the computer that runs Keyreeve: JSON, also packed"
          disabled={deed.busy}
        />
        {practice ? (
          <FormControlLabel
            control={<Checkbox checked={history} disabled={deed.busy} />}
            label="Take the history of the practice KMS, too"
            onChange={(_event, checked) => {
              setHistory(checked);
              forget();
            }}
          />
        ) : null}
      </div>
      <div role="status">{found === null ? null : <Result found={found} />}</div>
      {deed.failure ? <FailureNotice failure={deed.failure} /> : null}
    </DialogFrame>
  );
}

function Result({ found }: { readonly found: Found }) {
  const { span, awsOnly, proxyOnly, different, nodes } = found;
  const odd = awsOnly.count + proxyOnly.count + different.count;
  const gaps = nodes.reduce((sum, node) => sum + node.gaps.length, 0);
  return (
    <div className={styles['parts']}>
      <p className={odd + gaps === 0 ? 'tone-good' : 'tone-attention'}>
        {odd + gaps === 0
          ? `✓ Both sides tell the same of ${counted(found.matched, 'call')}`
          : `! ${counted(odd, 'call')} without a match${gaps === 0 ? '' : `, ${counted(gaps, 'gap')} in the audit`}`}
      </p>
      <Facts
        facts={[
          [
            'CloudTrail',
            `${counted(found.records, 'record')}${span === null ? '' : `, ${sayMoment(span.from)} to ${sayMoment(span.to)}`}`,
          ],
          [
            'Proxies',
            nodes.map(({ node, records }) => `${node}: ${counted(records, 'call')}`).join(', ') ||
              'none on this computer',
          ],
          ['Matched', String(found.matched)],
          ['Refused by AWS first', String(found.refusedByAws)],
          ['Beyond the records', String(found.beyond)],
        ]}
      />
      <Calls title="Only in CloudTrail: no proxy here was asked" {...awsOnly} />
      <Calls title="Only at the proxy: CloudTrail knows no such call" {...proxyOnly} />
      <Calls title="Told differently" {...different} />
    </div>
  );
}

function Calls({
  title,
  count,
  first,
}: {
  readonly title: string;
  readonly count: number;
  readonly first: readonly Call[];
}) {
  if (count === 0) return null;
  const shown = first.slice(0, mostRows);
  return (
    <section aria-label={title}>
      <h3>{`${title} (${sayCount(count)})`}</h3>
      <div className={styles['scroll']}>
        <table className={styles['rows']} aria-label={title}>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Call</th>
              <th scope="col">Said</th>
              <th scope="col">KMS key</th>
              <th scope="col">Request id</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((call) => (
              <tr key={`${call.requestId} ${call.arn}`}>
                <td>
                  <Moment at={call.at} />
                </td>
                <td>{call.operation}</td>
                <td>{call.problem ?? call.verdict}</td>
                <td className="mono">{shortArn(call.arn)}</td>
                <td className="mono">{call.requestId}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {count > shown.length ? (
        <p className="quiet">The command lists more: keyreeve xks reconcile.</p>
      ) : null}
    </section>
  );
}
