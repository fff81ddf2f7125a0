import { useRead } from '../../state/reads.ts';

/**
 * The group that a plan is of, as far as it is known before the plan is: `subject` says where its keys
 * are in AWS; it and `alias` are empty while nothing was read.
 */
export function useGroupOfPlan(group: string) {
  const { data, failure } = useRead('group.show', { group });
  const known = data?.group ?? null;
  const alias = known === null ? '' : `alias/${known.alias}`;
  const subject =
    known === null ? '' : [known.account, known.region, alias].filter(Boolean).join(' · ');
  return { known, alias, subject, failure };
}
