import type { OpenKeystore } from './context.ts';

/** Groups that need somebody: a job of theirs waits for a person, or AWS is not as it should be. */
export const groupsNeedingSomebody = (
  open: Pick<OpenKeystore, 'jobs' | 'overview'>,
): ReadonlySet<string> =>
  new Set([...open.jobs.groupsNeedingYou(), ...open.overview.groupsInTrouble()]);
