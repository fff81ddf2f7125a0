import { useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import type { Credential } from './credential-words.ts';

export interface ConnectionTest {
  readonly run: (credential: Pick<Credential, 'id' | 'name'>) => Promise<boolean>;
  readonly busy: boolean;
  /** How the last test of this credential failed; null when it did not. */
  readonly failureOf: (credentialId: string) => Failure | null;
}

/** Asks AWS who a credential is. */
export function useConnectionTest(): ConnectionTest {
  const test = useDeed('credential.test');
  const [asked, setAsked] = useState<string | null>(null);
  return {
    busy: test.busy,
    run: async ({ id, name }) => {
      setAsked(id);
      const answer = await test.run({ credential: id });
      if (answer) say(`${name} is connected: account ${answer.account ?? 'not told'}.`);
      return answer !== null;
    },
    failureOf: (id) => (asked === id ? test.failure : null),
  };
}
