import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useKept } from '../../state/kept.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { FileField } from '../../ui/file-field.tsx';
import { isAbsolutePath } from '../../ui/folder-field.tsx';
import { sayMoment } from '../../ui/moments.ts';
import { fingerprintOf, type Verdict, verdictText } from './audit-words.ts';
import styles from './audit.module.css';

/** Checks an exported log against a fingerprint that was kept elsewhere. Changes nothing. */
export function VerifyAuditDialog({ dialog, close }: DialogProps<'verify-audit'>) {
  const [file, setFile] = useKept(dialog, () => '', 'file');
  const [print, setPrint] = useKept(dialog, () => '', 'fingerprint');
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const deed = useDeed('audit.verify');
  const id = useId();
  const fingerprint = fingerprintOf(print);
  const missing = missingOf(file, fingerprint);
  const change = (set: (text: string) => void) => (text: string) => {
    set(text);
    setVerdict(null);
    deed.forget();
  };
  const run = async (): Promise<void> => {
    if (missing !== null || fingerprint === null) return;
    setVerdict(null);
    setVerdict(await deed.run({ file: file.trim(), fingerprint }));
  };
  return (
    <DialogFrame
      title="Verify an exported audit log"
      subject="Needs no keystore: only the file, and the fingerprint from where you wrote it down."
      busy={deed.busy}
      onClose={close}
      onSubmit={() => void run()}
      deeds={
        <>
          <LeaveButton>Close</LeaveButton>
          <DeedButton type="submit" variant="contained" disabled={deed.busy} blocked={missing}>
            {deed.busy ? 'Checking every record…' : 'Verify the export'}
          </DeedButton>
        </>
      }
    >
      <FileField
        label="File"
        value={file}
        onChange={change(setFile)}
        help="On the computer that runs Keyreeve"
        disabled={deed.busy}
      />
      <TextField
        id={id}
        label="Fingerprint of the signing key"
        fullWidth
        value={print}
        disabled={deed.busy}
        error={print !== '' && fingerprint === null}
        helperText={
          print !== '' && fingerprint === null
            ? `64 hex digits; these are ${print.replaceAll(/[\s:.-]/g, '').length}.`
            : '64 hex digits; spaces and colons do not matter'
        }
        onChange={(event) => change(setPrint)(event.target.value)}
        slotProps={{ htmlInput: { spellCheck: false, autoComplete: 'off', className: 'mono' } }}
      />
      <div role="status">{verdict === null ? null : <VerdictNotice verdict={verdict} />}</div>
      {deed.failure ? <FailureNotice failure={deed.failure} /> : null}
    </DialogFrame>
  );
}

function missingOf(file: string, fingerprint: string | null): string | null {
  if (!isAbsolutePath(file)) return 'Name the exported file.';
  return fingerprint === null ? 'Give the fingerprint.' : null;
}

function VerdictNotice({ verdict }: { readonly verdict: Verdict }) {
  const { good, headline, lines } = verdictText(verdict);
  const { signedAt } = verdict;
  return (
    <section className={good ? styles['proved'] : styles['doubted']}>
      <p className={good ? 'tone-good' : 'tone-attention'}>
        <span aria-hidden="true" className="mono">
          {good ? '✓' : '!'}{' '}
        </span>
        <strong>{headline}</strong>
      </p>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {signedAt === null ? null : <p>Newest signature made {sayMoment(signedAt)}.</p>}
    </section>
  );
}
