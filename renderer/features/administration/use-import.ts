import { type RefObject, useRef, useState } from 'react';
import { useDeed } from '../../state/reads.ts';
import type { SecretHandle } from '../../ui/secret-field.tsx';
import type { Credential } from './credential-words.ts';
import { addressOf, type ImportForm } from './import-form.ts';

const largestFile = 65_536;

export interface Importing {
  readonly file: RefObject<File | null>;
  readonly secret: RefObject<SecretHandle | null>;
  readonly session: RefObject<SecretHandle | null>;
  readonly busy: boolean;
  readonly failure: ReturnType<typeof useDeed<'credential.import'>>['failure'];
  /** The file could not be read by the browser, or is no such file by its size. */
  readonly fileProblem: string | null;
  readonly run: (form: ImportForm, realm: 'practice' | 'real') => Promise<Credential | null>;
}

/** Takes the secret parts from where they are, at the moment of the call, and keeps none. */
export function useImport(): Importing {
  const deed = useDeed('credential.import');
  const file = useRef<File | null>(null);
  const secret = useRef<SecretHandle | null>(null);
  const session = useRef<SecretHandle | null>(null);
  const [fileProblem, setFileProblem] = useState<string | null>(null);

  const bytesOfFile = async (): Promise<Uint8Array<ArrayBuffer> | null> => {
    const chosen = file.current;
    if (!chosen) return null;
    if (chosen.size === 0 || chosen.size > largestFile) {
      setFileProblem('This is not the file that AWS gives: it is empty or larger than 64 KB.');
      return null;
    }
    try {
      return new Uint8Array(await chosen.arrayBuffer());
    } catch {
      setFileProblem('The file can no longer be read. Choose it again.');
      return null;
    }
  };
  const run: Importing['run'] = async (form, realm) => {
    setFileProblem(null);
    const common = { name: form.name.trim(), ...addressOf(form, realm) };
    switch (form.kind) {
      case 'csv': {
        const bytes = await bytesOfFile();
        return bytes ? deed.run({ kind: 'csv', file: bytes, ...common }) : null;
      }
      case 'keys': {
        const secretAccessKey = secret.current?.take();
        if (!secretAccessKey) return null;
        const sessionToken = session.current?.take();
        const accessKeyId = form.accessKeyId.trim();
        const typed = { kind: 'keys', accessKeyId, secretAccessKey, ...common } as const;
        return deed.run(sessionToken ? { ...typed, sessionToken } : typed);
      }
      case 'profile':
        return deed.run({ kind: 'profile', profile: form.profile.trim(), ...common });
      case 'assume-role': {
        const externalId = form.externalId.trim();
        const mfaSerial = form.mfaSerial.trim();
        return deed.run({
          kind: 'assume-role',
          source: form.source,
          roleArn: form.roleArn.trim(),
          ...(externalId === '' ? {} : { externalId }),
          ...(mfaSerial === '' ? {} : { mfaSerial }),
          ...common,
        });
      }
    }
  };
  return { file, secret, session, busy: deed.busy, failure: deed.failure, fileProblem, run };
}
