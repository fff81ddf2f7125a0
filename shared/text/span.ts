import { counted } from './counted.ts';

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
