import type { Failure } from '../../shared/errors/operation-error.ts';
import { type FailureText, renderFailure } from '../../shared/text/failures.ts';
import { localTimes } from './moments.ts';

/** A failure as the window tells it: times in our words are local. What another system said stays verbatim. */
export function tellFailure(
  failure: Failure,
  options?: Parameters<typeof renderFailure>[1],
): FailureText {
  const { headline, forYourKeys, next, detail } = renderFailure(failure, options);
  return {
    headline: localTimes(headline),
    forYourKeys: localTimes(forYourKeys),
    next: localTimes(next),
    detail,
  };
}
