import { spanWords } from './span.ts';

/** What happens by itself once the practice clock is there. */
export const practiceEventTexts = {
  'material-expires': 'Material expires',
  'key-deleted': 'Key is deleted for ever',
} as const;

/** The clock of the practice KMS may be ahead of the one that jobs go by. */
export const byPracticeClock = 'Times are those of the practice clock.';

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
