import { AuditLog } from '../audit/audit-log.ts';
import type { Caller } from '../core.ts';
import { createSettings } from '../keystore/settings.ts';
import type { HostPorts } from '../ports.ts';
import { restore } from '../store/backup/restore.ts';
import { verifyBackup } from '../store/backup/verify-backup.ts';
import type { UnlockWith } from '../store/slots/slot-kinds.ts';
import { type Report, reportOf } from './backup-report.ts';

/** Checks every part of a backup; no keystore needs to be open. */
export async function verifyBackupAt(
  ports: Pick<HostPorts, 'clock'>,
  from: string,
  unlock: UnlockWith,
): Promise<Report> {
  return reportOf(await verifyBackup(from, unlock, ports.clock));
}

/**
 * Makes a keystore from a backup: a new incarnation, no device designated, inherited jobs to be
 * reviewed before they go on (the job engine sees that they are of another incarnation).
 */
export async function restoreKeystore(
  ports: HostPorts,
  spec: {
    readonly from: string;
    readonly to: string;
    readonly unlock: UnlockWith;
    readonly caller: Caller;
  },
): Promise<void> {
  await restore({
    from: spec.from,
    to: spec.to,
    unlock: spec.unlock,
    clock: ports.clock,
    random: ports.random,
    onRestored: (store, report) => {
      const settings = createSettings(store);
      settings.write('designated', null);
      new AuditLog({ store, clock: ports.clock, log: ports.log }).append({
        action: 'keystore.restore',
        actor: spec.caller.actor,
        host: spec.caller.host,
        channel: spec.caller.channel,
        outcome: 'OK',
        details: {
          from: report.folder,
          commit: report.manifest.commitNumber,
          increments: report.increments,
        },
      });
    },
  });
}
