import TextField from '@mui/material/TextField';
import { useEffect, useEffectEvent, useId } from 'react';
import { useRead } from '../../state/reads.ts';
import { Agreement } from '../../ui/choices.tsx';
import styles from './administration.module.css';
import { fitsAddress } from './import-form.ts';
import type { PartProps } from './import-fields.tsx';

/** Where the credential talks to: AWS, unless somebody knowingly says otherwise. */
export function ImportAddress({
  form,
  change,
  disabled,
  realm,
}: PartProps & { readonly realm: 'practice' | 'real' }) {
  if (realm === 'practice')
    return <PracticeAddress form={form} change={change} disabled={disabled} />;
  return (
    <>
      <Agreement
        checked={form.otherAddress}
        onChange={(otherAddress) => change({ otherAddress, trusted: false })}
        disabled={disabled}
      >
        It talks to another address than AWS’s own
      </Agreement>
      {form.otherAddress ? (
        <>
          <Address form={form} change={change} disabled={disabled} label="Other address" />
          <div className={styles['careful']}>
            <Agreement
              checked={form.trusted}
              onChange={(trusted) => change({ trusted })}
              disabled={disabled}
            >
              I trust whoever runs this address. They supply the wrapping keys, and so could read
              every key that is sent there.
            </Agreement>
          </div>
        </>
      ) : null}
    </>
  );
}

function PracticeAddress({ form, change, disabled }: PartProps) {
  const practice = useRead('practice.status', {});
  const url = practice.data?.url ?? null;
  const { address } = form;
  const fillIn = useEffectEvent(() => {
    if (address === '' && url !== null) change({ address: url });
  });
  useEffect(() => {
    // Filled in once; whoever empties it afterwards means it.
    fillIn();
  }, [url]);
  return (
    <Address form={form} change={change} disabled={disabled} label="Address of the practice KMS" />
  );
}

function Address({ form, change, disabled, label }: PartProps & { readonly label: string }) {
  const id = useId();
  const unfit = form.address !== '' && !fitsAddress(form.address);
  return (
    <TextField
      id={id}
      label={label}
      fullWidth
      value={form.address}
      disabled={disabled}
      error={unfit}
      helperText={unfit ? 'A web address, from http:// or https:// on.' : undefined}
      slotProps={{ htmlInput: { spellCheck: false, className: 'mono', maxLength: 500 } }}
      onChange={(event) => change({ address: event.target.value, trusted: false })}
    />
  );
}
