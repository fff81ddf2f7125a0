import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import { type CertificateKey, certificateKeys } from '../../../shared/model/xks.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { Agreement } from '../../ui/choices.tsx';
import { copyText } from '../../ui/copy.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import styles from './xks.module.css';
import { hostsOf } from './xks-words.ts';

interface Wish {
  /** Null: the one endpoint of the stores. */
  readonly host: string | null;
  readonly key: CertificateKey;
}

/** Makes the key of proxies and the request for its certificate; shows one that is on its way. */
export function RequestCertificateDialog({
  dialog,
  close,
}: DialogProps<'xks-request-certificate'>) {
  const shown = useRead('xks.certificate', {});
  const stores = useRead('xksStore.list', {});
  const [wish, setWish] = useKept<Wish>(dialog, () => ({ host: null, key: 'P-256' }));
  const make = useDeed('xks.requestCertificate');
  const blocked = useBlocked();
  const pending = shown.data?.pending ?? null;
  const waits = shown.data?.waits === true;
  const known = hostsOf(stores.data?.stores ?? []);
  const host = (wish.host ?? (known.length === 1 ? known[0] : '') ?? '').trim();
  // What an authority issues for the waiting key fits no other: no stray Enter may take it away.
  const [givenUp, setGivenUp] = useState(false);
  const missing = stillMissing(host, waits && !givenUp);
  const submit = async (): Promise<void> => {
    if (missing !== null || blocked !== null) return;
    setGivenUp(false);
    await make.run({ host, key: wish.key, confirm: waits });
  };
  return (
    <DialogFrame
      title="Request a certificate for the proxies"
      subject="AWS takes certificates of public authorities only. The private key stays on this computer."
      busy={make.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Close</LeaveButton>
          {pending ? (
            <DeedButton blocked={null} onClick={() => void copyText(pending.csr, 'request')}>
              Copy the request
            </DeedButton>
          ) : null}
          <DeedButton
            type="submit"
            variant={waits ? 'outlined' : 'contained'}
            disabled={make.busy}
            blocked={blocked ?? missing}
          >
            {waits ? 'Give it up and make a new one' : 'Make key and request'}
          </DeedButton>
        </>
      }
    >
      <WishFields host={host} wish={wish} set={setWish} disabled={make.busy} />
      {shown.data?.problem ? <p>{`! ${shown.data.problem}`}</p> : null}
      {pending ? <Request csr={pending.csr} host={pending.host} /> : null}
      {waits ? (
        <Agreement checked={givenUp} onChange={setGivenUp} disabled={make.busy}>
          Give up the key that waits for its certificate. What is issued for this request can then
          not be imported.
        </Agreement>
      ) : null}
      {make.failure ? <FailureNotice failure={make.failure} /> : null}
    </DialogFrame>
  );
}

function stillMissing(host: string, waits: boolean): string | null {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/.test(host)) return 'Say for which name.';
  return waits ? 'A key waits for its certificate: tick that it is given up.' : null;
}

function WishFields({
  host,
  wish,
  set,
  disabled,
}: {
  readonly host: string;
  readonly wish: Wish;
  readonly set: (wish: Wish) => void;
  readonly disabled: boolean;
}) {
  const id = useId();
  return (
    <div className={styles['form']}>
      <div className={styles['pair']}>
        <TextField
          id={`${id}-host`}
          label="Name"
          fullWidth
          autoFocus
          value={host}
          disabled={disabled}
          helperText="Host of the endpoint, as AWS is told it"
          onChange={(event) => set({ ...wish, host: event.target.value })}
          slotProps={{ htmlInput: { spellCheck: false, className: 'mono' } }}
        />
        <TextField
          id={`${id}-key`}
          select
          label="Key"
          fullWidth
          value={wish.key}
          disabled={disabled}
          onChange={(event) =>
            set({ ...wish, key: certificateKeys.find((k) => k === event.target.value) ?? 'P-256' })
          }
          slotProps={{ select: { native: true } }}
        >
          {certificateKeys.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </TextField>
      </div>
    </div>
  );
}

function Request({ csr, host }: { readonly csr: string; readonly host: string }) {
  const id = useId();
  return (
    <TextField
      id={id}
      label={`Request for ${host}`}
      fullWidth
      multiline
      maxRows={8}
      value={csr}
      helperText="Give it to a public authority, then import what it issues"
      slotProps={{ htmlInput: { readOnly: true, spellCheck: false, className: 'mono' } }}
    />
  );
}
