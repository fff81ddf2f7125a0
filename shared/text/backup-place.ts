import type { Failure } from '../errors/operation-error.ts';
import { renderFailure } from './failures.ts';

interface Place {
  readonly place: string | null;
  readonly trouble: Failure | null;
  readonly lastFullAt: number | null;
}

/** What is wrong with the place for backups just now; null where it can be read. */
export const placeTroubleText = ({ trouble }: Place): string | null =>
  trouble === null ? null : renderFailure(trouble).headline;

/** What stands in place of the time of the last full backup; null where that time is known. */
export function noFullBackupText({ place, trouble, lastFullAt }: Place): string | null {
  if (lastFullAt !== null) return null;
  if (place === null) return 'never';
  return trouble === null ? 'none in this place' : 'not known while the place cannot be read';
}
