import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { type Ref, useId, useImperativeHandle, useRef, useState } from 'react';
import type { OutputFor } from '../../shared/contract/index.ts';
import type { Failure } from '../../shared/errors/operation-error.ts';
import { Agreement } from './choices.tsx';
import { useCapsLock } from './caps-lock.ts';
import styles from './form.module.css';
import { SecretField, type SecretHandle } from './secret-field.tsx';
import { noPlace, placeGiven, TokenPlaceFields } from './token-place.tsx';

export type Slot = OutputFor<'keystore.status'>['slots'][number];

/** What opens a keystore or a backup: a slot, and the secrets that slot needs. */
export interface Opening {
  slot?: string;
  passphrase?: Uint8Array<ArrayBuffer>;
  pin?: Uint8Array<ArrayBuffer>;
  token?: { module: string; libraryParameters?: string; serial?: string };
  confirmLastTry?: boolean;
}

export interface OpeningHandle {
  /** Null while something is missing; the field that misses has the focus then. */
  take(): Opening | null;
  focus(): void;
}

export const slotKinds = {
  passphrase: 'passphrase',
  hsm: 'HSM and its PIN',
  combined: 'passphrase, HSM and its PIN',
} as const satisfies Record<Slot['kind'], string>;

const saySlot = ({ label, kind, tokenSerial }: Slot): string =>
  `${label === slotKinds[kind] ? label : `${label}: ${slotKinds[kind]}`}${tokenSerial === null ? '' : `, token ${tokenSerial}`}`;

/**
 * Asks for what opens a keystore, by the slots its header shows. Secrets stay in their fields until
 * they are taken. `failure` is how the last try ended: some of them need one more answer.
 */
export function OpeningFields({
  ref,
  slots,
  failure,
  disabled = false,
  autoFocus = false,
}: {
  readonly ref: Ref<OpeningHandle>;
  readonly slots: readonly Slot[];
  readonly failure: Failure | null;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
}) {
  const opening = useOpening(slots, failure);
  const { slot, needs, place, sure, missing } = opening;
  const capsLock = useCapsLock();
  const id = useId();
  useImperativeHandle(ref, () => ({ take: opening.take, focus: opening.focus }));
  return (
    <div className={styles['fields']}>
      {slots.length > 1 ? (
        <TextField
          select
          id={`${id}-slot`}
          label="Open with"
          value={slot?.id ?? ''}
          disabled={disabled}
          onChange={(event) => opening.choose(event.target.value)}
        >
          {slots.map((each) => (
            <MenuItem key={each.id} value={each.id}>
              {saySlot(each)}
            </MenuItem>
          ))}
        </TextField>
      ) : null}
      {opening.askPlace ? (
        <TokenPlaceFields place={place} onChange={opening.setPlace} disabled={disabled} />
      ) : null}
      {opening.lastTry ? (
        <Agreement checked={sure} onChange={opening.setSure} disabled={disabled}>
          I have looked: it is the right token{slot?.tokenSerial ? ` (${slot.tokenSerial})` : ''},
          and I am sure of its PIN. Try it although the token may lock.
        </Agreement>
      ) : null}
      {needs('passphrase') ? (
        <SecretField
          ref={opening.passphrase}
          label="Passphrase"
          autoFocus={autoFocus}
          disabled={disabled}
          invalid={missing !== null}
          onTyped={opening.onTyped('passphrase')}
        />
      ) : null}
      {needs('hsm') ? (
        <SecretField
          ref={opening.pin}
          label="PIN of the HSM"
          help={slot?.tokenSerial ? `Of the token with serial ${slot.tokenSerial}.` : ''}
          autoFocus={autoFocus && !needs('passphrase')}
          disabled={disabled}
          invalid={missing !== null}
          onTyped={opening.onTyped('pin')}
        />
      ) : null}
      <p role="status" className={styles['hint']}>
        {missing === null ? null : <span className="tone-attention">! {missing} </span>}
        {capsLock ? <span className="tone-attention">! Caps Lock is on.</span> : null}
      </p>
    </div>
  );
}

/** Which slot, which token, and what was typed: everything but the secrets themselves. */
function useOpening(slots: readonly Slot[], failure: Failure | null) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [place, setPlace] = useState(noPlace);
  const [sure, setSure] = useState(false);
  const [missing, setMissing] = useState<string | null>(null);
  const [typed, setTyped] = useState({ passphrase: 0, pin: 0 });
  const passphrase = useRef<SecretHandle>(null);
  const pin = useRef<SecretHandle>(null);
  const slot = slots.find((each) => each.id === chosen) ?? slots[0] ?? null;
  // A header that cannot be read shows no slots: then everything may be asked for.
  const needs = (what: 'passphrase' | 'hsm'): boolean =>
    slot === null ? what === 'passphrase' : slot.kind === what || slot.kind === 'combined';
  // Once somebody has said where it is, it is sent with every further try.
  const askPlace =
    needs('hsm') && (place.module !== '' || (failure !== null && placeUnknown.has(failure.code)));
  const lastTry = failure?.code === 'HSM_PIN_LAST_TRY';

  const miss = (why: string, field: SecretHandle | null): null => {
    setMissing(why);
    field?.focus();
    return null;
  };
  const take = (): Opening | null => {
    if (lastTry && !sure) return miss('Say first that you are sure of the PIN.', null);
    if (needs('passphrase') && typed.passphrase === 0)
      return miss('Type the passphrase.', passphrase.current);
    if (needs('hsm') && typed.pin === 0) return miss('Type the PIN.', pin.current);
    const opening: Opening = {};
    const phrase = needs('passphrase') ? passphrase.current?.take() : null;
    const number = needs('hsm') ? pin.current?.take() : null;
    if (phrase) opening.passphrase = phrase;
    if (number) opening.pin = number;
    if (slot && slots.length > 1) opening.slot = slot.id;
    const token = askPlace ? placeGiven(place) : null;
    if (token) opening.token = token;
    if (lastTry) opening.confirmLastTry = true;
    setMissing(null);
    setSure(false);
    return opening;
  };
  const onTyped = (field: 'passphrase' | 'pin') => (length: number) => {
    setTyped((before) => ({ ...before, [field]: length }));
    if (length > 0) setMissing(null);
  };
  const focus = (): void => (needs('passphrase') ? passphrase : pin).current?.focus();
  return {
    slot,
    needs,
    place,
    setPlace,
    askPlace,
    sure,
    setSure,
    lastTry,
    missing,
    passphrase,
    pin,
    take,
    focus,
    onTyped,
    choose: setChosen,
  };
}

/** Failures after which somebody must say where the token is. */
const placeUnknown: ReadonlySet<Failure['code']> = new Set([
  'HSM_NOT_ATTACHED',
  'HSM_MODULE_UNUSABLE',
  'HSM_UNAVAILABLE',
  'HSM_WRONG_TOKEN',
]);
