import { aheadWords, practiceEventTexts } from '../../../shared/text/practice.ts';
import { spanWords } from '../../../shared/text/span.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { sayMoment } from '../../ui/moments.ts';
import { Facts } from '../../ui/screen.tsx';
import { Labelled } from './labelled.tsx';
import styles from './practice.module.css';

const units = { minutes: 60, hours: 3600, days: 86_400 } as const;
type Unit = keyof typeof units;
const most = 10 * 365 * 86_400;

/** Moves the practice clock forward, and says first what happens by that. */
export function AdvanceClockDialog({ dialog, close }: DialogProps<'advance-clock'>) {
  const proposed = dialog.seconds === null ? 1 : Math.ceil(dialog.seconds / units.days);
  const [amount, setAmount] = useKept(dialog, () => String(proposed), 'amount');
  const [unit, setUnit] = useKept<Unit>(dialog, () => 'days', 'unit');
  const room = useRead('practice.show', {});
  const advance = useDeed('practice.advance');
  const blocked = useBlocked();
  const number = Number(amount);
  const seconds = number * units[unit];
  const fits = amount.trim() !== '' && Number.isInteger(number) && number > 0 && seconds <= most;
  const go = async (): Promise<void> => {
    if (!fits || blocked !== null) return;
    if (!(await advance.run({ seconds, confirm: true }))) return;
    close();
    say(`The practice clock went ${spanWords(seconds)} forward.`);
  };
  const why = fits ? null : 'Give a whole number, ten years at most.';
  return (
    <DialogFrame
      title="Move the practice clock forward"
      width="small"
      busy={advance.busy}
      onClose={close}
      onSubmit={() => void go()}
      deeds={
        <>
          <LeaveButton>Leave it as it is</LeaveButton>
          <DeedButton
            type="submit"
            variant="contained"
            blocked={blocked ?? why}
            disabled={advance.busy}
          >
            {advance.busy ? 'Moving…' : `Move it ${fits ? spanWords(seconds) : ''} forward`}
          </DeedButton>
        </>
      }
    >
      {room.data ? (
        <Facts
          facts={[
            ['It shows', sayMoment(room.data.clock.now)],
            ['Ahead of real time', aheadWords(room.data.clock.aheadSeconds)],
          ]}
        />
      ) : null}
      <HowFar {...{ amount, setAmount, unit, setUnit, fits }} />
      <div className={styles['ahead']}>{fits ? <Ahead seconds={seconds} /> : null}</div>
      {advance.failure ? <FailureNotice failure={advance.failure} /> : null}
    </DialogFrame>
  );
}

function HowFar({
  amount,
  setAmount,
  unit,
  setUnit,
  fits,
}: {
  readonly amount: string;
  readonly setAmount: (amount: string) => void;
  readonly unit: Unit;
  readonly setUnit: (unit: Unit) => void;
  readonly fits: boolean;
}) {
  return (
    <div className={styles['form']}>
      <Labelled label="How far">
        {(id) => (
          <input
            id={id}
            type="number"
            min={1}
            // The one thing to decide here.
            autoFocus
            className={styles['number']}
            value={amount}
            aria-invalid={!fits}
            onChange={(event) => setAmount(event.target.value)}
          />
        )}
      </Labelled>
      <Labelled label="Unit">
        {(id) => (
          <select
            id={id}
            className={styles['select']}
            value={unit}
            onChange={(event) => setUnit(event.target.value as Unit)}
          >
            <option value="minutes">minutes</option>
            <option value="hours">hours</option>
            <option value="days">days</option>
          </select>
        )}
      </Labelled>
    </div>
  );
}

/** What elapses. */
function Ahead({ seconds }: { readonly seconds: number }) {
  const ahead = useRead('practice.lookAhead', { seconds });
  if (ahead.failure) return <FailureNotice failure={ahead.failure} />;
  const { data } = ahead;
  if (!data) return <p role="status">Looking what elapses by then.</p>;
  const rest = data.total - data.events.length;
  return (
    <>
      <h3>Until {sayMoment(data.until)}</h3>
      {data.total === 0 ? (
        <p>✓ No key material expires, and no key is deleted.</p>
      ) : (
        <ul className={styles['events']}>
          {data.events.map(({ what, at, keyId, alias }) => (
            <li key={`${keyId} ${at}`}>
              <span className="tone-attention">! {practiceEventTexts[what]}</span>: {alias ?? keyId}
              , {sayMoment(at)}
            </li>
          ))}
          {rest > 0 ? <li>And {rest} more.</li> : null}
        </ul>
      )}
      <p>
        Import tokens and sessions that are older than their time end, and AWS's own rotations that
        fall due happen. Keyreeve's schedule (Rotate Every, imports before an expiry) does not move:
        it follows the clock of this computer. The practice clock cannot be put back, but by a
        reset.
      </p>
    </>
  );
}
