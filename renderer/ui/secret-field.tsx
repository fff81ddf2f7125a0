import TextField from '@mui/material/TextField';
import { type Ref, useId, useImperativeHandle, useRef } from 'react';

/** What a form holds of a secret field: nothing but the way to take its bytes once. */
export interface SecretHandle {
  /** The bytes typed, UTF-8; the field is emptied. Null when nothing was typed. */
  take(): Uint8Array<ArrayBuffer> | null;
  focus(): void;
  clear(): void;
}

/**
 * A field for a passphrase or PIN. What is typed lives in the input element alone, never in the
 * state of the window, and leaves it as bytes that the call wipes. The element's own string cannot
 * be wiped by JavaScript; emptying it leaves that to the engine.
 */
export function SecretField({
  ref,
  label,
  help,
  autoFocus = false,
  disabled = false,
  invalid = false,
  onTyped,
}: {
  readonly ref: Ref<SecretHandle>;
  readonly label: string;
  readonly help?: string;
  readonly autoFocus?: boolean;
  readonly disabled?: boolean;
  readonly invalid?: boolean;
  /** Told how many characters are there, never which. */
  readonly onTyped?: (length: number) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useImperativeHandle(ref, () => ({
    take: () => {
      const element = input.current;
      if (!element || element.value === '') return null;
      const bytes = new TextEncoder().encode(element.value);
      element.value = '';
      onTyped?.(0);
      return bytes;
    },
    focus: () => input.current?.focus(),
    clear: () => {
      if (input.current) input.current.value = '';
      onTyped?.(0);
    },
  }));
  return (
    <TextField
      id={id}
      label={label}
      type="password"
      fullWidth
      disabled={disabled}
      error={invalid}
      autoFocus={autoFocus}
      {...(help === undefined ? {} : { helperText: help })}
      inputRef={input}
      onInput={(event) => onTyped?.((event.target as HTMLInputElement).value.length)}
      slotProps={{
        htmlInput: { autoComplete: 'off', spellCheck: false, 'data-secret': true, maxLength: 1024 },
      }}
    />
  );
}
