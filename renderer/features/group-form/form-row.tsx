import OutlinedInput from '@mui/material/OutlinedInput';
import Select from '@mui/material/Select';
import type { ReactNode } from 'react';
import type { SpanText } from './fields.ts';
import styles from './group-form.module.css';
import type { Field, Problems } from './problems.ts';

/** Ids of a field and of what is said beside it, within one window. */
export const fieldId = (base: string, field: string): string => `${base}-${field}`;
export const besideId = (base: string, field: string): string => `${base}-${field}-beside`;

/** What every part of the form is given. */
export interface RowPlace {
  readonly base: string;
  readonly problems: Problems;
}

/**
 * One line of the form: label, field, and beside it what is wrong, else a hint. The place beside is
 * always there, so that a problem moves nothing.
 */
export function FormRow({
  place,
  field,
  label,
  hint,
  children,
  below,
  wide = false,
}: {
  readonly place: RowPlace;
  readonly field: Field | 'service' | 'keyType' | 'keyUsage' | 'disableAfterRotating';
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
  /** Stands under both, over the whole width. */
  readonly below?: ReactNode;
  /** The field takes the whole width, and what is said of it stands under it. */
  readonly wide?: boolean;
}) {
  const problem = place.problems.get(field as Field);
  return (
    <div className={styles['row']}>
      <label
        htmlFor={fieldId(place.base, field)}
        className={styles['label']}
        data-wrong={problem !== undefined}
      >
        {label}
      </label>
      <div className={styles['control']} data-wide={wide}>
        <div className={styles['fields']}>{children}</div>
        <Beside place={place} field={field} hint={hint} />
        {below === undefined ? null : <div className={styles['whole']}>{below}</div>}
      </div>
    </div>
  );
}

/** What is wrong with a field, else its hint; the field points here. */
export function Beside({
  place,
  field,
  hint,
  under = false,
}: {
  readonly place: RowPlace;
  readonly field: string;
  readonly hint?: ReactNode;
  readonly under?: boolean;
}) {
  const problem = place.problems.get(field as Field);
  return (
    <div
      id={besideId(place.base, field)}
      className={`${styles[under ? 'under' : 'beside']} detail`}
    >
      {problem === undefined ? (
        (hint ?? null)
      ) : (
        <span className={styles['problem']}>
          <span aria-hidden="true">! </span>
          {problem}
        </span>
      )}
    </div>
  );
}

/** A field of text. */
export function TextInput({
  place,
  field,
  value,
  onChange,
  label,
  narrow = false,
  mono = false,
  disabled = false,
  before,
}: {
  readonly place: RowPlace;
  readonly field: Field;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Only where no label stands at the left. */
  readonly label?: string;
  readonly narrow?: boolean;
  readonly mono?: boolean;
  readonly disabled?: boolean;
  readonly before?: ReactNode;
}) {
  const wrong = place.problems.has(field);
  return (
    <OutlinedInput
      id={fieldId(place.base, field)}
      className={`${narrow ? styles['number'] : styles['grow']}`}
      value={value}
      disabled={disabled}
      error={wrong}
      startAdornment={before}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{
        input: {
          'aria-invalid': wrong,
          'aria-describedby': besideId(place.base, field),
          ...(label === undefined ? {} : { 'aria-label': label }),
          autoComplete: 'off',
          spellCheck: false,
          ...(narrow ? { inputMode: 'numeric' as const, maxLength: 5 } : {}),
          ...(mono ? { className: 'mono' } : {}),
        },
      }}
    />
  );
}

/** A choice from a list of the platform, operable as everybody knows it. */
export function PlainSelect({
  id,
  value,
  options,
  label,
  disabled = false,
  describedBy,
  onChange,
}: {
  readonly id?: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly label?: string;
  readonly disabled?: boolean;
  readonly describedBy?: string;
  readonly onChange?: (value: string) => void;
}) {
  return (
    <Select
      native
      value={value}
      disabled={disabled}
      onChange={(event) => onChange?.(event.target.value)}
      inputProps={{
        ...(id === undefined ? {} : { id }),
        ...(label === undefined ? {} : { 'aria-label': label }),
        ...(describedBy === undefined ? {} : { 'aria-describedby': describedBy }),
      }}
    >
      {options.map(([code, text]) => (
        <option key={code} value={code}>
          {text}
        </option>
      ))}
    </Select>
  );
}

const units = ['days', 'weeks', 'months', 'years'] as const;

/** An amount and its unit: `12 months`. */
export function SpanInput({
  place,
  field,
  label,
  value,
  onChange,
  disabled = false,
}: {
  readonly place: RowPlace;
  readonly field: Field;
  readonly label: string;
  readonly value: SpanText;
  readonly onChange: (value: SpanText) => void;
  readonly disabled?: boolean;
}) {
  return (
    <>
      <TextInput
        place={place}
        field={field}
        label={label}
        narrow
        disabled={disabled}
        value={value.amount}
        onChange={(amount) => onChange({ ...value, amount })}
      />
      <PlainSelect
        label={`${label}, unit`}
        value={value.unit}
        disabled={disabled}
        options={units.map((unit) => [unit, unit])}
        onChange={(unit) => {
          const chosen = units.find((one) => one === unit);
          if (chosen) onChange({ ...value, unit: chosen });
        }}
      />
    </>
  );
}
