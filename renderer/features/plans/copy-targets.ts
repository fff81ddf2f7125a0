import { useQuery } from '@tanstack/react-query';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useHost } from '../../state/host.tsx';
import { failureOf } from '../../state/reads.ts';
import { everyGroupSource, type GroupCells } from '../key-groups/tree-sources.ts';

type KeyDetail = OutputFor<'key.show'>;

/** Key groups that a key can be copied to. */
export interface CopyTargets {
  readonly groups: readonly GroupCells[];
  /** They were read. */
  readonly known: boolean;
  readonly failure: Failure | null;
  /** Where the group of the key itself stands; null: at the top. */
  readonly folder: string | null;
}

/** Whether a group takes this key, as far as the window can tell; the plan looks at the rest. */
export const takesCopy = (
  group: GroupCells,
  key: Pick<KeyDetail, 'groupId' | 'keyType' | 'keyLength' | 'keyUsage' | 'storage'>,
): boolean =>
  group.id !== key.groupId &&
  group.keyType === key.keyType &&
  group.keyLength === key.keyLength &&
  group.keyUsage === key.keyUsage &&
  group.storage === key.storage &&
  // A further version would be material that AWS rotates the one KMS key to.
  !(group.mapping === 'material' && group.keys > 0);

/** Every group that takes this key, by its path; none before the first answer. */
export function useCopyTargets(key: KeyDetail | null): CopyTargets {
  const { call } = useHost();
  const source = everyGroupSource(call);
  const { data, error } = useQuery({ queryKey: source.key, queryFn: source.read });
  const groups = data ?? [];
  return {
    groups:
      key === null
        ? []
        : groups
            .filter((group) => takesCopy(group, key))
            .toSorted((one, other) => one.path.localeCompare(other.path)),
    known: data !== undefined && key !== null,
    failure: error ? failureOf(error) : null,
    folder: groups.find(({ id }) => id === key?.groupId)?.folderId ?? null,
  };
}
