import { failures } from '../../../shared/errors/failures.ts';
import { type Failure, OperationError } from '../../../shared/errors/operation-error.ts';
import { renderFailure } from '../../../shared/text/failures.ts';
import { clean, paint, type Screen } from './screen.ts';

/** The failure in words, headline first, the other system's own words last. */
export function failureText(failure: Failure, options?: { readonly openJob: boolean }): string {
  const { headline, forYourKeys, next, detail } = renderFailure(failure, options);
  const lines = [
    `${paint('attention', '!')} ${paint('strong', clean(headline))}`,
    `  For your keys: ${clean(forYourKeys)}`,
    `  Next: ${clean(next)}`,
  ];
  const proof = [failure.code, ...(detail === '' ? [] : [detail])].join(' · ');
  return [...lines, `  ${paint('faint', clean(proof))}`].join('\n');
}

/** Prints a failure on standard error, in words or as JSON, and gives the exit code. */
export function showFailure(screen: Screen, failure: Failure, json: boolean): number {
  // Whoever pressed Ctrl+C at a job was already told what becomes of it.
  const told = failure.code === 'CANCELLED_BY_PERSON' && Object.hasOwn(failure.details, 'job');
  if (json) screen.noteJson(failure);
  else if (!told) screen.note(failureText(failure));
  return failures[failure.code].exit;
}

/** Any error as a failure; one we did not make says no more than that it happened. */
export function asFailure(error: unknown): Failure {
  if (error instanceof OperationError) return error.toFailure();
  return { code: 'INTERNAL', details: {} };
}
