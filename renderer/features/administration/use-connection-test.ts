import { useEffect, useEffectEvent, useRef, useState } from 'react';
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

/**
 * Asks AWS who a credential is. How the last test failed is not shown any more once the credential is
 * no longer said to be refused: another test went well, or what it was tested with was changed. Asked on a
 * page it goes on while another is open, for the bottom line tells how it went; in a dialog it ends with it.
 */
export function useConnectionTest(
  credentials: readonly Credential[] = [],
  where: { readonly whileShown?: boolean } = {},
): ConnectionTest {
  const test = useDeed('credential.test', where);
  const [asked, setAsked] = useState<string | null>(null);
  const stands = credentials.find(({ id }) => id === asked)?.connection ?? null;
  const stood = useRef(stands);
  const forget = useEffectEvent(() => test.forget());
  useEffect(() => {
    if (stood.current === 'Not Connected' && stands !== 'Not Connected') forget();
    stood.current = stands;
  }, [stands]);
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
