import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { Agreement } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import styles from './xks.module.css';
import { isolate } from '../../../shared/text/isolate.ts';

const keyArn = /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-zA-Z-]+$/;

const belongsTo = (arn: string | undefined): string =>
  arn === undefined ? 'It has no KMS key yet.' : `It belongs to ${arn}`;

/** Lets one more KMS key use an external key: only by a clear yes, for AWS would not notice. */
export function AllowKmsKeyDialog({ dialog, close }: DialogProps<'xks-allow-kms-key'>) {
  const id = useId();
  const [arn, setArn] = useKept(dialog, () => '');
  const [knows, setKnows] = useState(false);
  const read = useRead('xksKey.show', { key: dialog.key });
  const key = read.data;
  const name = key === undefined ? 'the external key' : isolate(key.name);
  const allow = useDeed('xksKey.allowKmsKey');
  const blocked = useBlocked();
  const text = arn.trim();
  const missing = !keyArn.test(text)
    ? 'Paste the ARN of the KMS key.'
    : knows
      ? null
      : 'Say that you know what it means.';
  const submit = async (): Promise<void> => {
    if (missing !== null || blocked !== null) return;
    if (!(await allow.run({ key: dialog.key, arn: text, confirm: true }))) return;
    close();
    say(`Allowed one more KMS key to use ${name}.`);
  };
  return (
    <DialogFrame
      title={`Allow another KMS key to use ${name}`}
      subject={key === undefined ? undefined : belongsTo(key.bindings[0]?.arn)}
      busy={allow.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" blocked={blocked ?? missing}>
            {allow.busy ? 'Telling the proxies…' : 'Allow this KMS key'}
          </DeedButton>
        </>
      }
    >
      <TextField
        id={id}
        label="ARN of the KMS key"
        fullWidth
        autoFocus
        value={arn}
        disabled={allow.busy}
        helperText="arn:aws:kms:…:key/…"
        onChange={(event) => {
          setArn(event.target.value);
          allow.forget();
        }}
        slotProps={{ htmlInput: { maxLength: 2048, spellCheck: false, className: 'mono' } }}
      />
      <p>
        Usually one external key serves one KMS key, so that what one can open the other cannot.
        With two, deleting one KMS key does not end the use of the external key.
      </p>
      <div className={styles['careful']}>
        <Agreement checked={knows} onChange={setKnows} disabled={allow.busy}>
          I know that both KMS keys use the same external key from then on, and that this cannot be
          taken back here.
        </Agreement>
      </div>
      {key === undefined && read.failure ? <FailureNotice failure={read.failure} /> : null}
      {allow.failure ? <FailureNotice failure={allow.failure} /> : null}
    </DialogFrame>
  );
}
