import { Labelled } from './labelled.tsx';
import styles from './practice.module.css';

/** One of a few words under its label. What the page gives back that is none of them counts for nothing. */
export function SelectField<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: Value;
  /** Each with its words. */
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <Labelled label={label}>
      {(id) => (
        <select
          id={id}
          className={styles['select']}
          value={value}
          onChange={(event) => {
            const found = options.find(([name]) => name === event.target.value);
            if (found) onChange(found[0]);
          }}
        >
          {options.map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}
