import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InputFor, OutputFor } from '../../../shared/contract/index.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useHost } from '../../state/host.tsx';
import { failureOf } from '../../state/reads.ts';
import { localPlan } from './local-plan.ts';
import { marksBetween, noMarks, type PlanMarks } from './plan-marks.ts';

/** Calls that say what a deed would do now. */
export type PlanCall =
  | 'group.planForceRotate'
  | 'group.planBringIn'
  | 'group.planCopyKey'
  | 'group.planSynchronize'
  | 'group.planMakeActive'
  | 'group.planEdit'
  | 'key.planSynchronize'
  | 'key.planDisable'
  | 'key.planEnable'
  | 'xksStore.plan'
  | 'xksKey.plan';

export interface Planning<Plan> {
  /** The plan of just this input; null while it is not known. */
  readonly plan: Plan | null;
  /** The last plan there was, for another input perhaps: what is kept and read may be shown of it. */
  readonly lastPlan: Plan | null;
  /** What differs from the plan that was shown before, for the same input. */
  readonly marks: PlanMarks;
  readonly checking: boolean;
  readonly failure: Failure | null;
  /** How many times it was planned for this input. */
  readonly times: number;
  readonly again: () => void;
}

interface Planned<Plan> {
  readonly plan: Plan;
  readonly marks: PlanMarks;
  readonly times: number;
}

/**
 * Plans a deed. A plan is asked for by a person and again only when they ask or act: what changes
 * elsewhere must neither ask AWS over and over nor alter the lines somebody is reading.
 */
export function usePlan<Name extends PlanCall>(
  name: Name,
  input: InputFor<Name>,
  enabled = true,
): Planning<OutputFor<Name>> {
  const { call } = useHost();
  const reads = useQueryClient();
  const queryKey = ['plan', name, input];
  const query = useQuery({
    queryKey,
    // Asked for anew, for another input, or not looked at any more: AWS is asked nothing further for it.
    queryFn: async ({ signal }): Promise<Planned<OutputFor<Name>>> => {
      const plan = localPlan(await call(name, input, signal));
      const former = reads.getQueryData<Planned<OutputFor<Name>>>(queryKey);
      return {
        plan,
        marks: former ? marksBetween(former.plan, plan) : noMarks,
        times: (former?.times ?? 0) + 1,
      };
    },
    enabled,
    gcTime: 0,
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
  const planned = query.isPlaceholderData || !enabled ? null : (query.data ?? null);
  return {
    plan: query.isError ? null : (planned?.plan ?? null),
    lastPlan: query.data?.plan ?? null,
    marks: planned?.marks ?? noMarks,
    checking: enabled && query.isFetching,
    failure: query.error && !query.isFetching ? failureOf(query.error) : null,
    times: planned?.times ?? 0,
    // What is not known well enough to be planned is not asked for either.
    again: () => {
      if (enabled) void query.refetch();
    },
  };
}
