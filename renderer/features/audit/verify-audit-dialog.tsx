import TextField from '@mui/material/TextField';
import { type ReactNode, useId, useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useKept } from '../../state/kept.ts';
import { useDeed } from '../../state/reads.ts';
import { notGivenText, segmentsText } from '../../../shared/text/segments.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { FileField } from '../../ui/file-field.tsx';
import { FolderField, isAbsolutePath } from '../../ui/folder-field.tsx';
import { sayMoment } from '../../ui/moments.ts';
import { fingerprintOf, type Verdict, verdictText } from './audit-words.ts';
import styles from './audit.module.css';

/** Checks an exported log against a fingerprint that was kept elsewhere. Changes nothing. */
export function VerifyAuditDialog({ dialog, close }: DialogProps<'verify-audit'>) {
  const [file, setFile] = useKept(dialog, () => '', 'file');
  const [print, setPrint] = useKept(dialog, () => '', 'fingerprint');
  const [folder, setFolder] = useKept(dialog, () => '', 'segments');
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const deed = useDeed('audit.verify');
  const id = useId();
  const fingerprint = fingerprintOf(print);
  const missing = missingOf(file, fingerprint, folder);
  const change = (set: (text: string) => void) => (text: string) => {
    set(text);
    setVerdict(null);
    deed.forget();
  };
  const run = async (): Promise<void> => {
    if (missing !== null || fingerprint === null) return;
    setVerdict(null);
    const segments = folder.trim() === '' ? [] : [folder.trim()];
    setVerdict(await deed.run({ file: file.trim(), fingerprint, segments }));
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
          <VerifyButton busy={deed.busy} missing={missing} />
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
      <FolderField
        label="Audit folder of an XKS proxy (optional)"
        value={folder}
        onChange={change(setFolder)}
        help="Its segments are held against what the log says of them"
        disabled={deed.busy}
      />
      <div role="status">
        {verdict === null ? null : (
          <>
            <VerdictNotice verdict={verdict} />
            <SegmentNotices verdict={verdict} />
          </>
        )}
      </div>
      {deed.failure ? <FailureNotice failure={deed.failure} /> : null}
    </DialogFrame>
  );
}

function VerifyButton({
  busy,
  missing,
}: {
  readonly busy: boolean;
  readonly missing: string | null;
}) {
  return (
    <DeedButton type="submit" variant="contained" unmarked disabled={busy} blocked={missing}>
      {busy ? 'Checking every record…' : 'Verify the export'}
    </DeedButton>
  );
}

function missingOf(file: string, fingerprint: string | null, folder: string): string | null {
  if (!isAbsolutePath(file)) return 'Name the exported file.';
  if (fingerprint === null) return 'Give the fingerprint.';
  return folder.trim() === '' || isAbsolutePath(folder) ? null : 'Name the folder in full.';
}

function VerdictNotice({ verdict }: { readonly verdict: Verdict }) {
  const { signedAt } = verdict;
  return (
    <Judged {...verdictText(verdict)}>
      {signedAt === null ? null : <p>Newest signature made {sayMoment(signedAt)}.</p>}
    </Judged>
  );
}

/** What was found of one thing: whether it holds, and what that rests on. */
function Judged({
  good,
  headline,
  lines,
  children,
}: {
  readonly good: boolean;
  readonly headline: string;
  readonly lines: readonly string[];
  readonly children?: ReactNode;
}) {
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
      {children}
    </section>
  );
}

/** Each folder of segments, and the proxies that nobody looked at. */
function SegmentNotices({ verdict }: { readonly verdict: Verdict }) {
  const { segments, segmentsNotGiven } = verdict;
  if (segments.length === 0) return null;
  return (
    <>
      {segments.map((checked) => (
        <Judged key={checked.folder} {...segmentsText(checked)} />
      ))}
      {notGivenText(segmentsNotGiven).map((line) => (
        <p key={line}>{line}</p>
      ))}
    </>
  );
}
