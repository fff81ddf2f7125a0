import type { TlsTrouble } from '../../../../shared/model/tls.ts';

/**
 * What went wrong between us and the other side, as far as it decides what may be done next.
 * - `unsent`: no byte of the request left this computer. Sending again is safe for every call.
 * - `lost`: it left, or may have; what the other side did is not known.
 * - `foreign`: something answered that is not AWS (a captive portal, a proxy's error page).
 * - `server`: AWS itself answered with a plain 5xx that carries no error name.
 */
export type WirePhase = 'unsent' | 'lost' | 'foreign' | 'server';

/** A call that no answer with a name of AWS's explains: its phase says whether it may have had its effect. */
export class WireFailure extends Error {
  readonly phase: WirePhase;
  /** Verbatim: `ECONNREFUSED`, `ENOTFOUND`, `HTTP 302`, `timeout after 30 s` … */
  readonly external: string;
  readonly requestId: string | null;
  /** Why TLS did not come about, and with whom; null: it was something else. */
  readonly tls: { readonly trouble: TlsTrouble; readonly host: string } | null;

  constructor(
    phase: WirePhase,
    external: string,
    options: {
      message?: string;
      requestId?: string | null;
      tls?: WireFailure['tls'];
      cause?: unknown;
    } = {},
  ) {
    super(
      options.message ?? external,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'WireFailure';
    this.phase = phase;
    this.external = external;
    this.requestId = options.requestId ?? null;
    this.tls = options.tls ?? null;
  }
}

const codeOf = (cause: unknown): string | null =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;

/** The other system's name for a socket failure; happy-eyeballs errors name their first cause. */
export function socketName(cause: unknown): string {
  const own = codeOf(cause);
  if (own) return own;
  if (cause instanceof AggregateError) {
    for (const inner of cause.errors) {
      const code = codeOf(inner);
      if (code) return code;
    }
  }
  return cause instanceof Error ? cause.name : 'socket error';
}
