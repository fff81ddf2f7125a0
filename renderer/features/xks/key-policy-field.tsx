import { useId, useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useRead } from '../../state/reads.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { PolicyReading, StatementToAdd } from '../group-form/policy-dialogs.tsx';
import { readPolicyFile } from '../group-form/policy-file.ts';
import {
  ImportPolicy,
  PolicyDeeds,
  policyLabel,
  PolicyRemarks,
} from '../group-form/policy-parts.tsx';
import styles from './xks.module.css';

/** A key policy as it was imported: its text, and the file it came from. */
export interface ChosenPolicy {
  readonly text: string;
  readonly file: string;
}

/** What the core says of a policy that was chosen. */
export interface PolicyLook {
  readonly read: ReturnType<typeof useReadPolicy>['data'] | null;
  readonly failure: Failure | null;
  /** Why the plan cannot be looked at yet; null when nothing stands against it. */
  readonly missing: string | null;
}

const useReadPolicy = (store: string, policy: ChosenPolicy | null) =>
  useRead(
    'xksKey.readPolicy',
    { store, policy: policy?.text ?? '' },
    { enabled: policy !== null, keep: false },
  );

/** Has the core read the policy: in words, or what is wrong with it. */
export function usePolicyLook(store: string, policy: ChosenPolicy | null): PolicyLook {
  const asked = useReadPolicy(store, policy);
  if (policy === null) return { read: null, failure: null, missing: null };
  const failure = asked.failure ?? null;
  const missing =
    failure !== null
      ? 'Correct the policy file and import it again, or remove it.'
      : asked.data === undefined
        ? 'The policy is being read.'
        : null;
  return { read: asked.data ?? null, failure, missing };
}

/** Who may use the KMS key: a saved JSON file, read back in words before it goes anywhere. */
export function KeyPolicyField({
  policy,
  look,
  disabled,
  onChange,
}: {
  readonly policy: ChosenPolicy | null;
  readonly look: PolicyLook;
  readonly disabled: boolean;
  readonly onChange: (policy: ChosenPolicy | null) => void;
}) {
  const id = useId();
  const [unread, setUnread] = useState<string | null>(null);
  const [open, setOpen] = useState<'reading' | 'add' | null>(null);
  const take = async (chosen: File): Promise<void> => {
    const read = await readPolicyFile(chosen);
    setUnread(read.ok ? null : read.problem);
    if (read.ok) onChange({ text: read.text, file: chosen.name });
  };
  const told = look.read ?? null;
  return (
    <div role="group" aria-labelledby={`${id}-label`} className={styles['policy']}>
      <div className={styles['policyLine']}>
        <span id={`${id}-label`}>Key policy</span>
        <span className={`${styles['name']} quiet`}>
          {policy === null ? 'none' : policyLabel(policy.file, told)}
        </span>
        <ImportPolicy
          id={`${id}-import`}
          describedBy={`${id}-beside`}
          disabled={disabled}
          onFile={(chosen) => void take(chosen)}
        />
        {policy === null ? null : (
          <PolicyDeeds
            disabled={disabled}
            onRead={() => setOpen('reading')}
            onRemove={() => {
              setUnread(null);
              onChange(null);
            }}
          />
        )}
      </div>
      <span id={`${id}-beside`} role="status" className="detail">
        <Beside unread={unread} none={policy === null} />
      </span>
      {told === null ? null : <PolicyRemarks policy={told} onShowAdd={() => setOpen('add')} />}
      {look.failure === null ? null : <FailureNotice failure={look.failure} />}
      {open === 'reading' && policy !== null ? (
        <PolicyReading
          name={policy.file}
          text={policy.text}
          reading={told?.reading ?? []}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open === 'add' && told?.add != null ? (
        <StatementToAdd statement={told.add} onClose={() => setOpen(null)} />
      ) : null}
    </div>
  );
}

/** Why a file was not taken, else what holds without a policy. */
function Beside({ unread, none }: { readonly unread: string | null; readonly none: boolean }) {
  if (unread !== null) return <span className="tone-attention">! {unread}</span>;
  return none ? "Without one, AWS's default policy: the account decides." : null;
}
