import { isFinal } from '../../../shared/model/job.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { localTimes } from '../../ui/moments.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import type { JobDetail } from './aws-command.ts';
import { CancelSeveral } from './cancel-several.tsx';
import { applicationsWords, leavesWords } from './cancel-words.ts';

/** Asks with facts: what would stay, and what is to become of it. */
export function CancelJobDialog(props: DialogProps<'cancel-job'>) {
  const [only, ...others] = props.dialog.jobs;
  return only !== undefined && others.length === 0 ? (
    <CancelOne job={only} close={props.close} />
  ) : (
    <CancelSeveral {...props} />
  );
}

function CancelOne({ job, close }: { readonly job: string; readonly close: () => void }) {
  const read = useRead('job.show', { job }, { keep: false });
  const detail = read.data ?? null;
  const cancel = useDeed('job.cancel');
  const blocked = useBlocked();
  const keep = detail?.job.state === 'needs-you' ? 'Keep the job' : 'Go on with the job';
  const over = detail !== null && isFinal(detail.job.state);
  const run = async (what: 'leave' | 'schedule-deletion'): Promise<void> => {
    const answer = await cancel.run({ job, leftover: what });
    if (answer !== null) close();
  };
  const button = (label: string, what: 'leave' | 'schedule-deletion') => (
    <DeedButton blocked={blocked} disabled={cancel.busy} onClick={() => void run(what)}>
      {label}
    </DeedButton>
  );
  return (
    <DialogFrame
      title={detail === null ? 'Cancel job?' : `Cancel job ${detail.job.number}?`}
      subject={detail?.job.title}
      width="medium"
      busy={cancel.busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus variant="contained">
            {over ? 'Close' : keep}
          </LeaveButton>
          {detail === null || over ? null : detail.discardable ? (
            <>
              {button('Leave it', 'leave')}
              {button('Schedule its deletion in 7 days', 'schedule-deletion')}
            </>
          ) : (
            button('Cancel the job', 'leave')
          )}
        </>
      }
    >
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {detail === null ? null : <Facts detail={detail} over={over} />}
      {cancel.failure ? <FailureNotice failure={cancel.failure} /> : null}
    </DialogFrame>
  );
}

function Facts({ detail, over }: { readonly detail: JobDetail; readonly over: boolean }) {
  if (over) return <p>The job has ended by itself: {localTimes(detail.job.message)}</p>;
  return (
    <>
      <p>{leavesWords(detail)}</p>
      {detail.discardable ? (
        <p>
          Left as it is, it costs what AWS takes for a KMS key, and a later rotation does not use
          it. A scheduled deletion can be taken back in AWS for 7 days. The copy in the keystore
          stays either way.
        </p>
      ) : null}
      <p>{applicationsWords(detail)}</p>
    </>
  );
}
