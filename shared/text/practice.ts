import { counted } from './counted.ts';

/** What happens by itself once the practice clock is there. */
export const practiceEventTexts = {
  'material-expires': 'Material expires',
  'key-deleted': 'Key is deleted for ever',
} as const;

/** The clock of the practice KMS may be ahead of the one that jobs go by. */
export const byPracticeClock = 'Times are those of the practice clock.';

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `30 days 1 hour`: the two greatest units. */
export function spanWords(seconds: number): string {
  let rest = Math.round(seconds);
  const said: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0 && said.length < 2) said.push(counted(count, unit));
    rest -= count * size;
  }
  return said.length === 0 ? '0 seconds' : said.join(' ');
}

/** Whether AWS's quotas hold, and what they are multiplied by. */
export const quotasWords = ({
  on,
  scale,
}: {
  readonly on: boolean;
  readonly scale: number;
}): string => (on ? (scale === 1 ? 'on' : `on, ${scale} times those of AWS`) : 'off');

export const aheadWords = (seconds: number): string =>
  seconds < 1 ? 'not at all' : `by ${spanWords(seconds)}`;
