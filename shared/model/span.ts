/** A span as a person says it; calendar arithmetic is in UTC. */
export interface SpanOfTime {
  readonly amount: number;
  readonly unit: 'days' | 'weeks' | 'months' | 'years';
}

const day = 86_400_000;

/**
 * `from` (ms since 1970, UTC) plus a span. Months and years keep the day of the month where there
 * is one, else they take the month's last day: 31 January plus one month is 28 or 29 February.
 */
export function addSpan(from: number, span: SpanOfTime): number {
  if (span.unit === 'days') return from + span.amount * day;
  if (span.unit === 'weeks') return from + span.amount * 7 * day;
  const months = span.unit === 'months' ? span.amount : span.amount * 12;
  const start = new Date(from);
  const wanted = start.getUTCDate();
  const moved = new Date(from);
  moved.setUTCDate(1);
  moved.setUTCMonth(start.getUTCMonth() + months);
  const last = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(wanted, last));
  return moved.getTime();
}

/** `3 months`, `1 week`. */
export function saySpan(span: SpanOfTime): string {
  return span.amount === 1 ? `1 ${span.unit.slice(0, -1)}` : `${span.amount} ${span.unit}`;
}

/** ISO 8601 in UTC, as exports and proofs write times. */
export const sayTime = (at: number): string => new Date(at).toISOString();

/** The day in UTC, to tell days apart; nobody reads it, for it may be another day where they are. */
export const utcDay = (at: number): string => sayTime(at).slice(0, 10);

/** For ends that people count in days. It names its zone: a window says the day that it is there. */
export const sayMinute = (at: number): string => `${sayTime(at).slice(0, 16)}Z`;

/** A text whose {@link sayMinute} tell the day alone, as the minute moves while nothing changes. */
export const withoutMinutes = (text: string): string =>
  text.replaceAll(/(\d{4}-\d\d-\d\d)T\d\d:\d\dZ/g, '$1');
