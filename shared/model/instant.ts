/** A written time (ISO 8601) as milliseconds since 1970 (UTC). */
export const instantOf = (written: string): number => Date.parse(written);
