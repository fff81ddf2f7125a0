import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { sayMinute } from '../../../../shared/model/span.ts';
import type { LastUsage } from '../../cloud/answers.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';

const month = 30 * 86_400_000;

/** A plan may be made without the permission for GetKeyLastUsage; it says so then. Null: not read. */
export async function lastUse(
  connection: CloudConnection,
  kmsKeyId: string,
): Promise<LastUsage | null> {
  try {
    return await connection.lastUsage(kmsKeyId);
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}

/** Used within the last 30 days, for all that is known: a use that nobody could read counts. */
export const usedLately = (usage: LastUsage | null, now: number): boolean =>
  usage === null || (usage.usedAt !== null && now - usage.usedAt < month);

/** The last use as AWS reports it; nothing where it reports none. */
export function lastUseLines(usage: LastUsage | null): string[] {
  if (usage === null) return ['Last use could not be read (kms:GetKeyLastUsage)'];
  if (usage.usedAt === null) return [];
  return [`Last use AWS reports: ${usage.operation ?? 'a call'} on ${sayMinute(usage.usedAt)}`];
}
