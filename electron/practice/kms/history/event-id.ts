import { createHash } from 'node:crypto';

/** A stable event id for a request, in the form of a UUID; `part` tells its several records apart. */
export function eventIdOf(requestId: string, part = ''): string {
  const hex = createHash('sha256').update(`event ${requestId}${part}`).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}
