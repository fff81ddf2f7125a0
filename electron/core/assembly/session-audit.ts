import type { AuditLog } from '../audit/audit-log.ts';
import type { JobEvent } from '../jobs/events.ts';
import type { AuditSink } from './call-context.ts';

/** Audit entries of calls, into the log of the open keystore. */
export const auditSink =
  (log: AuditLog): AuditSink =>
  (entry) => {
    log.append({
      action: entry.action,
      actor: entry.caller.actor,
      host: entry.caller.host,
      channel: entry.caller.channel,
      objects: entry.objects,
      requestHash: entry.requestHash,
      outcome: entry.outcome,
      details: entry.details,
    });
  };

/** What a job did, in the transaction that makes it so. */
export function auditJobEvent(log: AuditLog, host: string, event: JobEvent): void {
  const { jobId, jobNumber, kind } = event;
  const about = { action: `job.${event.type}` as const, host, objects: [jobId] };
  const base = { job: jobNumber, kind };
  switch (event.type) {
    case 'enqueued':
    case 'cancel-asked':
    case 'continued':
    case 'retried':
      log.append({
        ...about,
        actor: event.by.actor,
        channel: event.by.channel,
        outcome: 'OK',
        details: base,
      });
      return;
    case 'intent': {
      const details = { ...base, step: event.step, attempt: event.attempt };
      log.append({ ...about, actor: 'job', channel: 'job', outcome: 'BEGUN', details });
      return;
    }
    case 'outcome': {
      const details = { ...base, step: event.step, fate: event.fate };
      log.append({
        ...about,
        actor: 'job',
        channel: 'job',
        outcome: event.failure?.code ?? 'OK',
        details,
      });
      return;
    }
    case 'state': {
      const details = { ...base, from: event.from, to: event.to };
      log.append({
        ...about,
        actor: 'job',
        channel: 'job',
        outcome: event.failure?.code ?? 'OK',
        details,
      });
      return;
    }
  }
}

/** What a keystore begins by itself after unlocking: its practice KMS. */
export function auditBeginning(
  audit: AuditLog,
  host: string,
  objects: readonly string[],
  details: Readonly<Record<string, string>>,
): void {
  audit.append({
    action: 'practice.start',
    actor: 'unlock',
    host,
    channel: 'scheduler',
    objects,
    requestHash: null,
    outcome: 'OK',
    details,
  });
}
