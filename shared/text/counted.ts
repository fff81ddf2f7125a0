/** How many, with its word: `1 key`, `2 keys`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n} ${n === 1 ? one : many}`;

/** When something follows: `at once`, `1 day later`, `7 days later`. */
export const daysLater = (days: number): string =>
  days === 0 ? 'at once' : `${counted(days, 'day')} later`;
