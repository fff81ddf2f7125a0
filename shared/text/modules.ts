import type { Failure } from '../errors/operation-error.ts';

/** Why a module shows no tokens, for a line of a list; what to do next is in the failure's own words. */
export function moduleProblem({ details, external, code }: Failure): string {
  const { problem, starting } = details;
  if (typeof problem === 'string') return problem;
  const answer = external?.name ?? code;
  return starting === undefined ? answer : `it does not start: ${answer}`;
}
