import type { TokenObject } from '../token-look.ts';
import type { Outcome } from '../trial.ts';

const names = (objects: readonly TokenObject[]): string[] =>
  objects.map((each) => `${each.class} ${each.label}`).toSorted();

/**
 * I7: the token holds what it held when the keystore was set up (master key, audit key, one anchor)
 * and nothing besides: no key that was made and not destroyed.
 */
export function tokenIsTidy(outcome: Outcome, before: readonly TokenObject[]): string[] {
  const [expected, found] = [names(before), names(outcome.objects)];
  if (expected.join() === found.join()) return [];
  return [`I7: the token holds ${found.join(', ')}; it held ${expected.join(', ')}`];
}
