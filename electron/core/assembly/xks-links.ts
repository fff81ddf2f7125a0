import { hostname } from 'node:os';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Logger } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { firstFault, type SegmentFault } from '../xks/audit/check-segments.ts';
import { goesOn, linkAction, linkFrom, type SegmentLink } from '../xks/audit/link.ts';

/** How far the log follows one proxy. */
export interface LinkStanding {
  /** Records of the proxy that the log vouches for. */
  readonly linked: number;
  /** When that was noted. */
  readonly at: number;
  /** What lies between two links is being read now. */
  readonly reading: boolean;
  /** Records were found to be lost or changed. */
  readonly broken: boolean;
}

interface Followed {
  /** The newest up to which every line was read, and those noted since. Empty: never linked. */
  links: readonly SegmentLink[];
  /** When the last of them was noted. */
  at: number;
  broken: boolean;
}

/**
 * Links the audit of proxies into the keystore's own: a record says how far the segments of a proxy
 * reached, so that nobody who can write its folder can take back or rewrite what lies before. What
 * lies between two of them is read as well, for a chain that was written anew reaches as far.
 */
export class XksLinks {
  readonly #parts: { readonly store: Store; readonly audit: AuditLog; readonly log: Logger };
  #nodes: Map<string, Followed> | null = null;
  readonly #reading = new Set<string>();
  #line: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(parts: { store: Store; audit: AuditLog; log: Logger }) {
    this.#parts = parts;
  }

  /**
   * Nothing is written where nothing came since. A keystore that takes no change waits. What lies
   * between is read the next time somebody has time for it.
   */
  note(now: SegmentLink): void {
    if (this.#parts.store.condition !== 'verified') return;
    const { links } = this.#of(now.node);
    const before = links.at(-1);
    if (same(before, now)) return;
    const fits = before === undefined || goesOn(before, now);
    this.#append(now, { read: false, fault: fits ? null : { before: before.records } });
  }

  /** As {@link note}, and every line between this link and those before is read and must fit. */
  follow(now: SegmentLink, folder: string): Promise<void> {
    const mine = this.#line.then(() => this.#follow(now, folder));
    this.#line = mine.catch(() => undefined);
    return mine;
  }

  /** Null for a proxy that was never linked. */
  standing(node: string): LinkStanding | null {
    const { links, at, broken } = this.#of(node);
    const linked = links.at(-1)?.records;
    return linked === undefined ? null : { linked, at, reading: this.#reading.has(node), broken };
  }

  /** Nothing is noted any more; what is being read is left. */
  close(): void {
    this.#closed = true;
  }

  async #follow(now: SegmentLink, folder: string): Promise<void> {
    const { store } = this.#parts;
    if (this.#closed || store.condition !== 'verified') return;
    const followed = this.#of(now.node);
    const { links } = followed;
    const before = links.at(-1);
    if (links.length === 1 && same(before, now)) return;
    // fewer than there were: told at once, and nothing to read for
    if (before !== undefined && !goesOn(before, now)) return this.note(now);
    const all = same(before, now) ? links : [...links, now];
    this.#reading.add(now.node);
    try {
      const fault = await firstFault(folder, all, links.length === 0);
      if (this.#closed || store.condition !== 'verified') return;
      const meanwhile = followed.links.filter((each) => !all.includes(each));
      if (fault !== null || meanwhile.length === 0)
        this.#append(now, { read: true, fault: fault === null ? null : whatOf(fault) });
      followed.links = [now, ...meanwhile];
    } catch (error) {
      // of a proxy that answers for itself; its folder is read the next time
      if (!isSystemError(error)) throw error;
      this.#parts.log.log('warn', 'xks.audit.not-read', { node: now.node, code: error.code });
      if (!this.#closed) this.note(now);
    } finally {
      this.#reading.delete(now.node);
    }
  }

  #append(
    now: SegmentLink,
    { read, fault }: { read: boolean; fault: Readonly<Record<string, string | number>> | null },
  ): void {
    const { audit, log } = this.#parts;
    const { node, records } = now;
    if (fault !== null) log.log('error', 'xks.audit.taken-back', { node, records });
    audit.append({
      action: linkAction,
      actor: 'link',
      host: hostname(),
      channel: 'scheduler',
      outcome: fault === null ? 'OK' : 'XKS_AUDIT_BROKEN',
      details: { ...now, read, ...(fault === null ? {} : { ...fault, name: node }) },
    });
    const followed = this.#of(node);
    // a fault is told once: what follows is held against what is there now
    followed.links = read || fault !== null ? [now] : [...followed.links, now];
    followed.at = audit.page({ limit: 1, action: linkAction })[0]?.at ?? followed.at;
    followed.broken ||= fault !== null;
  }

  #of(node: string): Followed {
    this.#nodes ??= this.#fromLog();
    const known = this.#nodes.get(node) ?? { links: [], at: 0, broken: false };
    this.#nodes.set(node, known);
    return known;
  }

  /** Those of each proxy back to the newest up to which everything was read; where none was, its last. */
  #fromLog(): Map<string, Followed> {
    const nodes = new Map<string, Followed>();
    const read = new Set<string>();
    for (const { at, outcome, details } of this.#parts.audit.page({
      limit: newest,
      action: linkAction,
    })) {
      const link = linkFrom(details);
      if (link === null || read.has(link.node)) continue;
      const known = nodes.get(link.node);
      const broken = outcome !== 'OK';
      if (broken || details['read'] === true) read.add(link.node);
      nodes.set(link.node, {
        links: [link, ...(known?.links ?? [])],
        at: known?.at ?? at,
        broken: known?.broken ?? broken,
      });
    }
    for (const [node, followed] of nodes)
      if (!read.has(node)) followed.links = followed.links.slice(-1);
    return nodes;
  }
}

/** Links of the log that are looked through: those of one proxy are five minutes apart at most. */
const newest = 1000;

const same = (a: SegmentLink | undefined, b: SegmentLink): boolean =>
  a?.segment === b.segment && a.head === b.head;

const whatOf = ({ record, problem }: SegmentFault) => ({ before: record, problem });

const isSystemError = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && 'syscall' in error && 'code' in error;
