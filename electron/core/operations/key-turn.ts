import type { Plan, Started } from '../../../shared/contract/shapes.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { type KeyTurn, keyTurnJobs } from '../../../shared/model/key-turn.ts';
import type { Caller } from '../core.ts';
import { planKeyTurn } from '../jobs/kinds/plan-turn-key.ts';
import { sealPlan } from '../jobs/kinds/plan.ts';
import { keyTurnTitle } from '../jobs/kinds/titles.ts';
import type { TurnPayload } from '../jobs/kinds/turn-key.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { startDeed } from './start-deed.ts';

type Turns = Pick<HandlersOfNoun<'key'>, 'planDisable' | 'disable' | 'planEnable' | 'enable'>;

async function planned(open: OpenKeystore, turn: KeyTurn, reference: string) {
  const found = open.references.key(reference);
  const group = open.groups.get(found.key.groupId);
  const of = { groupId: group.id, keyId: found.key.id };
  const draft = await planKeyTurn(open.deeds, turn, group, found, {
    reference: `${open.references.groupPath(group)}/${found.key.version}`,
    jobs: {
      disabling: open.jobs.disablingOf(of),
      atWork: open.jobs.ofGroup(group.id).jobAtWork,
    },
  });
  open.changed('key', found.key.id);
  const payload: TurnPayload = { ...of, typed: draft.confirmName !== null };
  const kind = keyTurnJobs[turn];
  const former = open.jobs.former(kind, found.key.id);
  const plan = sealPlan(draft, {
    now: open.clock.now(),
    former,
    ...open.jobs.wishes(kind, payload),
    doneBy: open.jobs.doneBy(kind, group),
  });
  return { group, found, kind, payload, plan, former };
}

/** Disable in AWS, and Enable in AWS: planned, numbered, planned again when started. */
export function keyTurnHandlers(access: Access): Turns {
  const say = async (turn: KeyTurn, { key }: { readonly key: string }): Promise<Plan> =>
    (await planned(access.open(), turn, key)).plan;

  const run = async (
    turn: KeyTurn,
    input: { readonly key: string; readonly plan: string; readonly confirm?: string | undefined },
    caller: Caller,
  ): Promise<Started> => {
    const open = access.open();
    const { group, found, kind, payload, plan, former } = await planned(open, turn, input.key);
    return startDeed(open, {
      kind,
      payload,
      title: keyTurnTitle(turn, group, found.key),
      subjects: { group: group.id, key: found.key.id },
      plan,
      given: input.plan,
      caller,
      former: { subject: found.key.id, number: former },
      prepare: () => {
        if (plan.confirmName !== null && input.confirm !== plan.confirmName)
          throw new OperationError('NAME_NOT_TYPED', { name: plan.confirmName });
      },
    });
  };

  return {
    planDisable: (input) => say('disable', input),
    disable: (input, caller) => run('disable', input, caller),
    planEnable: (input) => say('enable', input),
    enable: (input, caller) => run('enable', input, caller),
  };
}
