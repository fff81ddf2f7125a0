import { useId, useState } from 'react';
import styles from '../plans/plans.module.css';

const least = 7;
const most = 30;

/** How long AWS waits before it deletes; a number that AWS would refuse changes nothing. */
export function DaysField({
  days,
  onChange,
}: {
  readonly days: number;
  readonly onChange: (days: number) => void;
}) {
  const id = useId();
  const [typed, setTyped] = useState(String(days));
  const meant = Number(typed);
  const fits = Number.isInteger(meant) && meant >= least && meant <= most;
  return (
    <div className={styles['type']}>
      <label htmlFor={id}>AWS waits, in days</label>
      <input
        id={id}
        type="text"
        inputMode="numeric"
        maxLength={2}
        autoComplete="off"
        aria-invalid={!fits}
        value={typed}
        onChange={(event) => {
          const text = event.target.value;
          setTyped(text);
          const number = Number(text);
          if (Number.isInteger(number) && number >= least && number <= most) onChange(number);
        }}
      />
      <span role="status" className={fits ? 'quiet' : 'tone-attention'}>
        {fits ? '' : `! ${least} to ${most}; planned with ${days}`}
      </span>
    </div>
  );
}
