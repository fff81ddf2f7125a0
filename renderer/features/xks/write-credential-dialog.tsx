import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { FileField } from '../../ui/file-field.tsx';
import { isAbsolutePath } from '../../ui/folder-field.tsx';
import { useXksStore } from './use-target.ts';
import styles from './xks.module.css';
import { isolate } from '../../../shared/text/isolate.ts';

/** Path and newest pair as a file for the AWS console: the one way in which a secret leaves. */
export function WriteCredentialDialog({ dialog, close }: DialogProps<'xks-write-credential'>) {
  const [file, setFile] = useKept(dialog, () => '');
  const write = useDeed('xksStore.writeCredential');
  const blocked = useBlocked();
  const { thing, absent, failure } = useXksStore(dialog.store);
  const path = file.trim();
  const missing = isAbsolutePath(path) ? null : 'Say where the file is to be.';
  const submit = async (): Promise<void> => {
    if (missing !== null || absent !== null || blocked !== null) return;
    const written = await write.run({ store: dialog.store, file: path });
    if (!written) return;
    close();
    say(`Wrote ${written.accessKeyId} to ${written.file}.`);
  };
  return (
    <DialogFrame
      title={`Write the proxy credential of ${thing === null ? 'the store' : isolate(thing.name)} to a file`}
      busy={write.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" blocked={blocked ?? absent ?? missing}>
            Write the file
          </DeedButton>
        </>
      }
    >
      <div className={styles['form']}>
        <FileField
          label="File"
          value={file}
          onChange={(next) => {
            setFile(next);
            write.forget();
          }}
          suggestion="xks-proxy-credential.json"
          help="On the computer that runs Keyreeve. Only you can read it."
          disabled={write.busy}
        />
      </div>
      <p className={styles['careful']}>
        <span className="tone-attention">! It holds the secret.</span> Needed only when somebody
        creates the store in the AWS console: give it there, then delete the file. The deed “Create
        in AWS” needs no file.
      </p>
      {failure ? <FailureNotice failure={failure} /> : null}
      {write.failure ? <FailureNotice failure={write.failure} /> : null}
    </DialogFrame>
  );
}
