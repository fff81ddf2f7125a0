import { useRef, useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlockedForLong, useOnceChecked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import { SecretField, type SecretHandle } from '../../ui/secret-field.tsx';
import { PinRisk } from './pin-risk.tsx';
import { isRisky } from './pin-words.ts';
import { quote } from '../../../shared/text/isolate.ts';

/** Tries a PIN once. Where the token may lock, only after somebody has looked. */
export function EnterPinDialog({ close }: DialogProps<'enter-pin'>) {
  const status = useRead('hsm.status', {});
  const login = useDeed('hsm.login');
  const field = useRef<SecretHandle>(null);
  const [sure, setSure] = useState(false);
  const [typed, setTyped] = useState(0);
  const blocked = useBlockedForLong();
  const token = status.data?.token;
  const locked = token?.pin === 'locked' || login.failure?.code === 'HSM_PIN_LOCKED';
  const risky = isRisky(token?.pin) || login.failure?.code === 'HSM_PIN_LAST_TRY';
  const which = token ? `${quote(token.label)}, serial ${token.serial}` : '';

  useFocusAfterFailure(login, () => field.current?.focus());
  const tryIt = async (): Promise<void> => {
    const pin = field.current?.take();
    if (!pin) return;
    setSure(false);
    if (await login.run({ pin, confirmed: risky })) {
      close();
      say('The HSM accepted its PIN. Jobs that waited for it go on.');
    } else {
      status.again();
    }
  };
  const trial = useOnceChecked(() => void tryIt());
  const why =
    blocked ?? missingFor(locked, typed, risky && !sure) ?? (trial.waits ? waiting : null);
  return (
    <DialogFrame
      title="Enter the PIN of the HSM"
      subject={token ? `Token ${which}` : undefined}
      width="small"
      busy={login.busy}
      onClose={close}
      onSubmit={() => {
        if (why === null) trial.press();
      }}
      deeds={
        <>
          <LeaveButton>Leave locked</LeaveButton>
          <DeedButton type="submit" variant="contained" disabled={login.busy} blocked={why}>
            {login.busy ? 'Trying the PIN…' : 'Try this PIN once'}
          </DeedButton>
        </>
      }
    >
      {status.failure ? <FailureNotice failure={status.failure} /> : null}
      {login.failure ? <FailureNotice failure={login.failure} /> : null}
      {token && (risky || locked) ? (
        <PinRisk
          pin={token.pin === 'ok' ? 'count-low' : token.pin}
          which={which}
          sure={sure}
          onSure={(next) => {
            trial.drop();
            setSure(next);
          }}
          disabled={login.busy}
        />
      ) : null}
      {locked ? null : (
        <SecretField
          ref={field}
          label="PIN"
          help="Tried once, and never by itself. The window keeps none of it."
          autoFocus
          disabled={login.busy}
          onTyped={(length) => {
            trial.drop();
            setTyped(length);
          }}
        />
      )}
      <p className="quiet" role="status">
        {blocked ?? (trial.waits ? waiting : null)}
      </p>
    </DialogFrame>
  );
}

const waiting = 'The keystore is still being checked. This PIN is tried once that is done.';

/** What a person has to do before the PIN can be tried. */
function missingFor(locked: boolean, typed: number, unsure: boolean): string | null {
  if (locked) return 'The token is locked.';
  if (typed === 0) return 'Type the PIN first.';
  return unsure ? 'Say first that you are sure of the PIN.' : null;
}
