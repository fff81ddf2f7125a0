import Button from '@mui/material/Button';
import { useEffect, useEffectEvent } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useConnection } from '../../state/connection.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Connecting } from './connection-pages.tsx';
import { EntryFrame } from './entry-frame.tsx';

/** Not even the small picture can be read: its header is away, or nobody answers. */
export function KeystoreUnreadable({
  failure,
  again,
}: {
  readonly failure: Failure;
  readonly again: () => void;
}) {
  const show = useDialogs((state) => state.show);
  const connection = useConnection((state) => state.state.kind);
  const unanswered = failure.code === 'CONNECTION_LOST';
  const readAgain = useEffectEvent(again);
  // Once for each new connection.
  useEffect(() => {
    if (unanswered && connection === 'open') readAgain();
  }, [unanswered, connection]);
  if (unanswered) return <Connecting />;
  return (
    <EntryFrame title="The keystore cannot be shown">
      <FailureNotice failure={failure}>
        <Button variant="contained" onClick={again}>
          Look again
        </Button>
        <Button onClick={() => show({ kind: 'restore' })}>Look at a backup…</Button>
      </FailureNotice>
    </EntryFrame>
  );
}
