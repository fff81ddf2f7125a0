import type { z } from 'zod';
import type { copyKeyOps } from '../../../shared/contract/copy-key.ts';
import type { Plan } from '../../../shared/contract/shapes.ts';
import { notFound } from '../../../shared/errors/operation-error.ts';
import { requireCopies } from '../jobs/kinds/copied-key.ts';
import { originalOf } from '../jobs/kinds/copy-key.ts';
import { planCopyKey } from '../jobs/kinds/plan-copy-key.ts';
import { sealPlan } from '../jobs/kinds/plan.ts';
import { copyKeyTitle } from '../jobs/kinds/titles.ts';
import { tellAlias } from './rotation.ts';
import { startDeed } from './start-deed.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

type Input = z.output<typeof copyKeyOps.planCopyKey.input>;

async function planCopy(open: OpenKeystore, input: Input) {
  const group = open.references.group(input.group);
  const original = originalOf(open.deeds, open.references.key(input.key).key.id);
  requireCopies(open, group, original);
  const from = `${open.references.groupPath(original.group)}/${original.key.version}`;
  const payload = { groupId: group.id, fromKeyId: original.key.id };
  const { draft, foreign } = await planCopyKey(open.deeds, group, original, {
    adopt: input.adopt,
    designated: open.device.designated,
    reference: open.references.groupPath(group),
    from,
  });
  tellAlias(open, group, draft);
  const plan: Plan = sealPlan(draft, {
    now: open.clock.now(),
    runningJob: open.jobs.underWay('group.copy-key', payload),
    doneBy: open.jobs.doneBy('group.copy-key', group),
  });
  return { plan, foreign, payload, group, original };
}

/** The material of a version in a further group: its plan, its deed. */
export const copyKeyHandlers = (
  access: Access,
): Pick<HandlersOfNoun<'group'>, 'planCopyKey' | 'copyKey'> => ({
  planCopyKey: async (input) => (await planCopy(access.open(), input)).plan,

  copyKey: async (input, caller) => {
    const open = access.open();
    const { plan, foreign, payload, group, original } = await planCopy(open, input);
    const adopted = input.adopt ? foreign : null;
    return startDeed(open, {
      kind: 'group.copy-key',
      payload,
      title: copyKeyTitle(group),
      subjects: { group: group.id, from: original.key.id },
      plan,
      given: input.plan,
      caller,
      details: {
        from: `${original.group.name}/${original.key.version}`,
        kcv: original.key.kcv.value,
        ...(adopted === null ? {} : { adopted }),
      },
      prepare: () => {
        if (open.groups.byId(group.id) === null) throw notFound('key group', group.name);
        if (adopted !== null) open.groups.adoptForeign(group.id, adopted);
      },
    });
  },
});
