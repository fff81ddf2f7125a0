import Button from '@mui/material/Button';
import { type HeldUp, useSecondPerson } from '../../state/second-person.ts';
import { Contained } from '../../ui/contained.tsx';
import { ApprovalFrame } from './approval-frame.tsx';

/** Asks for a second person wherever a deed in this window is held up for one, over whatever is open. */
export function SecondPerson() {
  const [held] = useSecondPerson((state) => state.waiting);
  if (held === undefined) return null;
  return (
    <Contained above other={<Button onClick={() => leave(held)}>Close</Button>}>
      <ApprovalFrame
        key={held.id}
        number={held.request}
        known={held.approvers}
        leave="Leave it waiting"
        after={
          held.repeats
            ? 'Once approved, it is done at once. Left waiting, it stands in Administration > Approvals.'
            : 'Once approved, what was typed in secret is typed once more. Left waiting, it stands in Administration > Approvals.'
        }
        goOn="Go on with it"
        onApproved={(by) => held.end({ kind: 'approved', by })}
        onRefused={() => held.end({ kind: 'refused' })}
        onLeave={() => leave(held)}
      />
    </Contained>
  );
}

const leave = (held: HeldUp): void => held.end({ kind: 'left' });
