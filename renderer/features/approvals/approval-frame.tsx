import Button from '@mui/material/Button';
import type { ApprovalRequest } from '../../../shared/contract/approval.ts';
import { requestDeed } from '../../../shared/text/approvals.ts';
import { useBlocked } from '../../state/blocked.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { ApproverFields } from './approver-fields.tsx';
import { RequestFacts } from './request-facts.tsx';
import { type Deciding, useDeciding } from './use-deciding.ts';

/** Shows what a second person is asked to approve, and takes their passphrase or their refusal. */
export function ApprovalFrame(props: {
  /** Of the request. */
  readonly number: number;
  /** Names of those who can approve it, as far as they are known before they are read. */
  readonly known?: readonly string[];
  /** Words of the button that decides nothing. */
  readonly leave: string;
  /** What follows once it is approved. */
  readonly after: string;
  /** Words of the button for what was approved elsewhere meanwhile; without it that is only said. */
  readonly goOn?: string;
  readonly onApproved: (by: string) => void;
  readonly onRefused: () => void;
  readonly onLeave: () => void;
}) {
  const { number, goOn, after, onLeave } = props;
  const deciding = useDeciding(props);
  const { request, give, refuse } = deciding;
  const open = request.data === undefined || request.data.state === 'open';
  return (
    <DialogFrame
      title="A second person"
      subject={`Request ${number}${request.data === undefined ? '' : `: ${requestDeed(request.data)}`}`}
      busy={deciding.busy}
      onClose={onLeave}
      onSubmit={() => {
        if (open) void deciding.approve();
        else if (goOn !== undefined) deciding.goOn();
      }}
      deeds={<FrameDeeds {...props} state={request.data?.state ?? 'open'} deciding={deciding} />}
    >
      {request.failure ? (
        <FailureNotice failure={request.failure}>
          <Button onClick={request.again}>Read again</Button>
        </FailureNotice>
      ) : null}
      {request.data === undefined && request.failure === null ? (
        <p role="status">Reading what waits.</p>
      ) : null}
      {request.data === undefined ? null : <RequestFacts request={request.data} />}
      {open ? (
        <ApproverFields
          ref={deciding.secret}
          names={deciding.names}
          by={deciding.by}
          onChoose={deciding.choose}
          busy={deciding.busy}
          missing={deciding.missing}
          failure={give.failure}
          onTyped={deciding.onTyped}
        />
      ) : null}
      {refuse.failure ? <FailureNotice failure={refuse.failure} /> : null}
      {open ? <p className="quiet">{after}</p> : null}
    </DialogFrame>
  );
}

function FrameDeeds({
  state,
  leave,
  goOn,
  deciding: { busy, give, refuse, whyNot, refuseIt },
}: {
  readonly state: ApprovalRequest['state'];
  readonly leave: string;
  readonly goOn?: string;
  readonly deciding: Deciding;
}) {
  const blocked = useBlocked();
  if (state !== 'open' && state !== 'approved')
    return (
      <LeaveButton key="over" autoFocus>
        Close
      </LeaveButton>
    );
  const refusal = (
    <DeedButton disabled={busy} blocked={blocked} onClick={() => void refuseIt()}>
      {refuse.busy ? 'Refusing…' : 'Refuse'}
    </DeedButton>
  );
  if (state === 'approved')
    return (
      <>
        <LeaveButton key="approved" autoFocus={goOn === undefined}>
          Close
        </LeaveButton>
        {refusal}
        {goOn === undefined ? null : (
          <DeedButton key="go-on" type="submit" variant="contained" autoFocus blocked={blocked}>
            {goOn}
          </DeedButton>
        )}
      </>
    );
  return (
    <>
      <LeaveButton>{leave}</LeaveButton>
      {refusal}
      <DeedButton type="submit" variant="contained" disabled={busy} blocked={whyNot}>
        {give.busy ? 'Approving…' : 'Approve'}
      </DeedButton>
    </>
  );
}
