import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { HandlersOfNoun } from '../operations/context.ts';
import type { Session } from './session.ts';

/** The practice KMS of a practice keystore. */
export const practiceHandlers = (session: Session): HandlersOfNoun<'practice'> => {
  const status = () => {
    void session.opened;
    return { url: null, ours: false, softHsm: false, credential: null, account: null, calls: null };
  };
  return {
    status,
    start: () => {
      throw new OperationError('PRACTICE_NOT_STARTED');
    },
    setUp: () => {
      throw new OperationError('PRACTICE_NOT_STARTED');
    },
  };
};
