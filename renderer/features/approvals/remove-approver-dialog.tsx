import { isolate, quote } from '../../../shared/text/isolate.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';

/** Somebody approves no more; what they approved stays. */
export function RemoveApproverDialog({ dialog, close }: DialogProps<'remove-approver'>) {
  const people = useRead('approver.list', {});
  const remove = useDeed('approver.remove');
  const blocked = useBlocked();
  const all = people.data?.approvers ?? [];
  const gone = all.find(({ id }) => id === dialog.approver);
  const rest = all.filter(({ id }) => id !== dialog.approver);
  const why = gone === undefined ? 'There is nobody to remove.' : blocked;
  const go = async (): Promise<void> => {
    if (gone === undefined) return;
    if (!(await remove.run({ approver: gone.id, confirm: true }))) return;
    close();
    say(`${quote(gone.name)} approves no more.`);
  };
  return (
    <DialogFrame
      title={`Remove ${gone ? quote(gone.name) : 'this approver'}?`}
      width="small"
      busy={remove.busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus>Keep them</LeaveButton>
          <DeedButton
            variant="contained"
            blocked={why}
            disabled={remove.busy}
            onClick={() => void go()}
          >
            {remove.busy ? 'Removing…' : `Remove ${gone ? isolate(gone.name) : 'them'}`}
          </DeedButton>
        </>
      }
    >
      {gone ? (
        <>
          <p>
            They approve nothing any more. Nothing is lost that they approved: it stays in the audit
            log, with their signature.
          </p>
          <p>
            {rest.length === 0
              ? 'Nobody is left then who approves.'
              : `These go on approving: ${rest.map(({ name }) => isolate(name)).join('; ')}.`}
          </p>
        </>
      ) : people.data ? (
        <p>They approve no more already.</p>
      ) : people.failure ? (
        <FailureNotice failure={people.failure} />
      ) : (
        <p role="status">Reading who approves.</p>
      )}
      {remove.failure ? <FailureNotice failure={remove.failure} /> : null}
      {blocked === null ? null : <p className="quiet">{blocked}</p>}
    </DialogFrame>
  );
}
