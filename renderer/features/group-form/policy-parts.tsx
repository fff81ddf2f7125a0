import Button from '@mui/material/Button';
import { counted } from '../../../shared/text/counted.ts';
import type { PolicyRead } from '../../../shared/contract/shapes.ts';
import { ChooseFile } from '../../ui/choose-file.tsx';
import { keyed } from '../../ui/keyed.ts';
import styles from './group-form.module.css';

const sizeOf = (bytes: number): string =>
  bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KB`;

/** A policy by the name of its file, and how many statements it has once it was read. */
export const policyLabel = (name: string, read: PolicyRead | null): string =>
  read === null ? name : `${name}, ${counted(read.statements, 'statement')}`;

/** Asks for a policy file. */
export function ImportPolicy({
  id,
  describedBy,
  disabled = false,
  onFile,
}: {
  readonly id: string;
  readonly describedBy: string;
  readonly disabled?: boolean;
  readonly onFile: (file: File) => void;
}) {
  return (
    <ChooseFile
      id={id}
      label="Policy file"
      accept=".json,application/json"
      aria-label="Import Policy"
      aria-describedby={describedBy}
      disabled={disabled}
      onFile={onFile}
    >
      Import Policy
    </ChooseFile>
  );
}

/** What is to be known of a policy that can be read. */
export function PolicyRemarks({
  policy,
  onShowAdd,
}: {
  readonly policy: PolicyRead;
  readonly onShowAdd: () => void;
}) {
  return (
    <div className={`${styles['policy']} detail`} role="status">
      <span>
        <span className="tone-good">✓ </span>Valid JSON, {sizeOf(policy.bytes)}
      </span>
      {keyed(policy.warnings).map(({ key, thing: text }) => (
        <span key={key}>
          <span className="tone-attention">! </span>
          {text}
        </span>
      ))}
      {policy.add === null ? null : (
        <span>
          <Button onClick={onShowAdd}>Show what to add</Button>
        </span>
      )}
    </div>
  );
}

/** What can be done with a policy that was chosen. */
export function PolicyDeeds({
  disabled = false,
  onRead,
  onRemove,
}: {
  readonly disabled?: boolean;
  readonly onRead: () => void;
  readonly onRemove: () => void;
}) {
  return (
    <>
      <Button aria-label="Read the policy" disabled={disabled} onClick={onRead}>
        Read
      </Button>
      <Button variant="text" aria-label="Remove the policy" disabled={disabled} onClick={onRemove}>
        Remove
      </Button>
    </>
  );
}
