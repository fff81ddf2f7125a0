import TextField from '@mui/material/TextField';
import { useId } from 'react';
import { Agreement } from '../../ui/choices.tsx';

/** What becomes of the master key: taken as found, or made because somebody said so. */
export function AttachMaster(props: {
  readonly realm: 'practice' | 'real';
  /** The keystore is bound to a token already: its master key must be there. */
  readonly former: boolean;
  /** The token is set up first, so that it holds none. */
  readonly empty: boolean;
  readonly createMaster: boolean;
  readonly onCreateMaster: (create: boolean) => void;
  readonly secondCopy: string;
  readonly onSecondCopy: (text: string) => void;
  readonly disabled: boolean;
}) {
  const { realm, former, empty, createMaster, secondCopy, disabled } = props;
  const id = useId();
  const real = realm === 'real';
  return (
    <>
      {empty ? (
        <p className="quiet">
          A master key is made in it: every HSM protected key is saved wrapped under it.
        </p>
      ) : null}
      {former || empty ? null : (
        <Agreement checked={createMaster} onChange={props.onCreateMaster} disabled={disabled}>
          Make a master key, if the token holds none. Every HSM protected key is saved wrapped under
          it; without this box, a token without master key is refused.
        </Agreement>
      )}
      {real || former ? (
        <TextField
          id={id}
          label="Where is the second copy of the master key?"
          fullWidth
          multiline
          minRows={2}
          required={real && !former}
          value={secondCopy}
          disabled={disabled}
          helperText={
            former
              ? 'Leave it empty to keep what is recorded.'
              : 'For example: clone on token BYOK-B, serial 7016235, safe 2. Losing a token without a second copy loses every key under it.'
          }
          slotProps={{ htmlInput: { maxLength: 500 } }}
          onChange={(event) => props.onSecondCopy(event.target.value)}
        />
      ) : null}
    </>
  );
}
