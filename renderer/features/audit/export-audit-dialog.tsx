import Button from '@mui/material/Button';
import { useState } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { FileField } from '../../ui/file-field.tsx';
import { isAbsolutePath } from '../../ui/folder-field.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Facts } from '../../ui/screen.tsx';
import { signerWords } from './audit-words.ts';

/** Writes the whole log, signed now, to a file that proves itself without any keystore. */
export function ExportAuditDialog({ dialog, close }: DialogProps<'export-audit'>) {
  const [path, setPath] = useKept(dialog, () => '');
  const [written, setWritten] = useState<OutputFor<'audit.export'> | null>(null);
  const deed = useDeed('audit.export');
  const blocked = useBlocked();
  const missing = isAbsolutePath(path) ? null : 'Say where the file is to be written.';
  const run = async (): Promise<void> => {
    if (missing !== null || blocked !== null) return;
    setWritten(await deed.run({ to: path.trim() }));
  };
  if (written !== null) return <Written written={written} close={close} />;
  return (
    <DialogFrame
      title="Export the audit log"
      subject="All records, each bound to the one before it, with a signature over the newest."
      busy={deed.busy}
      onClose={close}
      onSubmit={() => void run()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton
            type="submit"
            variant="contained"
            disabled={deed.busy}
            blocked={blocked ?? missing}
          >
            {deed.busy ? 'Writing the log…' : 'Export the audit log'}
          </DeedButton>
        </>
      }
    >
      <FileField
        label="File"
        value={path}
        onChange={setPath}
        suggestion="audit-export.jsonl"
        help="On the computer that runs Keyreeve, for example /mnt/evidence/audit-2026.jsonl"
        disabled={deed.busy}
      />
      {deed.failure ? <ExportFailure failure={deed.failure} /> : null}
    </DialogFrame>
  );
}

/** The HSM signs: what it needs can be given here. */
function ExportFailure({ failure }: { readonly failure: Failure }) {
  const show = useDialogs((state) => state.show);
  return (
    <FailureNotice failure={failure}>
      {failure.code === 'HSM_PIN_NEEDED' ? (
        <Button onClick={() => show({ kind: 'enter-pin' })}>Enter PIN…</Button>
      ) : null}
      {failure.code === 'HSM_UNAVAILABLE' ? (
        <Button onClick={() => show({ kind: 'attach-hsm' })}>Attach HSM…</Button>
      ) : null}
    </FailureNotice>
  );
}

function Written({
  written,
  close,
}: {
  readonly written: OutputFor<'audit.export'>;
  readonly close: () => void;
}) {
  return (
    <DialogFrame
      title="The audit log was exported"
      onClose={close}
      onSubmit={close}
      deeds={
        <DeedButton autoFocus type="submit" variant="contained" unmarked>
          Close
        </DeedButton>
      }
    >
      <p role="status">
        <span aria-hidden="true" className="mono tone-good">
          ✓{' '}
        </span>
        {sayCount(written.records)} records were written.
      </p>
      <Facts
        facts={[
          ['File', <Ident key="file" value={written.path} what="path of the file" short={false} />],
          ['Signed by', `the ${signerWords(written.signer)}`],
          [
            'Fingerprint',
            <Ident
              key="fingerprint"
              value={written.fingerprint}
              what="fingerprint of the signing key"
              short={false}
            />,
          ],
          ['Head hash', <Ident key="head" value={written.head} what="head hash" short={false} />],
        ]}
      />
      <p>
        Write the fingerprint down in another place than the file. Whoever checks the file needs it
        from there.
      </p>
    </DialogFrame>
  );
}
