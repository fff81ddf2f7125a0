import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Plan } from '../../../shared/contract/shapes.ts';
import { requirePlan, sealPlan } from '../jobs/kinds/plan.ts';
import { planForceRotate } from '../jobs/kinds/plan-force-rotate.ts';
import { planMakeActive } from '../jobs/kinds/plan-make-active.ts';
import { makeActiveTitle, rotationTitle } from '../jobs/kinds/titles.ts';
import type { Group } from '../keystore/rows.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

type Rotation = Pick<
  HandlersOfNoun<'group'>,
  'planForceRotate' | 'forceRotate' | 'planMakeActive' | 'makeActive'
>;

async function planRotation(open: OpenKeystore, group: Group, adopt: boolean): Promise<Plan> {
  const reference = open.references.groupPath(group);
  const options = { adopt, designated: open.device.designated, reference };
  const draft = await planForceRotate(open.deeds, group, options);
  return sealPlan(
    draft,
    open.clock.now(),
    open.jobs.underWay('group.force-rotate', { groupId: group.id }),
  );
}

async function planActive(open: OpenKeystore, reference: string) {
  const found = open.references.key(reference);
  const group = open.groups.get(found.key.groupId);
  const payload = { groupId: group.id, keyId: found.key.id };
  const draft = await planMakeActive(open.deeds, group, found);
  const plan = sealPlan(draft, open.clock.now(), open.jobs.underWay('key.make-active', payload));
  return { group, found, payload, plan };
}

/** Force Rotate and Make Active: planned, numbered, planned again when started. */
export const rotationHandlers = (access: Access): Rotation => ({
  planForceRotate: (input) => {
    const open = access.open();
    return planRotation(open, open.references.group(input.group), input.adopt);
  },

  forceRotate: async (input, caller) => {
    const open = access.open();
    const group = open.references.group(input.group);
    const payload = { groupId: group.id };
    const plan = await planRotation(open, group, input.adopt);
    // A second request for a running deed returns the running job: never a second key.
    if (plan.runningJob === null) requirePlan(plan, input.plan);
    const holder = input.adopt ? await foreignHolder(open, group) : null;
    const started = open.store.change(() => {
      if (holder) open.groups.adoptForeign(group.id, holder);
      const job = open.jobs.start('group.force-rotate', payload, {
        title: rotationTitle(group),
        subjects: { group: group.id },
        plan: plan.number,
        caller,
      });
      open.audit(job.joined ? 'JOINED' : 'STARTED', [group.id, job.jobId], {
        plan: plan.number,
        ...(holder ? { adopted: holder } : {}),
      });
      return job;
    });
    open.changed('job', started.jobId);
    return started;
  },

  planMakeActive: async (input) => (await planActive(access.open(), input.key)).plan,

  makeActive: async (input, caller) => {
    const open = access.open();
    const { group, found, payload, plan } = await planActive(open, input.key);
    if (plan.runningJob === null) requirePlan(plan, input.plan);
    const started = open.store.change(() => {
      const job = open.jobs.start('key.make-active', payload, {
        title: makeActiveTitle(group, found.key),
        subjects: { group: group.id, key: found.key.id },
        plan: plan.number,
        caller,
      });
      open.audit(job.joined ? 'JOINED' : 'STARTED', [group.id, found.key.id, job.jobId], {
        plan: plan.number,
      });
      return job;
    });
    open.changed('job', started.jobId);
    return started;
  },
});

/** ARN of the key that holds the alias though this group did not make it; null when it is ours. */
async function foreignHolder(open: OpenKeystore, group: Group): Promise<string | null> {
  const connection = await open.deeds.connect(group);
  const target = await connection.aliasTarget(group.alias);
  if (
    target.keyId === null ||
    open.keys.byKms(target.keyId).some(({ key }) => key.groupId === group.id)
  )
    return null;
  if (target.key === null)
    throw new OperationError('ALIAS_HELD_ELSEWHERE', {
      group: group.name,
      alias: `alias/${group.alias}`,
      holder: target.keyId,
    });
  return target.key.arn;
}
