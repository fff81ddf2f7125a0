import Button from '@mui/material/Button';
import { tellFailure } from '../../ui/failure-words.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { copyText } from '../../ui/copy.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import type { JobDetail } from './aws-command.ts';
import { type JobDeed, jobDeeds, keyToEnable } from './job-deeds.ts';
import { outsideAdvice } from './job-words.ts';
import { policyStatement } from './policy-statement.ts';
import { useShowGroup } from './show-group.ts';
import styles from './jobs.module.css';

/** WHAT TO DO: one sentence, the one next deed, and what else may be done. */
export function WhatToDo({ detail }: { readonly detail: JobDetail }) {
  const { job, next } = detail;
  const snapshot = useSnapshot().data;
  const deeds = useJobDeeds(detail);
  const blocked = useBlocked();
  const statement = useStatement(detail);
  const { next: first, others } = jobDeeds(detail, {
    hsm: snapshot?.hsm ?? 'none',
    designated: snapshot?.designated ?? null,
  });
  if (first === null && others.length === 0) return null;
  const openJob = job.endedAt === null;
  const advice = job.failure === null ? null : tellFailure(job.failure, { openJob }).next;
  const outside =
    first === null ? null : outsideAdvice(first.kind, job, snapshot?.hsmLabel ?? null);
  const text = first === null ? null : (advice ?? next?.text ?? outside);
  const button = (deed: JobDeed, primary: boolean) => (
    <DeedButton
      key={deed.kind}
      variant={primary ? 'contained' : 'outlined'}
      blocked={deeds.changes(deed) ? blocked : null}
      disabled={deeds.busy}
      unmarked={!deeds.changes(deed)}
      onClick={() => deeds.run(deed)}
    >
      {deed.label}
    </DeedButton>
  );
  return (
    <section aria-labelledby="job-what-to-do">
      <h3 id="job-what-to-do">What to do</h3>
      <p>{text ?? 'Nothing: it goes on by itself.'}</p>
      <div className={styles['buttons']}>
        {first === null ? null : button(first, true)}
        {statement === null ? null : (
          <Button onClick={() => void copyText(statement, 'policy statement')}>
            Copy the policy statement
          </Button>
        )}
        {others.map((deed) => button(deed, false))}
      </div>
      {deeds.failure === null ? null : <FailureNotice failure={deeds.failure} />}
    </section>
  );
}

/** What a missing permission needs: the statement, for the group's account, Region and alias. */
function useStatement({ job }: JobDetail): string | null {
  const { failure, groupId } = job;
  const denied = failure?.code === 'AWS_ACCESS_DENIED' && groupId !== null;
  const found = useRead('group.show', { group: groupId ?? '-' }, { enabled: denied }).data;
  return denied && found !== undefined ? policyStatement(failure, found.group) : null;
}

function useJobDeeds({ job }: JobDetail) {
  const show = useDialogs((state) => state.show);
  const showGroup = useShowGroup();
  const goOn = useDeed('job.continue');
  const again = useDeed('job.retry');
  const run = (deed: JobDeed): void => {
    switch (deed.kind) {
      case 'continue':
        again.forget();
        void goOn.run({ job: job.id });
        return;
      case 'retry':
        goOn.forget();
        void again.run({ job: job.id });
        return;
      case 'cancel':
        show({ kind: 'cancel-job', jobs: [job.id] });
        return;
      case 'enter-pin':
      case 'attach-hsm':
      case 'designate':
        show({ kind: deed.kind });
        return;
      case 'look-in-backups':
        show({ kind: 'restore' });
        return;
      case 'enable-key': {
        const key = keyToEnable(job.failure);
        if (key !== null) show({ kind: 'turn-key', key, turn: 'enable' });
        return;
      }
      case 'select-credential':
        if (job.groupId !== null) show({ kind: deed.kind, group: job.groupId });
        return;
      case 'show-group':
        if (job.groupId !== null) showGroup(job.groupId);
    }
  };
  return {
    run,
    busy: goOn.busy || again.busy,
    failure: goOn.failure ?? again.failure,
    changes: ({ kind }: JobDeed): boolean => kind === 'continue' || kind === 'retry',
  };
}
