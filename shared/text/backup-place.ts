import type { Failure } from '../errors/operation-error.ts';
import { renderFailure } from './failures.ts';

interface Place {
  readonly place: string | null;
  readonly trouble: Failure | null;
  readonly sameDisk: boolean | null;
  readonly lastFullAt: number | null;
}

/** What is said of a backup whose place is no second disk. */
export const sameDiskRemark =
  'The place is on the same disk as the keystore: one broken or stolen disk takes both. Choose a folder on another disk.';

/** What is wrong with the place for backups just now; null where it can be read and is another disk. */
export function placeTroubleText({ trouble, sameDisk }: Place): string | null {
  if (trouble !== null) return renderFailure(trouble).headline;
  return sameDisk === true ? sameDiskRemark : null;
}

/** What stands in place of the time of the last full backup; null where that time is known. */
export function noFullBackupText({ place, trouble, lastFullAt }: Place): string | null {
  if (lastFullAt !== null) return null;
  if (place === null) return 'never';
  return trouble === null ? 'none in this place' : 'not known while the place cannot be read';
}
