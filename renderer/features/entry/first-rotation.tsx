import Button from '@mui/material/Button';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { isFinal } from '../../../shared/model/job.ts';
import { jobStateTexts } from '../../../shared/text/states.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useEntry } from '../../state/entry.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useRead } from '../../state/reads.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Facts } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { localTimes } from '../../ui/moments.ts';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';
import { LeaveGuide } from './leave-guide.tsx';

type Group = OutputFor<'group.list'>['groups'][number];
type Job = OutputFor<'job.list'>['jobs'][number];
type Key = OutputFor<'key.list'>['keys'][number];

/** The plan and the job of the first rotation, and what to try after it. */
export function FirstRotation({ path }: { readonly path: string }) {
  const groups = useRead('group.list', { limit: 1 });
  const group = groups.data?.groups[0];
  const of = { group: group?.id ?? null, limit: 1 };
  const jobs = useRead('job.list', of, { enabled: group !== undefined });
  const job = jobs.data?.jobs[0];
  // The key is there for certain once its job is over.
  const keys = useRead('key.list', of, { enabled: job !== undefined && isFinal(job.state) });
  const ended = useRead(
    'job.show',
    { job: job?.id ?? '' },
    { enabled: job !== undefined && isFinal(job.state) },
  );
  const failure = groups.failure ?? jobs.failure ?? keys.failure ?? ended.failure;
  if (failure)
    return (
      <EntryFrame title="The first rotation" path={path} realm="practice" corner={<LeaveGuide />}>
        <FailureNotice failure={failure} />
      </EntryFrame>
    );
  if (!group || !jobs.data)
    return (
      <EntryFrame title="The first rotation" path={path} realm="practice" corner={<LeaveGuide />}>
        <p role="status">Reading the group.</p>
      </EntryFrame>
    );
  if (!job) return <BeforeRotation path={path} group={group} />;
  const told = isFinal(job.state) ? (ended.data?.job.message ?? '') : job.message;
  return <WithJob path={path} group={group} job={job} told={told} newest={keys.data?.keys[0]} />;
}

function BeforeRotation({ path, group }: { readonly path: string; readonly group: Group }) {
  const show = useDialogs((state) => state.show);
  return (
    <EntryFrame
      title={`Make the first key of ${group.name}`}
      step="Step 5 of 6"
      path={path}
      realm="practice"
      corner={<LeaveGuide />}
      lead="Force Rotate makes a key, saves it, and sends a wrapped copy. Its plan comes first: nothing runs before you have read it."
    >
      <EntryDeeds>
        <Button variant="contained" onClick={() => show({ kind: 'force-rotate', group: group.id })}>
          Force Rotate…
        </Button>
      </EntryDeeds>
    </EntryFrame>
  );
}

function WithJob({
  path,
  group,
  job,
  told,
  newest,
}: {
  readonly path: string;
  readonly group: Group;
  readonly job: Job;
  readonly told: string;
  readonly newest: Key | undefined;
}) {
  const show = useDialogs((state) => state.show);
  const done = job.state === 'done' || job.state === 'done-with-remark';
  const stopped = !done && isFinal(job.state);
  const title = done
    ? `${group.name} is rotated`
    : job.state === 'needs-you'
      ? 'The rotation needs you'
      : stopped
        ? 'The rotation has ended'
        : `${group.name} is being rotated`;
  return (
    <EntryFrame
      title={title}
      step="Step 6 of 6"
      path={path}
      realm="practice"
      corner={<LeaveGuide />}
    >
      <div role="status" className={styles['steps']}>
        <Facts
          facts={[
            [`Job ${job.number}`, <StateWord key="state" state={jobStateTexts[job.state]} />],
            ['Outcome', localTimes(told)],
            ...(job.step && !isFinal(job.state)
              ? [['Step', `${job.step.n} of ${job.step.of}: ${job.step.title}`] as const]
              : []),
          ]}
        />
      </div>
      {done ? <WholeJob group={group} newest={newest} job={job} /> : null}
      {done ? null : (
        <EntryDeeds>
          <Button variant="contained" onClick={() => show({ kind: 'job', job: job.id })}>
            Show job
          </Button>
          {stopped ? (
            <Button onClick={() => show({ kind: 'force-rotate', group: group.id })}>
              Force Rotate again…
            </Button>
          ) : null}
        </EntryDeeds>
      )}
    </EntryFrame>
  );
}

function WholeJob({
  group,
  newest,
  job,
}: {
  readonly group: Group;
  readonly newest: Key | undefined;
  readonly job: Job;
}) {
  const { show } = useDialogs();
  const guide = useEntry((state) => state.guide);
  const land = useNavigation((state) => state.land);
  const leave = (): void => {
    guide(false);
    const folderIds = group.folderId === null ? [] : [group.folderId];
    if (newest) land({ kind: 'key', id: newest.id, groupId: group.id, folderIds });
    else land({ kind: 'group', id: group.id, groupId: group.id, folderIds });
  };
  return (
    <>
      <p>
        <strong>That is the whole job.</strong> Try next: delete its material and bring it back.
      </p>
      <EntryDeeds>
        <Button
          variant="contained"
          disabled={!newest}
          onClick={() => {
            leave();
            if (newest) show({ kind: 'synchronize', key: newest.id });
          }}
        >
          Show me
        </Button>
        <Button onClick={leave}>Go to the key</Button>
        <Button variant="text" onClick={() => show({ kind: 'job', job: job.id })}>
          Show job
        </Button>
      </EntryDeeds>
    </>
  );
}
