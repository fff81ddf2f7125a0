import type { Standing, StandingLine } from './kind.ts';

/** For a job whose record this build cannot read: it claims nothing. */
export function unknownStanding(readAt: number): Standing {
  const line = (what: string): StandingLine => ({
    good: null,
    text: `Not known: the record of this job cannot be read, so ${what}`,
    readAt,
  });
  return {
    copies: line('its keys must be looked up under Keys.'),
    aws: line('AWS was not asked.'),
    applications: line('the alias was not read.'),
    data: line('nothing was checked.'),
  };
}
