import { isolate } from '../../../shared/text/isolate.ts';
import { scanProgress, scanVerdict } from '../../../shared/text/scans.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useKept } from '../../state/kept.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Moment } from '../../ui/moment.tsx';
import { isRegionCode } from '../group-form/regions.ts';
import { FoundList } from './found-list.tsx';
import { RegionChoice } from './region-choice.tsx';
import styles from './scan.module.css';
import { type ScanView, useScan } from './use-scan.ts';

/**
 * Which KMS keys AWS really holds, and how each stands to this keystore. It only reads; leaving it stops what
 * is under way.
 */
export function FindInAwsDialog({ dialog, close }: DialogProps<'find-in-aws'>) {
  const { of } = dialog;
  const scan = useScan(dialog);
  const usual = useSnapshot().data?.places[0]?.region ?? '';
  const [region, setRegion] = useKept(dialog, () => usual, 'region');
  const { view, busy } = scan;
  const running = view?.state === 'running';
  const missing =
    of.what === 'credential' && !isRegionCode(region) ? 'Choose the Region to look in.' : null;
  const again = () => scan.begin(of.what === 'credential' ? region : null);
  return (
    <DialogFrame
      title={`Find in AWS: ${isolate(of.name)}`}
      subject={
        view === null
          ? 'Every KMS key of account and Region is read. Nothing changes in AWS.'
          : `Account ${view.account} · ${view.region} · credential ${isolate(view.credential.name)}. Nothing changes in AWS.`
      }
      width="wide"
      steady
      onClose={() => {
        if (running) scan.stop();
        close();
      }}
      deeds={
        <>
          <LeaveButton autoFocus={of.what === 'group'}>
            {running ? 'Stop and close' : 'Close'}
          </LeaveButton>
          {running ? (
            <DeedButton disabled={scan.stopping} onClick={scan.stop}>
              Stop
            </DeedButton>
          ) : (
            <DeedButton
              variant={view === null ? 'contained' : 'outlined'}
              unmarked
              disabled={busy}
              blocked={missing}
              onClick={again}
            >
              {busy ? 'Asking AWS…' : view === null ? 'Find' : 'Read again'}
            </DeedButton>
          )}
        </>
      }
    >
      <div className={styles['scan']} aria-busy={busy}>
        {of.what === 'credential' ? <RegionChoice region={region} onRegion={setRegion} /> : null}
        {scan.failure ? <FailureNotice failure={scan.failure} /> : null}
        {view === null ? null : <HowFar view={view} />}
        {view === null || running ? null : <FoundList key={view.id} scan={view} dialog={dialog} />}
      </div>
    </DialogFrame>
  );
}

/** How far it is as a bar and in words; what it found is said once, when it has ended. */
function HowFar({ view }: { readonly view: ScanView }) {
  const running = view.state === 'running';
  const words = scanProgress(view);
  return (
    <>
      {running ? (
        <div
          role="progressbar"
          aria-label="KMS keys read"
          aria-valuemin={0}
          aria-valuemax={view.listed ?? 0}
          aria-valuenow={view.read}
          aria-valuetext={words}
          className={styles['bar']}
        >
          <div
            className={styles['filled']}
            style={{ width: `${view.listed ? (view.read / view.listed) * 100 : 0}%` }}
          />
        </div>
      ) : null}
      <p>
        {words}
        {view.endedAt === null ? null : (
          <>
            {', '}
            <Moment at={view.endedAt} />
          </>
        )}
      </p>
      <p role="status" className={styles['verdict']}>
        {running ? '' : scanVerdict(view)}
      </p>
      {view.failure ? <FailureNotice failure={view.failure} /> : null}
      {view.aliasesFailure ? (
        <>
          <p>The aliases could not be read; the keys were.</p>
          <FailureNotice failure={view.aliasesFailure} />
        </>
      ) : null}
    </>
  );
}
