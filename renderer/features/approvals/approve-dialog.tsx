import type { DialogProps } from '../../dialogs.tsx';
import { say } from '../../state/notices.ts';
import { ApprovalFrame } from './approval-frame.tsx';

/** Decides about a request that waits, apart from the deed that asked for it. */
export function ApproveDialog({ dialog, close }: DialogProps<'approve'>) {
  const { request } = dialog;
  const decided = (text: string): void => {
    close();
    say(text);
  };
  return (
    <ApprovalFrame
      number={request}
      leave="Leave it waiting"
      after="Once approved, whoever asked for it does the same again, within an hour."
      onApproved={() => decided(`Request ${request} is approved: do the same again.`)}
      onRefused={() => decided(`Request ${request} is refused.`)}
      onLeave={close}
    />
  );
}
