import TextField from '@mui/material/TextField';
import { useId } from 'react';
import { counted } from '../../../shared/text/counted.ts';
import { isolate } from '../../../shared/text/isolate.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { sayMoment } from '../../ui/moments.ts';
import { askedIn, ConditionFields, type TypedConditions } from './condition-fields.tsx';
import { useXksKey } from './use-target.ts';
import styles from './xks.module.css';

interface Wish {
  readonly minutes: number;
  readonly when: TypedConditions;
}

const lengths: readonly number[] = [1, 5, 15, 30, 60, 240];

/** Blocks one key for a while, for requests of a test scope, to see what stops and what goes on. */
export function RehearseDialog({ dialog, close }: DialogProps<'xks-rehearse'>) {
  const [wish, setWish] = useKept<Wish>(dialog, () => ({ minutes: 5, when: {} }));
  const { thing, absent, failure } = useXksKey(dialog.key);
  const rehearse = useDeed('xks.rehearse');
  const blocked = useBlocked();
  const { minutes } = wish;
  const name = thing === null ? 'the key' : isolate(thing.name);
  const asked = askedIn(wish.when);
  const submit = async (): Promise<void> => {
    if (blocked !== null || absent !== null) return;
    const when = Object.fromEntries(asked);
    const begun = await rehearse.run({ key: dialog.key, minutes, when, confirm: true });
    if (!begun) return;
    close();
    say(`The block of ${name} is rehearsed until ${sayMoment(begun.until)}.`);
  };
  return (
    <DialogFrame
      title={`Rehearse the block of ${name}`}
      subject="The proxies refuse what fits, as if the key were blocked. It ends by itself, also when Keyreeve is not running."
      busy={rehearse.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Leave it as it is</LeaveButton>
          <DeedButton
            type="submit"
            variant="contained"
            color="error"
            disabled={rehearse.busy}
            blocked={blocked ?? absent}
          >
            {`Block ${name} for ${counted(minutes, 'minute')}`}
          </DeedButton>
        </>
      }
    >
      <Fields
        wish={wish}
        set={(patch) => {
          setWish((before) => ({ ...before, ...patch }));
          rehearse.forget();
        }}
        disabled={rehearse.busy}
      />
      <p className={asked.length === 0 ? 'tone-attention' : 'quiet'}>
        {asked.length === 0
          ? '! No scope: every use of the key is refused meanwhile.'
          : 'What does not fit every part of the scope goes on as before.'}
      </p>
      {failure ? <FailureNotice failure={failure} /> : null}
      {rehearse.failure ? <FailureNotice failure={rehearse.failure} /> : null}
    </DialogFrame>
  );
}

function Fields({
  wish,
  set,
  disabled,
}: {
  readonly wish: Wish;
  readonly set: (patch: Partial<Wish>) => void;
  readonly disabled: boolean;
}) {
  const id = useId();
  return (
    <div className={styles['form']}>
      <TextField
        id={id}
        select
        label="For"
        fullWidth
        autoFocus
        value={String(wish.minutes)}
        disabled={disabled}
        onChange={(event) => set({ minutes: Number(event.target.value) })}
        slotProps={{ select: { native: true } }}
      >
        {lengths.map((each) => (
          <option key={each} value={each}>
            {counted(each, 'minute')}
          </option>
        ))}
      </TextField>
      <ConditionFields typed={wish.when} onChange={(when) => set({ when })} disabled={disabled} />
    </div>
  );
}
