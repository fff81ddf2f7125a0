import type { Handlers } from '../../shared/contract/index.ts';
import { hsmHandlers } from './assembly/hsm-handlers.ts';
import { practiceHandlers } from './assembly/practice-handlers.ts';
import { controlAt } from './assembly/practice-room/control.ts';
import type { Session } from './assembly/session.ts';
import type { Caller, CoreConfig } from './core.ts';
import { approvalHandlers, approverHandlers } from './operations/approvals.ts';
import { auditHandlers } from './operations/audit.ts';
import { credentialHandlers } from './operations/credentials.ts';
import { deviceHandlers } from './operations/device.ts';
import { folderHandlers } from './operations/folders.ts';
import { groupHandlers } from './operations/groups.ts';
import { jobHandlers } from './operations/jobs.ts';
import { keyHandlers } from './operations/keys.ts';
import { scanHandlers } from './operations/scan.ts';
import { settingHandlers } from './operations/settings.ts';
import { xksHandlers, xksRuleHandlers } from './operations/xks.ts';
import { xksAuditHandlers } from './operations/xks-audit.ts';
import { xksCertificateHandlers } from './operations/xks-certificate.ts';
import { xksKeyHandlers } from './operations/xks-keys.ts';
import { xksStoreHandlers } from './operations/xks-stores.ts';
import type { HostPorts } from './ports.ts';

export type OpenedHandlers = Omit<Handlers<Caller>, 'session' | 'keystore'>;

/** The handlers of everything that is asked of an open keystore, with all they stand on. */
export function openedHandlers(
  session: Session,
  ports: HostPorts,
  { kdfCost }: Pick<CoreConfig, 'kdfCost'>,
): OpenedHandlers {
  const access = { open: () => session.opened.open };
  const control = controlAt(() => session.opened.practice.controlUrl());
  return {
    hsm: hsmHandlers(session, ports),
    credential: credentialHandlers(access),
    folder: folderHandlers(access),
    group: groupHandlers(access),
    key: keyHandlers(access),
    scan: scanHandlers(access),
    job: jobHandlers({
      ...access,
      engine: () => session.opened.jobs,
      work: () => session.work(),
    }),
    device: deviceHandlers(access),
    audit: auditHandlers({ ...access, log: () => session.opened.audit }),
    setting: settingHandlers({
      ...access,
      settingsChanged: () => session.settingsChanged(),
    }),
    approver: approverHandlers(access, kdfCost),
    approval: approvalHandlers(access),
    practice: practiceHandlers(session, ports),
    xks: {
      ...xksHandlers(access),
      ...xksCertificateHandlers(access),
      ...xksAuditHandlers({
        ...access,
        history: (since) => control.get('/events', { since, limit: 10_000 }),
      }),
    },
    xksStore: xksStoreHandlers(access),
    xksKey: xksKeyHandlers(access),
    xksRule: xksRuleHandlers(access),
  };
}
