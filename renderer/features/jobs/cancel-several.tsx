import { useQueries } from '@tanstack/react-query';
import { sayCount } from '../../../shared/text/counted.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { isFinal } from '../../../shared/model/job.ts';
import { tellFailure } from '../../ui/failure-words.ts';
import { jobStateTexts } from '../../../shared/text/states.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useHost } from '../../state/host.tsx';
import { useKept } from '../../state/kept.ts';
import { failureOf } from '../../state/reads.ts';
import { Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { localTimes } from '../../ui/moments.ts';
import { StateWord } from '../../ui/state-word.tsx';
import type { JobDetail } from './aws-command.ts';
import {
  applicationsWords,
  cancelLabel,
  cancellingLabel,
  leavesWords,
  stoppedWords,
} from './cancel-words.ts';
import styles from './jobs.module.css';
import { type CancelEach, type ToCancel, useCancelEach } from './use-cancel-each.ts';

type Leftover = ToCancel['leftover'];

/** One question for several jobs: what each of them would leave, and one choice for KMS keys that they made. */
export function CancelSeveral({ dialog, close }: DialogProps<'cancel-job'>) {
  const { details, failure, pending } = useDetails(dialog.jobs);
  const [leftover, setLeftover] = useKept<Leftover>(dialog, () => 'leave');
  const cancel = useCancelEach(dialog);
  const blocked = useBlocked();
  const open = details.filter(({ job }) => !isFinal(job.state));
  const made = open.filter(({ discardable }) => discardable);
  const run = async (): Promise<void> => {
    const all = await cancel.run(
      open.map(({ job, discardable }) => ({
        job: job.id,
        leftover: discardable ? leftover : 'leave',
      })),
    );
    // What ended is told in the bottom line, as every end is.
    if (all) close();
  };
  const over = open.length === 0 && !pending;
  return (
    <DialogFrame
      title={over ? 'These jobs have ended' : `${cancelLabel(open.length)}?`}
      subject="Each is cancelled for itself, at its next safe step. What is done stays done."
      width="medium"
      busy={cancel.busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus variant="contained">
            {over ? 'Close' : 'Keep the jobs'}
          </LeaveButton>
          {over ? null : (
            <DeedButton
              blocked={pending ? 'It is still being read what each would leave.' : blocked}
              disabled={cancel.busy}
              onClick={() => void run()}
            >
              {cancel.busy ? cancellingLabel(cancel) : cancelLabel(open.length)}
            </DeedButton>
          )}
        </>
      }
    >
      {failure ? <FailureNotice failure={failure} /> : null}
      <ul className={styles['cancelled']} aria-label="What each job would leave">
        {details.map((detail) => (
          <OneJob
            key={detail.job.id}
            detail={detail}
            refused={cancel.refused.get(detail.job.id) ?? null}
          />
        ))}
      </ul>
      {made.length === 0 ? null : (
        <Leftovers count={made.length} value={leftover} onChoose={setLeftover} />
      )}
      {cancel.stopped ? <Stopped far={cancel} failure={cancel.stopped} /> : null}
    </DialogFrame>
  );
}

/** Something that is so of all of them ended it: what was done, and what was not even begun. */
function Stopped({ far, failure }: { readonly far: CancelEach; readonly failure: Failure }) {
  return (
    <>
      <p role="status">{stoppedWords(far)}</p>
      <FailureNotice failure={failure} />
    </>
  );
}

/** What is so of each of the jobs now. */
function useDetails(jobs: readonly string[]): {
  readonly details: readonly JobDetail[];
  readonly failure: Failure | null;
  readonly pending: boolean;
} {
  const { call } = useHost();
  const found = useQueries({
    queries: jobs.map((job) => ({
      queryKey: ['job.show', { job }],
      queryFn: () => call('job.show', { job }),
    })),
  });
  const error = found.find((each) => each.error)?.error ?? null;
  return {
    details: found.flatMap(({ data }) => (data === undefined ? [] : [data])),
    failure: error === null ? null : failureOf(error),
    pending: found.some(({ isPending }) => isPending),
  };
}

function OneJob({
  detail,
  refused,
}: {
  readonly detail: JobDetail;
  readonly refused: Failure | null;
}) {
  const { job } = detail;
  const told = refused === null ? null : tellFailure(refused);
  return (
    <li>
      <strong>
        Job {job.number}, {job.title}
      </strong>{' '}
      <StateWord state={jobStateTexts[job.state]} />
      {isFinal(job.state) ? (
        <p>It has ended: {localTimes(job.message)}</p>
      ) : (
        <p>
          {leavesWords(detail)} {applicationsWords(detail)}
        </p>
      )}
      {told === null ? null : (
        <p role="alert" className="tone-attention">
          ! {told.headline} {told.next}
        </p>
      )}
    </li>
  );
}

function Leftovers({
  count,
  value,
  onChoose,
}: {
  readonly count: number;
  readonly value: Leftover;
  readonly onChoose: (value: Leftover) => void;
}) {
  return (
    <Choices<Leftover>
      legend={
        count === 1
          ? 'The KMS key that one of these jobs made'
          : `The KMS keys that ${sayCount(count)} of these jobs made`
      }
      value={value}
      onChoose={onChoose}
      choices={[
        {
          value: 'leave',
          label: count === 1 ? 'Leave it in AWS' : 'Leave them in AWS',
          meaning: 'AWS takes what a KMS key costs. A later rotation does not use it.',
        },
        {
          value: 'schedule-deletion',
          label: `Schedule ${count === 1 ? 'its' : 'their'} deletion in 7 days`,
          meaning:
            'It can be taken back in AWS until then. The copy in the keystore stays either way.',
        },
      ]}
    />
  );
}
