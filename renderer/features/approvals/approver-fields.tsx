import type { Ref } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { quote } from '../../../shared/text/isolate.ts';
import { Choices } from '../../ui/choices.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { SecretField, type SecretHandle } from '../../ui/secret-field.tsx';
import styles from './approvals.module.css';

/** Who approves, and their passphrase: only they type it. */
export function ApproverFields({
  ref,
  names,
  by,
  onChoose,
  busy,
  missing,
  failure,
  onTyped,
}: {
  readonly ref: Ref<SecretHandle>;
  readonly names: readonly string[];
  /** Who is chosen. */
  readonly by: string | null;
  readonly onChoose: (name: string) => void;
  readonly busy: boolean;
  /** Nothing was typed where something must be. */
  readonly missing: boolean;
  readonly failure: Failure | null;
  readonly onTyped: (length: number) => void;
}) {
  return (
    <>
      {names.length > 1 ? (
        <Choices
          legend="Who approves"
          choices={names.map((name) => ({ value: name, label: name }))}
          value={by}
          onChoose={onChoose}
          disabled={busy}
          autoFocus
        />
      ) : null}
      <div className={styles['secret']}>
        <SecretField
          ref={ref}
          label={by === null ? 'Passphrase of whoever approves' : `Passphrase of ${quote(by)}`}
          help="Typed by the approver, who reads first what would be done. It opens nothing else."
          autoFocus={names.length === 1}
          disabled={busy}
          invalid={missing || failure?.code === 'APPROVER_REFUSED'}
          onTyped={onTyped}
        />
        {failure === null ? null : <FailureNotice failure={failure} />}
      </div>
    </>
  );
}
