import type { z } from 'zod';
import type { backupReport } from '../../../shared/contract/keystore.ts';
import { sameDiskRemark } from '../../../shared/text/backup-place.ts';
import type { FullBackup } from '../store/backup/backups.ts';
import type { BackupReport } from '../store/backup/verify-backup.ts';

export type Report = z.output<typeof backupReport>;

/** A backup that was checked, as it is shown. */
export const reportOf = (found: BackupReport): Report => ({
  path: found.folder,
  storeId: found.manifest.storeId,
  realm: found.manifest.realm,
  takenAt: found.manifest.takenAt,
  lastIncrementAt: found.lastIncrementAt,
  commitNumber: found.commitNumber,
  keys: found.rows['key'] ?? 0,
  increments: found.increments,
  verified: true,
  remarks:
    found.tornBytes > 0
      ? [`the last entry was cut short: ${found.tornBytes} bytes count for nothing`]
      : [],
});

/** A full copy that was just made and read back; `lateAt`: when what came meanwhile was put behind it. */
export const reportOfFull = (
  { folder, manifest, rows, sameDisk }: FullBackup,
  lateAt: number | null,
): Report => ({
  ...reportOf({
    folder,
    manifest,
    rows,
    increments: lateAt === null ? 0 : 1,
    lastIncrementAt: lateAt,
    commitNumber: manifest.commitNumber,
    tornBytes: 0,
  }),
  remarks: sameDisk ? [sameDiskRemark] : [],
});
