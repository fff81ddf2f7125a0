import type { LockNote } from '../../../shared/contract/session.ts';
import { lockCauseText } from '../../../shared/text/locks.ts';
import { useLocking } from '../../state/locking.ts';
import { Moment } from '../../ui/moment.tsx';

/** Why the keystore is locked or being locked, and since when. */
export function WhyLocked({
  note,
  locking = false,
}: {
  readonly note: LockNote;
  readonly locking?: boolean;
}) {
  const here = useLocking((state) => state.here || state.stopping !== null);
  return (
    <p className="quiet">
      {locking ? 'Being locked since ' : 'Locked since '}
      <Moment at={note.at} />. {lockCauseText(note, here)}
    </p>
  );
}
