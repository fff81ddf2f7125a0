import TextField from '@mui/material/TextField';
import { useId } from 'react';
import { type RuleCondition, ruleConditions } from '../../../shared/model/xks.ts';
import { conditions, patternsOf } from './rule-words.ts';
import styles from './xks.module.css';

/** Patterns as they are typed, by what they are about. */
export type TypedConditions = Readonly<Partial<Record<RuleCondition, string>>>;

/** What of it asks about something. */
export const askedIn = (typed: TypedConditions): readonly (readonly [RuleCondition, string[]])[] =>
  ruleConditions.flatMap((each) => {
    const patterns = patternsOf(typed[each] ?? '');
    return patterns.length === 0 ? [] : [[each, patterns] as const];
  });

/** A field for everything that may be asked about a request. */
export function ConditionFields({
  typed,
  onChange,
  disabled,
}: {
  readonly typed: TypedConditions;
  readonly onChange: (typed: TypedConditions) => void;
  readonly disabled: boolean;
}) {
  const id = useId();
  return (
    <div className={styles['pair']}>
      {ruleConditions.map((each) => (
        <TextField
          key={each}
          id={`${id}-${each}`}
          label={conditions[each].label}
          fullWidth
          multiline
          value={typed[each] ?? ''}
          disabled={disabled}
          helperText={`Such as ${conditions[each].example}`}
          onChange={(event) => onChange({ ...typed, [each]: event.target.value })}
          slotProps={{
            htmlInput: { maxLength: 20_000, spellCheck: false, className: 'mono' },
            formHelperText: { style: { overflowWrap: 'anywhere' } },
          }}
        />
      ))}
    </div>
  );
}
