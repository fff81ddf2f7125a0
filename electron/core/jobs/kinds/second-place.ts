import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { failureClause } from '../../../../shared/text/failures.ts';
import type { Checks } from './plan.ts';
import type { DeedServices } from './services.ts';

type Services = Pick<DeedServices, 'store' | 'safety'>;

/**
 * Looks, before a key is made, whether the second place would take it.
 * @throws OperationError BACKUP_PLACE_MISSING, BACKUP_PLACE_UNUSABLE, BACKUP_INVALID
 */
export function requireSecondPlace({ store, safety }: Services): void {
  if (safety.place === null && store.realm === 'real')
    throw new OperationError('BACKUP_PLACE_MISSING');
  const trouble = safety.trouble();
  if (trouble !== null) throw trouble;
}

/** The same for a plan: a key is made and kept for nothing where the backup then does not take it. */
export function lookAtBackup(services: Services, checks: Checks): void {
  const { place } = services.safety;
  try {
    requireSecondPlace(services);
    checks.ok(
      place === null
        ? 'No backup place: allowed in a practice keystore'
        : `Backup folder: ${place}`,
    );
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    checks.fail(
      error,
      place === null
        ? 'No backup place is chosen'
        : `Backup folder ${place} takes no key now: ${failureClause(error)}`,
    );
  }
}
