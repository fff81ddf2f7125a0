import { type RefObject, useRef, useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useDeed } from '../../state/reads.ts';
import type { SecretHandle } from '../../ui/secret-field.tsx';
import type { TlsForm } from './credential-tls-form.ts';

const largestKey = 16_384;

export interface SavingTls {
  readonly key: RefObject<File | null>;
  readonly passphrase: RefObject<SecretHandle | null>;
  readonly busy: boolean;
  readonly failure: Failure | null;
  /** The key's file could not be read by the browser, or is no such file by its size. */
  readonly keyProblem: string | null;
  readonly forget: () => void;
  readonly run: (credential: string, form: TlsForm) => Promise<boolean>;
}

/** Takes the private key and its passphrase from where they are, at the moment of the call, and keeps none. */
export function useCredentialTls(): SavingTls {
  const set = useDeed('credential.setTls');
  const reset = useDeed('credential.resetTls');
  const key = useRef<File | null>(null);
  const passphrase = useRef<SecretHandle | null>(null);
  const [keyProblem, setKeyProblem] = useState<string | null>(null);

  const keyBytes = async (): Promise<Uint8Array<ArrayBuffer> | null> => {
    const chosen = key.current;
    if (!chosen || chosen.size === 0 || chosen.size > largestKey) {
      setKeyProblem('This is no private key: the file is empty or larger than 16 KB.');
      return null;
    }
    try {
      return new Uint8Array(await chosen.arrayBuffer());
    } catch {
      setKeyProblem('The file of the key can no longer be read. Choose it again.');
      return null;
    }
  };
  const clientOf = async ({ client, certificate }: TlsForm) => {
    if (client !== 'new') return client === 'kept' ? ('kept' as const) : null;
    const privateKey = await keyBytes();
    if (privateKey === null) return undefined;
    const typed = passphrase.current?.take();
    return { certificate, privateKey, ...(typed ? { passphrase: typed } : {}) };
  };
  const run: SavingTls['run'] = async (credential, form) => {
    setKeyProblem(null);
    if (form.trusted === 'amazon') return (await reset.run({ credential })) !== null;
    const client = await clientOf(form);
    if (client === undefined) return false;
    const { ca, validateHost, knowing, knowingAnyHost } = form;
    const trust = { trustAuthority: knowing, trustAnyHost: !validateHost && knowingAnyHost };
    return (await set.run({ credential, ca, validateHost, client, ...trust })) !== null;
  };
  return {
    key,
    passphrase,
    keyProblem,
    run,
    busy: set.busy || reset.busy,
    failure: set.failure ?? reset.failure,
    forget: () => {
      set.forget();
      reset.forget();
    },
  };
}
