import { useCallback } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import { useHost } from '../../state/host.tsx';
import { checkInTurn, useCheckFailure } from './checking.ts';
import { type KeyView, keysOfGroup } from './keys-of-group.ts';

const forget = (): void => useCheckFailure.setState({ failure: null });

/** Checks keys, or all keys of groups, against AWS; what ended the last check early stands beside. */
export function useCheckKeys() {
  const { call } = useHost();
  const failure = useCheckFailure((state) => state.failure);

  const check = useCallback(
    (asked: readonly KeyView[], of: string): Promise<void> =>
      checkInTurn(call, async () => asked, of),
    [call],
  );

  const checkGroups = useCallback(
    (groups: readonly { readonly id: string; readonly name: string }[]): Promise<void> => {
      const [first] = groups;
      const of = groups.length === 1 && first ? first.name : `${sayCount(groups.length)} groups`;
      const read = async (): Promise<readonly KeyView[]> => {
        const keys: KeyView[] = [];
        for (const { id } of groups) keys.push(...(await keysOfGroup(call, id)));
        return keys;
      };
      return checkInTurn(call, read, of);
    },
    [call],
  );
  return { check, checkGroups, failure, forget };
}
