import { exportLog } from '../audit/export.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type AuditSearch, searchAudit } from '../audit/audit-search.ts';
import { verifyExport } from '../audit/verify-export.ts';
import { checkSegments } from '../xks/audit/check-segments.ts';
import { linkAction, linkFrom, type SegmentLink } from '../xks/audit/link.ts';
import { badFolder } from './xks-audit.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

/** The open keystore together with its audit log. */
export interface AuditAccess extends Access {
  log(): AuditLog;
}

/** By action alone there is an index; any other filter reads the log backwards, a stretch a page. */
function pageOf(open: OpenKeystore, log: AuditLog, search: AuditSearch) {
  if (search.actor !== '' || search.outcome !== '' || search.object !== '')
    return searchAudit(open.store, search);
  const records = log.page(search);
  const last = records.length === search.limit ? records.at(-1) : undefined;
  return { records, next: last && last.seq > 1 ? last.seq : null };
}

/** The audit log: read, exported with a signature, verified without any keystore. */
export const auditHandlers = (access: AuditAccess): HandlersOfNoun<'audit'> => ({
  list: (input) => {
    const open = access.open();
    const log = access.log();
    const state = log.state();
    const { records, next } = pageOf(open, log, input);
    return {
      records: records.map(
        ({ seq, at, actor, channel, action, objects, outcome, details, hash }) => ({
          seq,
          at,
          actor,
          channel,
          action,
          objects: [...objects],
          outcome,
          details: { ...details } as Record<string, never>,
          hash,
        }),
      ),
      size: state.size,
      head: state.head,
      signedSize: state.signedSize,
      signer: log.signedBy(),
      next,
    };
  },
  export: async (input) => {
    const open = access.open();
    // Where an HSM signs, it says itself what it waits for.
    if (access.log().signer === null) await open.deeds.vaults.ready('hsm');
    await open.desk.noteReach();
    open.audit('OK', [], { to: input.to });
    return exportLog(
      { store: open.store, log: access.log(), clock: open.clock, random: open.random },
      input.to,
    );
  },
  verify: async (input) => {
    const links: SegmentLink[] = [];
    const verdict = await verifyExport(input.file, input.fingerprint, ({ action, details }) => {
      const link = action === linkAction ? linkFrom(details) : null;
      if (link !== null) links.push(link);
    });
    const { folders, notGiven } = await checkSegments(input.segments, links).catch(badFolder);
    const fit = folders.every(({ faults }) => faults.length === 0);
    return {
      ...verdict,
      ok: verdict.ok && fit,
      status: verdict.status === 0 && !fit ? 1 : verdict.status,
      remarks: [...verdict.remarks],
      segments: folders.map(({ faults, ...each }) => ({ ...each, faults: [...faults] })),
      segmentsNotGiven: [...notGiven],
    };
  },
});
