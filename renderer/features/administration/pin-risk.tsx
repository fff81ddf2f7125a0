import { Agreement } from '../../ui/choices.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import styles from './administration.module.css';
import { type Pin, pinWords, whatIsLost } from './pin-words.ts';

/** Before a PIN is tried that could lock the token: what would be lost, and a person's word. */
export function PinRisk({
  pin,
  which,
  sure,
  onSure,
  disabled,
}: {
  readonly pin: Pin;
  /** The token, as a person tells it apart. */
  readonly which: string;
  readonly sure: boolean;
  readonly onSure: (sure: boolean) => void;
  readonly disabled: boolean;
}) {
  return (
    <>
      <p className={styles['careful']}>
        <StateWord state={pinWords[pin]} />. {whatIsLost(pin)}
      </p>
      {pin === 'locked' ? null : (
        <Agreement checked={sure} onChange={onSure} disabled={disabled}>
          I have looked: this is token {which}, and I am sure of its PIN.
          {pin === 'final-try' ? ' Try it although it is the last try.' : ''}
        </Agreement>
      )}
    </>
  );
}
