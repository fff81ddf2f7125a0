import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Call } from '../../client/client.ts';

export type KeyView = OutputFor<'key.list'>['keys'][number];

/** Every key of a group, however many. @throws OperationError, LinkLost */
export async function keysOfGroup(call: Call, group: string): Promise<readonly KeyView[]> {
  const keys: KeyView[] = [];
  for (let after: string | null = null; ; ) {
    const page: OutputFor<'key.list'> = await call('key.list', { group, limit: 500, after });
    keys.push(...page.keys);
    if (page.next === null) return keys;
    after = page.next;
  }
}
