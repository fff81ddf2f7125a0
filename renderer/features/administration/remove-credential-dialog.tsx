import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { sayUsers, usersOf } from '../../../shared/text/credential-users.ts';
import { isolate, quote } from '../../../shared/text/isolate.ts';

/** Takes a credential out of the keystore. AWS is not told, and the access key works on there. */
export function RemoveCredentialDialog({ dialog, close }: DialogProps<'remove-credential'>) {
  const list = useRead('credential.list', {});
  const remove = useDeed('credential.remove');
  const blocked = useBlocked();
  const credential = list.data?.credentials.find(({ id }) => id === dialog.credential);
  const users = credential ? usersOf(credential.usedBy) : 0;
  const inUse = users > 0;
  const go = async (): Promise<void> => {
    if (!credential) return;
    if (!(await remove.run({ credential: credential.id, confirm: true }))) return;
    close();
    say(`Removed the credential ${isolate(credential.name)}. Nothing changed in AWS.`);
  };
  return (
    <DialogFrame
      title={
        credential ? `Remove credential ${quote(credential.name)}?` : 'Remove this credential?'
      }
      width="small"
      busy={remove.busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus>Keep it</LeaveButton>
          <DeedButton
            variant="contained"
            blocked={
              blocked ??
              (inUse ? 'Something in this keystore goes by it.' : null) ??
              (credential ? null : 'There is no credential to remove.')
            }
            disabled={remove.busy}
            onClick={() => void go()}
          >
            {remove.busy ? 'Removing…' : `Remove ${credential ? isolate(credential.name) : 'it'}`}
          </DeedButton>
        </>
      }
    >
      {credential ? (
        <>
          <p>
            Its secret is erased from this keystore. Backups taken before still hold it, and the
            access key itself works on in AWS: deactivate it there when nobody needs it.
          </p>
          {inUse ? (
            <p className="tone-attention">
              ! {sayUsers(credential.usedBy)} {users === 1 ? 'goes' : 'go'} by it. Give{' '}
              {users === 1 ? 'it' : 'them'} another credential first.
            </p>
          ) : (
            <p>Nothing in this keystore goes by it.</p>
          )}
        </>
      ) : list.data ? (
        <p>It is not in this keystore any more.</p>
      ) : list.failure ? (
        <FailureNotice failure={list.failure} />
      ) : (
        <p role="status">Reading the credential.</p>
      )}
      {remove.failure ? <FailureNotice failure={remove.failure} /> : null}
      {blocked === null ? null : <p className="quiet">{blocked}</p>}
    </DialogFrame>
  );
}
