import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { useId } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import styles from './xks.module.css';

/** Takes the certificate that an authority issued, once it fits key, name, time and chain. */
export function ImportCertificateDialog({ dialog, close }: DialogProps<'xks-import-certificate'>) {
  const [chain, setChain] = useKept(dialog, () => '', 'chain');
  const [anyAuthority, setAny] = useKept(dialog, () => false, 'any');
  const take = useDeed('xks.importCertificate');
  const blocked = useBlocked();
  const id = useId();
  const missing = chain.includes('-----BEGIN CERTIFICATE-----')
    ? null
    : 'Paste the certificate with its chain.';
  const submit = async (): Promise<void> => {
    if (missing !== null || blocked !== null) return;
    const shown = await take.run({ chain, confirm: anyAuthority });
    if (!shown) return;
    close();
    say(`Proxies show the certificate of ${shown.current?.issuer ?? 'the authority'} from now on.`);
  };
  return (
    <DialogFrame
      title="Import the certificate of the proxies"
      subject="Proxies that use the files of Keyreeve show it within a second, without a restart."
      busy={take.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton
            type="submit"
            variant="contained"
            disabled={take.busy}
            blocked={blocked ?? missing}
          >
            Import the certificate
          </DeedButton>
        </>
      }
    >
      <div className={styles['form']}>
        <TextField
          id={id}
          label="Certificate and chain"
          fullWidth
          autoFocus
          multiline
          minRows={6}
          maxRows={12}
          value={chain}
          disabled={take.busy}
          helperText="PEM, the own certificate first. Its private key is here already: paste none."
          onChange={(event) => {
            setChain(event.target.value);
            take.forget();
          }}
          slotProps={{
            htmlInput: { spellCheck: false, className: 'mono', maxLength: 200_000 },
          }}
        />
        <FormControlLabel
          control={<Checkbox checked={anyAuthority} disabled={take.busy} />}
          label="Take it from an authority that is not public, too: AWS will not"
          onChange={(_event, checked) => setAny(checked)}
        />
      </div>
      {take.failure ? <FailureNotice failure={take.failure} /> : null}
    </DialogFrame>
  );
}
