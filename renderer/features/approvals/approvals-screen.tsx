import Button from '@mui/material/Button';
import { useBlocked } from '../../state/blocked.ts';
import { useReadOften } from '../../state/read-often.ts';
import { useRead } from '../../state/reads.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { ApproversSection } from './approvers-section.tsx';
import { DecidedSection, WaitingSection } from './requests-section.tsx';
import { RuleSection } from './rule-section.tsx';

/** What needs a second person, who that may be, and what waits for one. */
export function ApprovalsScreen() {
  const approvals = useRead('approval.list', {});
  // A request is over once its time is, without anybody saying so.
  useReadOften(approvals);
  const people = useRead('approver.list', {});
  const blocked = useBlocked();
  const failure = approvals.failure ?? people.failure;
  const ready = approvals.data !== undefined && people.data !== undefined;
  return (
    <ScreenFrame screen="approvals" padded>
      {failure ? (
        <FailureNotice failure={failure}>
          <Button
            variant="contained"
            onClick={() => {
              approvals.again();
              people.again();
            }}
          >
            Read again
          </Button>
        </FailureNotice>
      ) : null}
      {!ready && !failure ? <p role="status">Reading what needs a second person.</p> : null}
      {approvals.data && people.data ? (
        <>
          <WaitingSection requests={approvals.data.requests} blocked={blocked} />
          <RuleSection rule={approvals.data.rule} blocked={blocked} />
          <ApproversSection
            approvers={people.data.approvers}
            rule={approvals.data.rule}
            blocked={blocked}
          />
          <DecidedSection requests={approvals.data.requests} />
        </>
      ) : null}
    </ScreenFrame>
  );
}
