import type { Call } from '../world.ts';

/** A key or an alias that a call was about. */
export interface TrailResource {
  readonly arn: string;
  readonly account: string;
}

/** How a request came in. */
export interface Source {
  readonly userAgent: string | null;
  readonly accessKeyId: string | null;
}

/** A user agent may be as long as all headers together; nobody needs more of it. */
const maxAgent = 256;

/** From the headers alone, for calls that were never authenticated too. */
export function sourceOf(headers: Readonly<Record<string, string>>): Source {
  const authorization = headers['authorization'] ?? '';
  const start = authorization.indexOf('Credential=') + 'Credential='.length;
  const end = authorization.indexOf('/', start);
  const named = start >= 'Credential='.length && end > start;
  return {
    userAgent: headers['user-agent']?.slice(0, maxAgent) ?? null,
    accessKeyId: named ? authorization.slice(start, end) : null,
  };
}

/** The part of a journal entry that only the event history needs. */
export interface TrailEntry extends Source {
  readonly who: Pick<Call['caller'], 'principal' | 'userId'>;
  readonly resources: readonly TrailResource[];
  readonly additional: Readonly<Record<string, string>>;
  /** What the reply of a changing operation said; null for all others. */
  readonly response: unknown;
}
