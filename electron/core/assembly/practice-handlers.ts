import type { HandlersOfNoun } from '../operations/context.ts';
import type { Session } from './session.ts';

/** The practice KMS of a practice keystore. */
export const practiceHandlers = (session: Session): HandlersOfNoun<'practice'> => ({
  status: () => session.opened.practice.status(),
  start: async () => {
    const { practice, open } = session.opened;
    await practice.start((objects, details) => open.audit('OK', objects, details));
    return practice.status();
  },
  setUp: async (input) => {
    const { practice, open } = session.opened;
    await practice.setUp(input.keysIn, (objects, details) => open.audit('OK', objects, details));
    return practice.status();
  },
});
