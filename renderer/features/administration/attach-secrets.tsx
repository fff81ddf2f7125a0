import TextField from '@mui/material/TextField';
import { type Ref, useId, useImperativeHandle, useRef, useState } from 'react';
import { SecretField, type SecretHandle } from '../../ui/secret-field.tsx';
import type { AttachHow } from './attach-ready.ts';

/** PINs as the call takes them. */
export interface AttachSecrets {
  pin?: Uint8Array<ArrayBuffer>;
  soPin?: Uint8Array<ArrayBuffer>;
}

export interface AttachSecretsHandle {
  /** Null while a PIN is missing that is needed. */
  take(): AttachSecrets | null;
}

/** The PIN of a token, and what setting up an empty one needs besides. */
export function AttachSecrets({
  ref,
  how,
  label,
  onLabel,
  disabled,
}: {
  readonly ref: Ref<AttachSecretsHandle>;
  readonly how: AttachHow;
  readonly label: string;
  readonly onLabel: (label: string) => void;
  readonly disabled: boolean;
}) {
  const pin = useRef<SecretHandle>(null);
  const soPin = useRef<SecretHandle>(null);
  const [typed, setTyped] = useState({ pin: 0, soPin: 0 });
  const [missing, setMissing] = useState(false);
  const id = useId();
  const take = (): AttachSecrets | null => {
    if (how === 'empty' && (typed.pin === 0 || typed.soPin === 0)) {
      setMissing(true);
      (typed.pin === 0 ? pin : soPin).current?.focus();
      return null;
    }
    const found = pin.current?.take();
    const officer = how === 'empty' ? soPin.current?.take() : null;
    return { ...(found ? { pin: found } : {}), ...(officer ? { soPin: officer } : {}) };
  };
  useImperativeHandle(ref, () => ({ take }));
  const onTyped = (field: 'pin' | 'soPin') => (length: number) => {
    setTyped((before) => ({ ...before, [field]: length }));
    if (length > 0) setMissing(false);
  };
  return (
    <>
      {how === 'empty' ? (
        <TextField
          id={id}
          label="Label of the new token"
          fullWidth
          value={label}
          disabled={disabled}
          helperText="Up to 32 characters; it is how the token is told apart."
          slotProps={{ htmlInput: { maxLength: 32, spellCheck: false } }}
          onChange={(event) => onLabel(event.target.value)}
        />
      ) : null}
      <SecretField
        ref={pin}
        label="PIN"
        help={
          how === 'empty'
            ? 'The PIN it gets.'
            : 'Tried once. Leave it empty where the HSM asks on a device of its own.'
        }
        disabled={disabled}
        invalid={missing && typed.pin === 0}
        onTyped={onTyped('pin')}
      />
      {how === 'empty' ? (
        <SecretField
          ref={soPin}
          label="SO PIN"
          help="With which the HSM officer sets a new PIN."
          disabled={disabled}
          invalid={missing && typed.soPin === 0}
          onTyped={onTyped('soPin')}
        />
      ) : null}
    </>
  );
}
