const inEnglish = new Intl.NumberFormat('en');

/** A count as every sentence writes it, whatever the language of the computer: `10,000`. */
export const sayCount = (n: number): string => inEnglish.format(n);

/** How many, with its word: `1 key`, `2 keys`, `10,000 keys`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${sayCount(n)} ${n === 1 ? one : many}`;

/** When something follows: `at once`, `1 day later`, `7 days later`. */
export const daysLater = (days: number): string =>
  days === 0 ? 'at once' : `${counted(days, 'day')} later`;
