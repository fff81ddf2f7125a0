import type { Json } from '../../../shared/model/json.ts';
import type { Caller } from '../core.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { JobKind } from '../jobs/kind.ts';
import { rotationKind } from '../jobs/kinds/rotation.ts';
import { renewalTitle, rotationTitle } from '../jobs/kinds/titles.ts';
import { groupOfLine } from '../jobs/kinds/turn-key.ts';
import type { Groups } from '../keystore/groups.ts';
import type { Keys } from '../keystore/keys.ts';
import type { JobsPort } from '../operations/context.ts';
import type { Store } from '../store/store.ts';

/** The job engine as the operations use it. */
export function createJobsPort(parts: {
  readonly store: Store;
  readonly jobs: Jobs;
  readonly kinds: readonly JobKind[];
  readonly groups: Groups;
  readonly keys: Keys;
  readonly due: JobsPort['due'];
  readonly dueNow: () => Pick<ReturnType<JobsPort['counts']>, 'due' | 'renewals'>;
  readonly startDue: JobsPort['startDue'];
  readonly eta: JobsPort['eta'];
  readonly doneBy: JobsPort['doneBy'];
}): JobsPort {
  const { store, jobs } = parts;
  const kindOf = (name: string): JobKind => {
    const kind = parts.kinds.find((each) => each.name === name);
    if (!kind) throw new Error(`no job kind ${name}`);
    return kind;
  };
  const needing = store.db.prepare<[], { order_key: string }>(
    `select distinct order_key from job where state = 'needs-you'`,
  );
  const counted = store.db.prepare<[], { running: number; needsYou: number }>(
    `select count(*) filter (where state in ('running', 'checking', 'waiting') and not_before is null) as running,
            count(*) filter (where state = 'needs-you') as needsYou
     from job where ended_at is null`,
  );

  const disabling = store.db.prepare<[string], { number: number; at: number | null }>(
    `select number, not_before as at from job
     where kind = 'key.disable' and deed_key = ? and ended_at is null`,
  );

  const scheduled = (
    name: string,
    payload: Json,
    { actor, channel }: Caller,
    about: { readonly title: string; readonly subjects: Readonly<Record<string, string>> },
  ) => {
    const asked = { ...about, by: { actor, channel }, anyWillDo: true };
    const { id, number } = jobs.queue.enqueue(kindOf(name), payload, asked);
    return { jobId: id, number };
  };

  return {
    runsHere: () => jobs.runner.begun,
    ofGroup: createOfGroup(store),
    disablingOf: (payload) => disabling.get(kindOf('key.disable').deedKey(payload)) ?? null,
    start: (name, payload, about) => {
      const { id, number, joined } = jobs.queue.enqueue(kindOf(name), payload, {
        title: about.title,
        subjects: about.subjects,
        by: { actor: about.caller.actor, channel: about.caller.channel },
        plan: about.plan,
      });
      return { jobId: id, number, joined };
    },
    underWay: (name, payload: Json) => jobs.queue.underWay(kindOf(name), payload),
    former: (kind, subject) => jobs.queue.former(kind, subject),
    startedUnder: (jobId) => jobs.queue.startedUnder(jobId),
    wishes: (name, payload: Json) => ({
      runningJob: jobs.queue.underWay(kindOf(name), payload),
      otherwise: jobs.queue.otherwise(kindOf(name), payload),
    }),
    groupsNeedingYou: () => new Set(needing.all().map((row) => groupOfLine(row.order_key))),
    counts: () => ({ ...(counted.get() ?? { running: 0, needsYou: 0 }), ...parts.dueNow() }),
    due: parts.due,
    startDue: parts.startDue,
    eta: parts.eta,
    doneBy: parts.doneBy,
    designated: () => jobs.runner.open('designation'),
    startRotation: (group, caller, dueAt) =>
      scheduled(rotationKind(parts, group.id), { groupId: group.id, dueAt }, caller, {
        title: rotationTitle(group),
        subjects: { group: group.id },
      }),
    startRenewal: (group, key, caller, dueAt) =>
      scheduled('key.renew', { groupId: group.id, keyId: key.id, dueAt }, caller, {
        title: renewalTitle(group, key),
        subjects: { group: group.id, key: key.id },
      }),
  };
}

/** What is under way in the line of one group. */
function createOfGroup(store: Store): JobsPort['ofGroup'] {
  const atWork = store.db
    .prepare<[string], number>(
      // in its line also while it rests; out of it are those whose day has not come
      `select number from job where order_key = ? and ended_at is null
         and (position is not null or state = 'needs-you') order by number limit 1`,
    )
    .pluck();
  const mayRun = store.db
    .prepare<[string], number>(
      // behind a job that needs a person nothing of its line begins
      `select exists (select 1 from job where order_key = ? and position is not null
         and state <> 'needs-you' and blocked_by is null)`,
    )
    .pluck();
  const disablings = store.db
    .prepare<[string], number>(
      `select count(*) from job where order_key = ? and kind = 'key.disable' and ended_at is null`,
    )
    .pluck();

  return (groupId) => {
    const jobAtWork = atWork.get(groupId) ?? null;
    const stopped = jobAtWork !== null && mayRun.get(groupId) === 0;
    return { jobAtWork, stopped, disablings: disablings.get(groupId) ?? 0 };
  };
}
