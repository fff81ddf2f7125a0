import type { Outlook } from '../cloud/cloud.ts';
import type { JobSummary } from '../jobs/read.ts';
import type { Groups } from '../keystore/groups.ts';
import type { Group } from '../keystore/rows.ts';
import type { Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';

/** Kinds whose jobs wait for AWS's slowest request, GetParametersForImport. */
const importing = ['group.force-rotate', 'key.synchronize'];
/** How long a job takes that waits for nobody, before any was seen. Milliseconds. */
const unseen = 3_000;
/** So many of the last jobs tell how long one takes. */
const remembered = 20;

export interface EtaParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly groups: Groups;
  /** How many jobs may run at once; 0 queues only. */
  readonly parallel: number;
  outlook(group: Group): Outlook;
}

/**
 * When a job is likely to be done: its turn at AWS's quota, or among the jobs that may run at once,
 * and then as long as a job takes that waits for nobody.
 */
export class Eta {
  readonly #parts: EtaParts;
  readonly #ahead;
  readonly #fastest;

  constructor(parts: EtaParts) {
    this.#parts = parts;
    const { db } = parts.store;
    const kinds = importing.map((kind) => `'${kind}'`).join(', ');
    this.#ahead = db
      .prepare<[number, string, string | null], number>(
        `select count(*) from job j join key_group g on g.id = j.order_key
         where j.ended_at is null and j.not_before is null and j.gate is null
           and j.state <> 'needs-you' and j.number < ? and j.kind in (${kinds})
           and g.region = ? and g.account is ?
           and not exists (select 1 from job_step s where s.job = j.number
                           and s.name = 'parameters' and s.state = 'done')`,
      )
      .pluck();
    this.#fastest = db
      .prepare<[string, number], number | null>(
        `select min(took) from (select ended_at - started_at as took from job
           where kind = ? and state = 'done' order by number desc limit ?)`,
      )
      .pluck();
  }

  /** Wall clock ms; null where nobody can tell: it waits for a person, the HSM, or its day. */
  of(job: JobSummary): number | null {
    const open = job.state === 'waiting' || job.state === 'running' || job.state === 'checking';
    if (!open || job.notBefore !== null || job.waits?.for === 'gate') return null;
    const group = this.#parts.groups.byId(job.subjects['group'] ?? '');
    if (group === null) return null;
    const left = job.step === null ? 0 : (job.step.of - job.step.n + 1) / job.step.of;
    if (job.progress?.until == null) return this.#reckon(job.kind, group, job.number, left);
    return Math.round(job.progress.until + this.#alone(job.kind) * left);
  }

  /** Wall clock ms, were a job of this kind asked for now. */
  ifAsked(kind: string, group: Group): number {
    return this.#reckon(kind, group, Number.MAX_SAFE_INTEGER, 1);
  }

  #reckon(kind: string, group: Group, number: number, left: number): number {
    const alone = this.#alone(kind);
    const now = this.#parts.clock.now();
    if (!importing.includes(kind)) return now + alone;
    const ahead = this.#ahead.get(number, group.region, group.account) ?? 0;
    return Math.round(now + this.#turn(group, ahead, alone) + alone * left);
  }

  /** How long a job of this kind takes that waits for nobody, in ms. */
  #alone(kind: string): number {
    return this.#fastest.get(kind, remembered) ?? unseen;
  }

  /** Milliseconds until this job gets what it waits for. */
  #turn(group: Group, ahead: number, alone: number): number {
    const { perSecond, waiting, waits } = this.#parts.outlook(group);
    if (perSecond === null) return (ahead / Math.max(1, this.#parts.parallel)) * alone;
    return waits + (Math.max(0, ahead - waiting) / perSecond) * 1_000;
  }
}
