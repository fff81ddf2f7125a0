import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';
import { useHost } from '../../state/host.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';

/** Another browser of this computer wants to work here: only a person at this one may hand over. */
export function TakeoverAsked() {
  const { link } = useHost();
  const [from, setFrom] = useState<string | null>(null);
  useEffect(
    () =>
      link.onHost?.((message) => setFrom(message.host === 'takeover-asked' ? message.from : null)),
    [link],
  );
  // A host asks again once the window is back; one that has let another in asks no more.
  useEffect(
    () =>
      link.onState(({ kind }) => {
        if (kind !== 'open') setFrom(null);
      }),
    [link],
  );
  if (from === null) return null;
  const answer = (takeover: 'allow' | 'refuse'): void => {
    setFrom(null);
    link.answerHost?.({ takeover });
  };
  return (
    <DialogFrame
      title="Another browser asks to take over"
      subject={`${from}, with a link from this computer`}
      width="small"
      onClose={() => answer('refuse')}
      deeds={
        <>
          <Button onClick={() => answer('allow')}>Hand over to the other browser</Button>
          <DeedButton variant="contained" autoFocus onClick={() => answer('refuse')} unmarked>
            Keep working here
          </DeedButton>
        </>
      }
    >
      <p>
        One browser at a time works with a keystore. When you hand over, this window ends, and the
        other one goes on with the keystore as it is now, open or locked. Jobs are not disturbed.
      </p>
      <p>If you did not ask for a link, keep working here, and lock the keystore if in doubt.</p>
    </DialogFrame>
  );
}
