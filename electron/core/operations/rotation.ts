import type { Plan } from '../../../shared/contract/shapes.ts';
import { notFound } from '../../../shared/errors/operation-error.ts';
import { type Draft, sealPlan } from '../jobs/kinds/plan.ts';
import { planForceRotate } from '../jobs/kinds/plan-force-rotate.ts';
import { planRotateMaterial } from '../jobs/kinds/plan-rotate-material.ts';
import { rotationKind } from '../jobs/kinds/rotation.ts';
import { planMakeActive } from '../jobs/kinds/plan-make-active.ts';
import { makeActiveTitle, rotationTitle } from '../jobs/kinds/titles.ts';
import type { Group } from '../keystore/rows.ts';
import { startDeed } from './start-deed.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

type Rotation = Pick<
  HandlersOfNoun<'group'>,
  'planForceRotate' | 'forceRotate' | 'planMakeActive' | 'makeActive'
>;

/** Where a plan is refused for what AWS says of the alias, that was noted of the group. */
export function tellAlias(open: OpenKeystore, group: Group, { blocked }: Pick<Draft, 'blocked'>) {
  if (blocked?.code === 'ALIAS_HELD_ELSEWHERE') open.changed('group', group.id);
}

/** The plan, and the ARN of the key that would be adopted: from one and the same reading. */
async function planRotation(
  open: OpenKeystore,
  group: Group,
  adopt: boolean,
): Promise<{ readonly plan: Plan; readonly foreign: string | null }> {
  const reference = open.references.groupPath(group);
  const options = { adopt, designated: open.device.designated, reference };
  const current = open.keys.currentOf(group.id);
  const { draft, foreign } =
    current === null
      ? await planForceRotate(open.deeds, group, options)
      : await planRotateMaterial(open.deeds, group, current, options);
  tellAlias(open, group, draft);
  const kind = rotationKind(open, group.id);
  const plan = sealPlan(draft, {
    now: open.clock.now(),
    runningJob: open.jobs.underWay(kind, { groupId: group.id }),
    doneBy: open.jobs.doneBy(kind, group),
  });
  return { plan, foreign };
}

async function planActive(open: OpenKeystore, reference: string) {
  const found = open.references.key(reference);
  const group = open.groups.get(found.key.groupId);
  const payload = { groupId: group.id, keyId: found.key.id };
  const draft = await planMakeActive(open.deeds, group, found, open.references.groupPath(group));
  open.changed('key', found.key.id);
  const kind = 'key.make-active';
  const former = open.jobs.former(kind, found.key.id);
  const plan = sealPlan(draft, {
    now: open.clock.now(),
    former,
    ...open.jobs.wishes(kind, payload),
    doneBy: open.jobs.doneBy(kind, group),
  });
  return { group, found, payload, plan, former };
}

/** Force Rotate and Make Active: planned, numbered, planned again when started. */
export const rotationHandlers = (access: Access): Rotation => ({
  planForceRotate: async (input) => {
    const open = access.open();
    return (await planRotation(open, open.references.group(input.group), input.adopt)).plan;
  },

  forceRotate: async (input, caller) => {
    const open = access.open();
    const group = open.references.group(input.group);
    const { plan, foreign } = await planRotation(open, group, input.adopt);
    const adopted = input.adopt ? foreign : null;
    return startDeed(open, {
      kind: rotationKind(open, group.id),
      payload: { groupId: group.id },
      title: rotationTitle(group),
      subjects: { group: group.id },
      plan,
      given: input.plan,
      caller,
      details: adopted === null ? {} : { adopted },
      prepare: () => {
        // removed while AWS was asked: nothing else holds an empty group
        if (open.groups.byId(group.id) === null) throw notFound('key group', group.name);
        if (adopted !== null) open.groups.adoptForeign(group.id, adopted);
      },
    });
  },

  planMakeActive: async (input) => (await planActive(access.open(), input.key)).plan,

  makeActive: async (input, caller) => {
    const open = access.open();
    const { group, found, payload, plan, former } = await planActive(open, input.key);
    return startDeed(open, {
      kind: 'key.make-active',
      payload,
      title: makeActiveTitle(group, found.key),
      subjects: { group: group.id, key: found.key.id },
      plan,
      given: input.plan,
      caller,
      former: { subject: found.key.id, number: former },
    });
  },
});
