import type { Stage } from '../stage.ts';
import type { TokenObject } from '../token-look.ts';
import type { Outcome } from '../trial.ts';
import { auditHolds, jobsEnd, movesAreLegal } from './audit.ts';
import { keysMatch, materialEqual, nothingTwice, pinnedKeysOnly } from './aws.ts';
import { diedAgain, diedThere } from './death.ts';
import { nothingLeaks } from './leaks.ts';
import { standingsAreTrue } from './standing.ts';
import { keepsWord, leases, opens, parcelsGone } from './store.ts';
import { externalStoreHolds } from './store-in-aws.ts';
import { tokenIsTidy } from './token.ts';

/** Everything that is wrong with a trial; a point that was not died at counts for nothing else. */
export function problemsOf(
  outcome: Outcome,
  stage: Stage,
  tokenBefore: readonly TokenObject[],
): string[] {
  const missed = [...diedThere(outcome), ...diedAgain(outcome)];
  if (missed.length > 0) return missed;
  const { external } = outcome.plan.variant;
  return [
    ...opens(outcome),
    ...keepsWord(outcome),
    ...jobsEnd(outcome),
    ...(external ? externalStoreHolds(outcome, external) : keysMatch(outcome)),
    ...materialEqual(outcome),
    ...pinnedKeysOnly(outcome),
    ...tokenIsTidy(outcome, tokenBefore),
    ...auditHolds(outcome),
    ...(external ? [] : nothingTwice(outcome)),
    ...movesAreLegal(outcome),
    ...leases(outcome),
    ...parcelsGone(outcome),
    ...nothingLeaks(outcome, stage),
    ...standingsAreTrue(outcome),
  ];
}
