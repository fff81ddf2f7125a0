import Button from '@mui/material/Button';
import { isFinal } from '../../../shared/model/job.ts';
import { jobStateTexts } from '../../../shared/text/states.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useRead } from '../../state/reads.ts';
import { useReadOften } from '../../state/read-often.ts';
import { copyText } from '../../ui/copy.ts';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import type { JobDetail } from './aws-command.ts';
import { JobMessage } from './job-message.tsx';
import { JobProgress } from './job-progress.tsx';
import { jobReport } from './job-report.ts';
import { JobStanding } from './job-standing.tsx';
import { JobSteps } from './job-steps.tsx';
import { headerLine } from './job-words.ts';
import { SaveJob } from './save-job.tsx';
import { useShowGroup } from './show-group.ts';
import { WhatToDo } from './what-to-do.tsx';
import styles from './jobs.module.css';

/** Waits that the core tells in seconds are told anew this often (ms) while somebody looks. */
const tellAgain = 2_000;

/** One job from its first step to its last: where things stand, what to do, and the proofs. */
export function JobDialog({ dialog, close }: DialogProps<'job'>) {
  const read = useRead('job.show', { job: dialog.job }, { keep: false });
  const detail = read.data;
  const open = detail !== undefined && !isFinal(detail.job.state);
  const waits = open && detail.job.state !== 'needs-you' && detail.job.progress !== null;
  useReadOften(read, waits ? tellAgain : null);
  if (detail === undefined) {
    return (
      <DialogFrame
        title="Job"
        width="wide"
        onClose={close}
        deeds={<LeaveButton>Close</LeaveButton>}
      >
        {read.failure ? <FailureNotice failure={read.failure} /> : <p>Reading the job.</p>}
      </DialogFrame>
    );
  }
  return (
    <DialogFrame
      title={detail.job.title}
      width="wide"
      subject={<Subject detail={detail} />}
      onClose={close}
      deeds={<Deeds detail={detail} />}
    >
      <JobProgress detail={detail} />
      <JobMessage detail={detail} />
      {detail.job.state === 'done' ? null : <JobStanding detail={detail} />}
      <WhatToDo detail={detail} />
      <JobSteps detail={detail} />
    </DialogFrame>
  );
}

function Subject({ detail }: { readonly detail: JobDetail }) {
  return (
    <>
      <span className={styles['subject']}>
        <span>Job {detail.job.number}</span>
        <span role="status">
          <StateWord state={jobStateTexts[detail.job.state]} />
        </span>
      </span>
      <span>{headerLine(detail)}</span>
    </>
  );
}

function Deeds({ detail }: { readonly detail: JobDetail }) {
  const showGroup = useShowGroup();
  const { groupId } = detail.job;
  return (
    <>
      <LeaveButton>Close</LeaveButton>
      {groupId === null ? null : <Button onClick={() => showGroup(groupId)}>Show group</Button>}
      <Button onClick={() => void copyText(jobReport(detail), 'report of the job')}>
        Copy report
      </Button>
      <SaveJob detail={detail} />
    </>
  );
}
