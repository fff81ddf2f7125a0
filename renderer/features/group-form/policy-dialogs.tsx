import { keyed } from '../../ui/keyed.ts';
import { copyText } from '../../ui/copy.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import styles from './group-form.module.css';

/** A policy in sentences, with its text below. */
export function PolicyReading({
  name,
  text,
  reading,
  onClose,
}: {
  readonly name: string;
  readonly text: string;
  readonly reading: readonly string[];
  readonly onClose: () => void;
}) {
  return (
    <DialogFrame
      title="Who may do what"
      subject={name}
      width="wide"
      onClose={onClose}
      deeds={
        // Reading is all there is to do here.
        <LeaveButton autoFocus>Close</LeaveButton>
      }
    >
      {reading.length === 0 ? (
        <p className="tone-attention">! It cannot be read as a key policy.</p>
      ) : (
        <ul className={styles['reading']}>
          {keyed(reading).map(({ key, thing: line }) => (
            <li key={key}>{line}</li>
          ))}
        </ul>
      )}
      <h3>As imported</h3>
      <pre className={`${styles['json']} mono`}>{text}</pre>
    </DialogFrame>
  );
}

/** The statement that would let the credential import again. */
export function StatementToAdd({
  statement,
  onClose,
}: {
  readonly statement: string;
  readonly onClose: () => void;
}) {
  return (
    <DialogFrame
      title="What to add to the policy"
      subject="Add this statement to the file, then import it again"
      onClose={onClose}
      deeds={
        <>
          <LeaveButton>Close</LeaveButton>
          <DeedButton
            variant="contained"
            onClick={() => void copyText(statement, 'statement')}
            unmarked
          >
            Copy the statement
          </DeedButton>
        </>
      }
    >
      <pre className={`${styles['json']} mono`}>{statement}</pre>
    </DialogFrame>
  );
}
