import { OperationError } from '../../shared/errors/operation-error.ts';

/** The one of a list at a place between 0 and 1. Of nothing there is none, as for a person who looks for one. */
export function pick<T>(from: readonly T[], at: number): T {
  const found = from[Math.min(Math.floor(at * from.length), from.length - 1)];
  if (found === undefined) throw new OperationError('NOT_FOUND', {});
  return found;
}
