/**
 * Conversions between milliseconds since 1970 and the Date objects that packages want. They read no
 * clock; they live here because nothing else in the core may name `Date`.
 */

/** A Date for a package that takes one. */
export const dateAt = (ms: number): Date => new Date(ms);

/** Milliseconds of a Date that a package returned; null when absent or not a time. */
export function msOf(date: unknown): number | null {
  if (!(date instanceof Date)) return null;
  const ms = date.getTime();
  return Number.isNaN(ms) ? null : ms;
}

/** Milliseconds of a time as ISO 8601 writes it; null when it is none. */
export function msOfIso(text: string): number | null {
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** Milliseconds of an HTTP `Date` header (RFC 9110, 5.6.7); null when absent or unreadable. */
export function msOfHttpDate(text: string | undefined): number | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
