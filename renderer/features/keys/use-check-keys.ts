import { useCallback, useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { counted } from '../../../shared/text/counted.ts';
import { keyStates } from '../../../shared/text/states.ts';
import { useHost } from '../../state/host.tsx';
import { useNotices } from '../../state/notices.ts';
import { failureOf } from '../../state/reads.ts';

type KeyView = OutputFor<'key.list'>['keys'][number];

/** What AWS said of keys that were asked about, in one line. */
function sayChecked(found: readonly Pick<KeyView, 'state'>[], of: string) {
  const odd = found.filter(({ state }) => keyStates[state].tone === 'attention').length;
  const rest = odd === 0 ? '' : ` ${odd === found.length ? 'Each' : `${odd} of them`} needs you.`;
  return {
    text: `Read ${counted(found.length, 'key')} of ${of} from AWS.${rest}`,
    tone: odd === 0 ? ('good' as const) : ('attention' as const),
  };
}

/**
 * Asks AWS about keys, one after the other, and says what it answered. The keys without a copy in
 * AWS are left out.
 */
export function useCheckKeys() {
  const { call } = useHost();
  const notice = useNotices((state) => state.say);
  const [failure, setFailure] = useState<Failure | null>(null);

  const check = useCallback(
    async (asked: readonly KeyView[], of: string): Promise<void> => {
      setFailure(null);
      const inAws = asked.filter(({ remote }) => remote !== null);
      notice({
        text: `Asking AWS about ${counted(inAws.length, 'key')} of ${of}.`,
        jobId: null,
        tone: 'quiet',
      });
      const found: KeyView[] = [];
      try {
        for (const key of inAws) found.push(await call('key.check', { key: key.id }));
        notice({ ...sayChecked(found, of), jobId: null });
      } catch (error) {
        setFailure(failureOf(error));
      }
    },
    [call, notice],
  );

  const checkGroups = useCallback(
    async (groups: readonly { readonly id: string; readonly name: string }[]): Promise<void> => {
      try {
        const asked: KeyView[] = [];
        for (const { id } of groups)
          asked.push(...(await call('key.list', { group: id, limit: 500 })).keys);
        const [first] = groups;
        const of = groups.length === 1 && first ? first.name : `${groups.length} groups`;
        await check(asked, of);
      } catch (error) {
        setFailure(failureOf(error));
      }
    },
    [call, check],
  );
  return { check, checkGroups, failure, forget: () => setFailure(null) };
}
