import { type Ref, useImperativeHandle, useRef, useState } from 'react';
import { useCapsLock } from './caps-lock.ts';
import styles from './form.module.css';
import { SecretField, type SecretHandle } from './secret-field.tsx';

/** What a form holds of a new passphrase: the way to take its bytes once, if both fields agree. */
export interface NewPassphraseHandle {
  /** Null when it may not be used yet; the fields then say why. */
  take(): Uint8Array<ArrayBuffer> | null;
  focus(): void;
}

/** The core refuses shorter ones; said here before anything is sent. */
export const shortestPassphrase = 12;
const long = 20;

/** What can honestly be said of a passphrase nobody looks at: how long it is. */
function sayLength(length: number): string {
  if (length === 0)
    return `At least ${shortestPassphrase} characters; several words are easy to keep.`;
  if (length < shortestPassphrase) return `${length} of at least ${shortestPassphrase} characters.`;
  const judged = length < long ? 'long enough; more is harder to guess' : 'long';
  return `${length} characters: ${judged}. Only the length is looked at.`;
}

const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

/** A new passphrase, typed twice. Neither field's content ever leaves it but as bytes. */
export function NewPassphrase({
  ref,
  label = 'Passphrase',
  autoFocus = false,
  disabled = false,
}: {
  readonly ref: Ref<NewPassphraseHandle>;
  readonly label?: string;
  readonly autoFocus?: boolean;
  readonly disabled?: boolean;
}) {
  const first = useRef<SecretHandle>(null);
  const second = useRef<SecretHandle>(null);
  const [length, setLength] = useState(0);
  const [again, setAgain] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const capsLock = useCapsLock();

  const refuse = (why: string, field: SecretHandle | null): null => {
    setProblem(why);
    field?.focus();
    return null;
  };
  const take = (): Uint8Array<ArrayBuffer> | null => {
    if (length === 0) return refuse('Type a passphrase.', first.current);
    if (length < shortestPassphrase)
      return refuse(`Too short: ${sayLength(length)}`, first.current);
    if (again === 0) return refuse('Type it again below.', second.current);
    const [one, two] = [first.current?.take(), second.current?.take()];
    if (!one || !two) return refuse('Type it in both fields.', first.current);
    const agree = same(one, two);
    two.fill(0);
    if (agree) return one;
    one.fill(0);
    return refuse('The two were not the same. Type both again.', first.current);
  };
  useImperativeHandle(ref, () => ({ take, focus: () => first.current?.focus() }));
  const typed = (set: (length: number) => void) => (now: number) => {
    set(now);
    if (now > 0) setProblem(null);
  };
  return (
    <div className={styles['fields']}>
      <SecretField
        ref={first}
        label={label}
        help={sayLength(length)}
        autoFocus={autoFocus}
        disabled={disabled}
        invalid={problem !== null}
        onTyped={typed(setLength)}
      />
      <SecretField
        ref={second}
        label={`${label} again`}
        disabled={disabled}
        invalid={problem !== null}
        onTyped={typed(setAgain)}
      />
      <p role="status" className={styles['hint']}>
        {problem === null ? null : <span className="tone-attention">! {problem} </span>}
        {capsLock ? <span className="tone-attention">! Caps Lock is on.</span> : null}
      </p>
    </div>
  );
}
