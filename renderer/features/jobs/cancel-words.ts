import { counted, sayCount } from '../../../shared/text/counted.ts';
import type { JobDetail } from './aws-command.ts';

/** So many jobs are cancelled at once: of each it is read and said what it would leave. */
export const mostAtOnce = 100;

/** What a cancel would leave behind. */
export const leavesWords = ({ leftovers }: JobDetail): string =>
  leftovers ?? 'What would stay is told when the job has stopped.';

/** What applications notice of a cancel. */
export const applicationsWords = (detail: JobDetail): string =>
  commitCrossed(detail)
    ? 'Applications may already use the new key: a cancel does not move the alias back.'
    : 'Applications see no change.';

/** Has the step begun that applications can notice? */
const commitCrossed = ({ steps, commitStep }: JobDetail): boolean => {
  const step = steps.find(({ name }) => name === commitStep);
  return step !== undefined && (step.state === 'done' || step.state === 'begun');
};

const jobs = (count: number): string => counted(count, 'job');

/** `Cancel 3 jobs`; of those that are chosen, some may have ended. */
export const cancelLabel = (count: number): string => `Cancel ${jobs(count)}`;

interface HowFar {
  readonly of: number;
  readonly asked: number;
  readonly cancelled: number;
}

/** `Cancelling 3 of 40…`: the one that is asked for now. */
export const cancellingLabel = ({ asked, of }: HowFar): string =>
  `Cancelling ${sayCount(Math.min(asked + 1, of))} of ${sayCount(of)}…`;

/** What was done of what was asked for, where it ended before the last of them. */
export function stoppedWords({ of, cancelled }: HowFar): string {
  const left = of - cancelled;
  const rest =
    left === 1 ? 'the other one stays as it is' : `the other ${sayCount(left)} stay as they are`;
  return `${sayCount(cancelled)} of ${jobs(of)} ${cancelled === 1 ? 'was' : 'were'} cancelled; ${rest}.`;
}

/** Why the chosen jobs cannot be cancelled together; null when they can. */
export function whyNot(open: number): string | null {
  if (open === 0) return 'They have ended.';
  return open > mostAtOnce ? `At most ${mostAtOnce} jobs are cancelled at once.` : null;
}
