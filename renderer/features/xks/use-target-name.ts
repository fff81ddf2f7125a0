import { useRead } from '../../state/reads.ts';

/** Name of the store, or of the key where one is meant. */
export function useTargetName(store: string, key: string | null): string {
  const stores = useRead('xksStore.list', {}).data?.stores ?? [];
  const keys = useRead('xksKey.list', {}, { enabled: key !== null }).data?.keys ?? [];
  const all: readonly { readonly id: string; readonly name: string }[] =
    key === null ? stores : keys;
  return all.find(({ id }) => id === (key ?? store))?.name ?? '';
}
