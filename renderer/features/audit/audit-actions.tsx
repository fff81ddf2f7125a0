import { useId } from 'react';
import { actionWords, auditActions } from './audit-words.ts';
import styles from './audit.module.css';

/** Reads the log by one action, chosen by its name and what it is. */
export function AuditActions({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (action: string) => void;
}) {
  const id = useId();
  const nouns = [...new Set(auditActions.map((action) => action.split('.')[0] ?? ''))];
  return (
    <div className={styles['filter']}>
      <label htmlFor={id} className="unseen">
        Action
      </label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">All actions</option>
        {nouns.map((noun) => (
          <optgroup key={noun} label={noun}>
            {auditActions
              .filter((action) => action.startsWith(`${noun}.`))
              .map((action) => (
                <option key={action} value={action}>
                  {action}: {actionWords(action)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}
