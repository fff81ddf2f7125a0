/** What happens by itself once the practice clock is there. */
export const practiceEventTexts = {
  'material-expires': 'Material expires',
  'key-deleted': 'Key is deleted for ever',
} as const;

/** The clock of the practice KMS may be ahead of the one that jobs go by. */
export const byPracticeClock = 'Times are those of the practice clock.';
