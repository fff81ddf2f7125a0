import type { Standing, StandingLine } from './kind.ts';

/** Why nothing is known: this build cannot read the job's record, or looking met a fault of ours. */
const reasons = {
  unreadable: 'the record of this job cannot be read',
  fault: 'looking met a fault, which the log has',
} as const;

/** It claims nothing. */
export function unknownStanding(readAt: number, why: keyof typeof reasons): Standing {
  const line = (what: string): StandingLine => ({
    good: null,
    text: `Not known: ${reasons[why]}, so ${what}`,
    readAt,
  });
  return {
    copies: line('its keys must be looked up under Keys.'),
    aws: line('what AWS has was not read.'),
    applications: line('the alias was not read.'),
    data: line('nothing was checked.'),
  };
}
