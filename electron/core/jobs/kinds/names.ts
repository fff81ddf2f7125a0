import type { CallContext } from '../../cloud/cloud.ts';
import { readHolder, type OpenKey } from './reading.ts';
import type { DeedServices } from './services.ts';

/**
 * An alias that names the KMS key now, through which applications may use it; null: none does. The
 * group's own first, then one the group had before or one that somebody else made.
 */
export async function aliasOf(
  services: DeedServices,
  { group, remote, connection }: Awaited<ReturnType<OpenKey>>,
  context: CallContext,
): Promise<string | null> {
  const own = `alias/${group.alias}`;
  const holder = await readHolder(services, connection, group, context);
  if (holder.kmsKeyId === remote.kmsKeyId) return own;
  const { aliases } = await connection.listAliases(remote.kmsKeyId, context);
  // the list may be older than what the alias itself just said
  return aliases.find(({ name }) => name !== own)?.name ?? null;
}
