import type { Outlook } from '../cloud/cloud.ts';
import type { JobSummary } from '../jobs/read.ts';
import type { Groups } from '../keystore/groups.ts';
import type { Group } from '../keystore/rows.ts';
import type { Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';

/** Kinds whose jobs wait for AWS's slowest request, GetParametersForImport. */
const importing = [
  'group.force-rotate',
  'group.bring-in',
  'group.copy-key',
  'group.rotate-material',
  'key.synchronize',
];
/** Steps that wait for their turn at it: of them only the calls themselves count as work. */
const paced = ['create', 'parameters'];
/** How long a job takes that waits for nobody, before any was seen. Milliseconds. */
const unseen = 3_000;
/** So many of the last jobs that went through in one go tell how long one takes. */
const remembered = 60;
/** Of those, this share took no longer than what is said: some have to start beside others. */
const kept = 0.9;
/** For this long (ms) the answer is kept: a list asks it for each of its jobs. */
const answerFor = 1_000;

const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

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
  readonly #took;
  readonly #answers = new Map<string, { readonly ms: number; readonly at: number }>();

  constructor(parts: EtaParts) {
    this.#parts = parts;
    const { db } = parts.store;
    this.#ahead = db
      .prepare<[number, string, string | null], number>(
        `select count(*) from job j join key_group g on g.id = j.order_key
         where j.ended_at is null and j.not_before is null and j.gate is null
           and j.state <> 'needs-you' and j.number < ? and j.kind in (${listed(importing)})
           and g.region = ? and g.account is ?
           and not exists (select 1 from job_step s where s.job = j.number
                           and s.name = 'parameters' and s.state = 'done')`,
      )
      .pluck();
    this.#took = db
      .prepare<[string, number], number>(
        `select j.ended_at - j.started_at - ifnull((
           select sum(max(0, s.ended_at - s.begun_at - ifnull((
             select sum(c.took) from job_call c where c.job = s.job and c.n = s.n), 0)))
           from job_step s where s.job = j.number and s.name in (${listed(paced)})), 0)
         from job j where j.kind = ? and j.state = 'done' and not exists (
           select 1 from job_step r where r.job = j.number and (r.attempts > 1 or r.run > 1))
         order by j.number desc limit ? + 0`,
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

  /** Wall clock ms, were so many jobs of this kind asked for now: those of one group take turns. */
  ifAsked(kind: string, group: Group, jobs = 1): number {
    const first = this.#reckon(kind, group, Number.MAX_SAFE_INTEGER, 1);
    const { perSecond } = this.#parts.outlook(group);
    const turn = perSecond === null || !importing.includes(kind) ? 0 : 1_000 / perSecond;
    return Math.round(first + Math.max(0, jobs - 1) * Math.max(turn, this.#alone(kind)));
  }

  #reckon(kind: string, group: Group, number: number, left: number): number {
    const alone = this.#alone(kind);
    const now = this.#parts.clock.now();
    if (!importing.includes(kind)) return now + alone;
    const ahead = this.#ahead.get(number, group.region, group.account) ?? 0;
    return Math.round(now + this.#turn(group, ahead, alone) + alone * left);
  }

  /**
   * How long a job of this kind takes that waits for nobody, in ms: what nine of ten of the last
   * ones kept, without what they waited for AWS's quota.
   */
  #alone(kind: string): number {
    const now = this.#parts.clock.monotonic();
    const last = this.#answers.get(kind);
    if (last && now - last.at < answerFor) return last.ms;
    const took = this.#took.all(kind, remembered).toSorted((a, b) => a - b);
    const ms = took[Math.floor(took.length * kept)] ?? unseen;
    this.#answers.set(kind, { ms, at: now });
    return ms;
  }

  /** Milliseconds until this job gets what it waits for. */
  #turn(group: Group, ahead: number, alone: number): number {
    const { perSecond, waiting, waits } = this.#parts.outlook(group);
    if (perSecond === null) return (ahead / Math.max(1, this.#parts.parallel)) * alone;
    // those that wait there are jobs ahead, this one, or jobs behind it: counted once, as ahead
    return Math.max(0, waits + ((ahead - waiting) / perSecond) * 1_000);
  }
}
