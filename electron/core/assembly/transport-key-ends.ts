import type { AuditLog } from '../audit/audit-log.ts';
import type { TransportKeys } from '../keystore/transport-keys.ts';

export interface TransportKeyEndsParts {
  readonly transportKeys: Pick<TransportKeys, 'destroyOld'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly host: string;
  readonly changed: (what: 'group', id: string) => void;
}

/** Destroys the transport keys whose days are over; nobody gave them up, so the audit log says it of each. */
export function endTransportKeys({
  transportKeys,
  audit,
  host,
  changed,
}: TransportKeyEndsParts): void {
  transportKeys.destroyOld(({ groupId, fingerprint }) => {
    audit.append({
      action: 'group.transportKeyOver',
      actor: 'schedule',
      host,
      channel: 'scheduler',
      objects: [groupId],
      requestHash: null,
      outcome: 'DESTROYED',
      details: { transportKey: fingerprint },
    });
    changed('group', groupId);
  });
}
