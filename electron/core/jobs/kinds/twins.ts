import { quote } from '../../../../shared/text/isolate.ts';
import type { KeyWorks } from '../../../../shared/text/key-works.ts';
import type { Key } from '../../keystore/rows.ts';
import type { SameMaterial } from '../../keystore/same-material.ts';
import { worksOfKey } from './plan.ts';
import { shortId } from './reading.ts';
import type { DeedServices } from './services.ts';

/** `Version 1 of “ledger” (KMS key 12ab…34cd, Enabled) has this material, too` */
export function sayTwin(
  { groups }: Pick<DeedServices, 'groups'>,
  { key, remote, proved }: SameMaterial,
): string {
  const named = `Version ${key.version} of ${quote(groups.get(key.groupId).name)}`;
  const there =
    remote === null ? 'not in AWS' : `KMS key ${shortId(remote.kmsKeyId)}, ${remote.state}`;
  return proved
    ? `${named} (${there}) has this material, too`
    : `${named} (${there}) has this KCV, too: it is likely the same material`;
}

/** MACs are verified by another KMS key with this material, where there is one that AWS can use. */
export function worksWithout(key: Key, twins: readonly SameMaterial[]): KeyWorks {
  const works = worksOfKey(key);
  const goesOn = twins.some(({ remote }) => remote?.state === 'Enabled');
  return goesOn && key.usage === 'GENERATE_VERIFY_MAC' ? { ...works, outside: [] } : works;
}
