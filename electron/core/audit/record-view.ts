import type { AuditRecordView } from './audit-log.ts';

/** A kept record as it is shown: without what only the chain needs. */
export function viewRecord({
  body,
  hash,
}: {
  readonly body: string;
  readonly hash: Buffer;
}): AuditRecordView {
  const {
    v: _v,
    prev: _prev,
    ...shown
  } = JSON.parse(body) as AuditRecordView & { v: 1; prev: string };
  return { ...shown, hash: hash.toString('hex') };
}
