import { InvalidArgumentError } from 'commander';
import type { Span } from '../../../../shared/contract/shapes.ts';

/**
 * Turns words of the command line into the contract's values. What is right is decided by the
 * contract in the core; here only what has no other spelling is refused.
 */

const units = { day: 'days', week: 'weeks', month: 'months', year: 'years' } as const;

/** `12 months`, `90d`, `1 year`. */
export function span(text: string): Span {
  const found = /^\s*(\d{1,4})\s*(d|w|m|y|days?|weeks?|months?|years?)\s*$/i.exec(text);
  const letter = found?.[2]?.toLowerCase().charAt(0);
  const unit = Object.values(units).find((one) => one.charAt(0) === letter);
  if (!found || !unit) throw new InvalidArgumentError('say it like "12 months" or "90 days".');
  return { amount: Number(found[1]), unit };
}

/** As {@link span} reads it. */
export const spanText = ({ amount, unit }: Span): string =>
  `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;

/** A whole number, written in digits. */
export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

/** A port that a process without special rights may listen on. */
export function portNumber(text: string): number {
  const port = whole(text);
  if (port < 1024 || port > 65_535) throw new InvalidArgumentError('a port is 1024 to 65535.');
  return port;
}

/** A file descriptor that the caller opened. 1 and 2 are outputs. */
export function descriptor(text: string): number {
  const fd = whole(text);
  if (fd === 1 || fd === 2) throw new InvalidArgumentError('1 and 2 are outputs.');
  return fd;
}

/**
 * `never`, `2027-11-21` (end of that day, UTC) or a full ISO 8601 time with its zone, as
 * milliseconds since 1970. Commander turns a parsed null into an empty text, so `never` stays a word.
 */
export function dateOrNever(text: string): number | 'never' {
  if (text.toLowerCase() === 'never') return 'never';
  const time = timeOf(text);
  if (time !== null) return time;
  throw new InvalidArgumentError('say "never", a date like 2027-11-21 or an ISO 8601 time.');
}

/** As {@link dateOrNever}, where there is no never. */
export function date(text: string): number {
  const time = timeOf(text);
  if (time !== null) return time;
  throw new InvalidArgumentError('say a date like 2027-11-21 or an ISO 8601 time.');
}

function timeOf(text: string): number | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const full = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const time = day ? Date.parse(`${text}T23:59:59Z`) : full ? Date.parse(text) : Number.NaN;
  const sameDay = new Date(time);
  return Number.isNaN(time) || (day && !sameDay.toISOString().startsWith(text)) ? null : time;
}

/** `never` or a number of minutes. */
export const minutesOrNever = (text: string): number | 'never' =>
  text.toLowerCase() === 'never' ? 'never' : whole(text);

/** `never` or a number of days. */
export const daysOrNever = (text: string): number | 'never' =>
  text.toLowerCase() === 'never' ? 'never' : whole(text);

/** As the contract has it. */
export const orNull = (value: number | 'never'): number | null =>
  value === 'never' ? null : value;

/** A plan's number, or its first six digits or more. @throws InvalidArgumentError */
export function planNumber(text: string): string {
  if (!/^[0-9a-f]{6,64}$/.test(text)) {
    throw new InvalidArgumentError(
      'a plan number is at least 6 digits of 0-9 and a-f; put --plan after the name.',
    );
  }
  return text;
}

/** For an option that may be given several times: its values, in their order. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];
