import { hostname } from 'node:os';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Logger } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { goesOn, linkAction, linkFrom, type SegmentLink } from '../xks/audit/link.ts';

/**
 * Links the audit of proxies into the keystore's own: a record says how far the segments of a proxy
 * reached, so that nobody who can write its folder can take back or rewrite what lies before.
 */
export class XksLinks {
  readonly #parts: { readonly store: Store; readonly audit: AuditLog; readonly log: Logger };
  #last: Map<string, SegmentLink> | null = null;

  constructor(parts: { store: Store; audit: AuditLog; log: Logger }) {
    this.#parts = parts;
  }

  /** Nothing is written where nothing came since. A keystore that takes no change waits. */
  note(now: SegmentLink): void {
    const { store, audit, log } = this.#parts;
    if (store.condition !== 'verified') return;
    this.#last ??= this.#read();
    const { node } = now;
    const before = this.#last.get(node);
    if (before?.segment === now.segment && before.head === now.head) return;
    const fits = before === undefined || goesOn(before, now);
    if (!fits) log.log('error', 'xks.audit.taken-back', { node, records: now.records });
    audit.append({
      action: linkAction,
      actor: 'link',
      host: hostname(),
      channel: 'scheduler',
      outcome: fits ? 'OK' : 'XKS_AUDIT_BROKEN',
      details: { ...now, ...(fits ? {} : { before: before.records, name: node }) },
    });
    this.#last.set(node, now);
  }

  /** The newest of each proxy; one that wrote nothing for very long begins without. */
  #read(): Map<string, SegmentLink> {
    const bodies = this.#parts.store.db
      .prepare<[string], string>(
        `select body from audit_record where action = ?
         and action not in ('job.intent', 'job.outcome', 'job.state') order by seq desc limit 1000`,
      )
      .pluck();
    const last = new Map<string, SegmentLink>();
    for (const body of bodies.iterate(linkAction)) {
      const link = linkFrom((JSON.parse(body) as { details: unknown }).details);
      if (link !== null && !last.has(link.node)) last.set(link.node, link);
    }
    return last;
  }
}
