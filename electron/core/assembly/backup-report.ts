import type { z } from 'zod';
import type { backupReport } from '../../../shared/contract/keystore.ts';
import type { FullBackup } from '../store/backup/backups.ts';
import type { BackupReport } from '../store/backup/verify-backup.ts';

export type Report = z.output<typeof backupReport>;

/** A backup that was checked, as it is shown. */
export const reportOf = (found: BackupReport): Report => ({
  path: found.folder,
  storeId: found.manifest.storeId,
  realm: found.manifest.realm,
  takenAt: found.manifest.takenAt,
  commitNumber: found.commitNumber,
  keys: found.rows['key'] ?? 0,
  increments: found.increments,
  verified: true,
  remarks:
    found.tornBytes > 0
      ? [`the last entry was cut short: ${found.tornBytes} bytes count for nothing`]
      : [],
});

/** A full copy that was just made and read back. */
export const reportOfFull = ({ folder, manifest, rows }: FullBackup, increments: number): Report =>
  reportOf({
    folder,
    manifest,
    rows,
    increments,
    lastIncrementAt: null,
    commitNumber: manifest.commitNumber,
    tornBytes: 0,
  });
