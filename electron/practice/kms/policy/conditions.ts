import type { Facts } from './facts.ts';
import { operatorOf, type Operator } from './operators.ts';
import { type Resolved, resolveVariables } from './patterns.ts';
import type { PolicyStatement } from './statements.ts';

/** A condition that does not hold, and what the request had in its place. */
export interface FailedCondition {
  readonly operator: string;
  readonly key: string;
  readonly wanted: readonly string[];
  /** Empty: the request does not have it. */
  readonly found: readonly string[];
}

function holds(
  operator: Operator,
  wanted: readonly string[],
  facts: Facts | null,
  found: readonly string[],
) {
  const { compare, negative, set, ifExists } = operator;
  if (compare === null) return (found.length === 0) === (wanted[0]?.toLowerCase() === 'true');
  if (found.length === 0 && ifExists) return true;
  const meant: readonly Resolved[] = wanted
    .map((text) => resolveVariables(text, facts && ((key) => facts.find(key))))
    .filter((each) => each !== undefined);
  const fits = (value: string) => meant.some((want) => compare(want, value)) !== negative;
  if (set === 'ForAllValues') return found.every(fits);
  if (set === 'ForAnyValue') return found.some(fits);
  return negative ? found.every(fits) : found.some(fits);
}

/**
 * The first condition of the statement that does not hold; null when all do. A condition of an
 * operator that nobody knows (policies are refused with one, but an old data file may have it) is
 * taken in the strict sense: an Allow does not apply, a Deny does.
 */
export function failedCondition(statement: PolicyStatement, facts: Facts): FailedCondition | null {
  if (statement.Condition === undefined) return null;
  const variables = statement.literal === true ? null : facts;
  for (const [name, keys] of Object.entries(statement.Condition)) {
    const operator = operatorOf(name);
    for (const [key, wanted] of Object.entries(keys)) {
      const found = facts.find(key.toLowerCase());
      const held =
        operator === undefined
          ? statement.Effect === 'Deny'
          : holds(operator, wanted, variables, found);
      if (!held) return { operator: name, key, wanted, found };
    }
  }
  return null;
}
