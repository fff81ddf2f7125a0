import { useId } from 'react';
import styles from './plans.module.css';

/** Asked only where what it takes away is in use: a question asked every time is a question nobody reads. */
export function TypeTheName({
  name,
  typed,
  onChange,
}: {
  readonly name: string;
  readonly typed: string;
  readonly onChange: (text: string) => void;
}) {
  const id = useId();
  return (
    <div className={styles['type']}>
      <label htmlFor={id}>
        Type <strong>{name}</strong> to go on
      </label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => onChange(event.target.value)}
      />
      <span role="status" className="quiet">
        {typed === name ? '✓ typed' : ''}
      </span>
    </div>
  );
}
