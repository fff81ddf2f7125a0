import type { z } from 'zod';
import type {
  groupSynchronizeOps,
  StartedVersion,
  SynchronizeGroupPlan,
} from '../../../shared/contract/group-synchronize.ts';
import type { Json } from '../../../shared/model/json.ts';
import { requirePlan, requirePlanOfJob, sealPlan } from '../jobs/kinds/plan.ts';
import { type GroupDraft, planSynchronizeGroup } from '../jobs/kinds/plan-synchronize-group.ts';
import type { SynchronizePayload } from '../jobs/kinds/synchronize.ts';
import { synchronizeTitle } from '../jobs/kinds/titles.ts';
import type { Caller } from '../core.ts';
import type { Group } from '../keystore/rows.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { saidBy } from './start-deed.ts';

type Input = z.output<typeof groupSynchronizeOps.planSynchronize.input>;
type Handlers = Pick<HandlersOfNoun<'group'>, 'planSynchronize' | 'synchronize'>;

interface Planned {
  readonly group: Group;
  readonly plan: SynchronizeGroupPlan;
  readonly deeds: GroupDraft['deeds'];
}

const kind = 'key.synchronize';

async function planOf(open: OpenKeystore, input: Input): Promise<Planned> {
  const group = open.references.group(input.group);
  const { jobAtWork, stopped } = open.jobs.ofGroup(group.id);
  const { draft, deeds, failures } = await planSynchronizeGroup(open.deeds, group, input, {
    path: open.references.groupPath(group),
    waitsBehind: stopped ? jobAtWork : null,
  });
  open.changed('key', ...draft.versions.map(({ key }) => key));
  const jobs = new Map(
    deeds.map(({ key, payload }) => [key.id, open.jobs.underWay(kind, payload)]),
  );
  const begun = [...jobs.values()];
  const sealed = sealPlan(draft, {
    now: open.clock.now(),
    runningJob: begun.every((job) => job !== null) ? (begun[0] ?? null) : null,
    doneBy: open.jobs.doneBy(kind, group, deeds.length),
  });
  const versions = draft.versions.map((line) => ({
    ...line,
    failure: failures.get(line.key)?.toFailure() ?? null,
    runningJob: jobs.get(line.key) ?? null,
  }));
  return { group, plan: { ...sealed, versions }, deeds };
}

/** Synchronize for every version of a group: one plan, one number, and one ordinary job for each. */
export const groupSynchronizeHandlers = (access: Access): Handlers => ({
  planSynchronize: async (input) => (await planOf(access.open(), input)).plan,

  synchronize: async (input, caller) => {
    const open = access.open();
    const planned = await planOf(open, input);
    const jobs = open.store.change(() => {
      // pressed twice: what is all under way is joined, whatever of the plan is done by now
      const atIt = planned.deeds.map(({ payload }) => open.jobs.underWay(kind, payload));
      const { runningJob } = planned.plan;
      if (runningJob !== null && atIt.every((job) => job !== null)) {
        requirePlanOfJob(runningJob, startedUnderOne(open, atIt), input.plan);
      } else {
        requirePlan(planned.plan, input.plan);
        const { title, number } = planned.plan;
        open.requireApproval([planned.group.id], {
          title,
          says: saidBy(planned.plan),
          plan: number,
        });
      }
      return planned.deeds.map((deed) => begin(open, planned, deed, caller));
    });
    open.changed('job', ...jobs.map(({ jobId }) => jobId));
    return { jobs };
  },
});

/** The plan of all these jobs; null where they were not started under one. */
function startedUnderOne(open: OpenKeystore, jobs: readonly string[]): string | null {
  const [first = null, ...others] = new Set(jobs.map((job) => open.jobs.startedUnder(job)));
  return others.length === 0 ? first : null;
}

function begin(
  open: OpenKeystore,
  { group, plan }: Planned,
  { key, payload }: GroupDraft['deeds'][number],
  caller: Caller,
): StartedVersion {
  const { groupId, keyId, ...details } = payload;
  const title = synchronizeTitle(group, key);
  const started = open.jobs.start(kind, payload satisfies Json, {
    title,
    subjects: { group: groupId, key: keyId },
    plan: plan.number,
    caller,
  });
  if (!started.joined) noteEnd(open, payload);
  const outcome = started.joined ? 'JOINED' : 'STARTED';
  open.audit(outcome, [groupId, keyId, started.jobId], { title, plan: plan.number, ...details });
  const line = plan.versions.find((version) => version.key === keyId);
  return { ...started, key: keyId, version: key.version, reference: line?.reference ?? keyId };
}

/** The date follows from the group here: whoever chose another one once chose it for what is gone now. */
function noteEnd(open: OpenKeystore, { keyId, importMaterial, validTo }: SynchronizePayload): void {
  const now = open.keys.get(keyId).remote?.validTo ?? null;
  if (importMaterial && validTo !== now) open.renewals.choose(keyId, null);
}
