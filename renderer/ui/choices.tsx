import { type ReactNode, useId } from 'react';
import styles from './form.module.css';

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** What it means to choose it. */
  readonly meaning?: ReactNode;
  /** Why it cannot be chosen now; it stays in sight. */
  readonly blocked?: string | null;
}

/** A few ways to go, each with what it means beside it; one of them is chosen. */
export function Choices<Value extends string>({
  legend,
  choices,
  value,
  onChoose,
  autoFocus = false,
  disabled = false,
}: {
  readonly legend: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value | null;
  readonly onChoose: (value: Value) => void;
  readonly autoFocus?: boolean;
  readonly disabled?: boolean;
}) {
  const name = useId();
  return (
    <fieldset className={styles['set']} disabled={disabled}>
      <legend className={styles['legend']}>{legend}</legend>
      <div className={styles['choices']}>
        {choices.map((choice, at) => (
          <label
            key={choice.value}
            className={styles['choice']}
            data-blocked={choice.blocked != null}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              disabled={choice.blocked != null}
              // The first thing to decide on this page.
              autoFocus={autoFocus && (choice.value === value || (value === null && at === 0))}
              onChange={() => onChoose(choice.value)}
            />
            <span>
              {choice.label}
              {choice.meaning === undefined ? null : (
                <span className={styles['meaning']}>{choice.meaning}</span>
              )}
              {choice.blocked == null ? null : (
                <span className={styles['meaning']}>{choice.blocked}</span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A yes that somebody gives knowingly, with the whole sentence beside the box. */
export function Agreement({
  children,
  checked,
  onChange,
  disabled = false,
}: {
  readonly children: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}) {
  return (
    <label className={styles['choice']}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{children}</span>
    </label>
  );
}
