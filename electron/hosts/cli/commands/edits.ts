import { OperationError } from '../../../../shared/errors/operation-error.ts';

/** What a command that edits says of every option it has. */
export const staysAsItIs = 'What is left out stays as it is';

/** An edit changes what was named. @throws OperationError BAD_INPUT where nothing was */
export function requireChange(changes: object): void {
  if (Object.values(changes).some((value) => value !== undefined)) return;
  throw new OperationError('BAD_INPUT', { field: 'changes', problem: 'name what to change' });
}
