/** The refusals a proxy may answer, each with the one status that belongs to it (facts 6). */
export const proxyErrors = {
  ValidationException: 400,
  InvalidStateException: 400,
  InvalidCiphertextException: 400,
  InvalidKeyUsageException: 400,
  AuthenticationFailedException: 401,
  AccessDeniedException: 403,
  KeyNotFoundException: 404,
  InvalidUriPathException: 404,
  ThrottlingException: 429,
  InternalException: 500,
  UnsupportedOperationException: 501,
  DependencyTimeoutException: 503,
} as const;
export type ProxyError = keyof typeof proxyErrors;

export const isProxyError = (name: string): name is ProxyError => Object.hasOwn(proxyErrors, name);

/** What kept a proxy from giving a usable answer. */
export type ProxyProblem =
  /** Nobody said where on this computer the host is. */
  | 'unknown host'
  | 'not reachable'
  | 'timed out'
  /** The connection broke after it stood. */
  | 'dropped'
  /** Whoever answers there does not speak TLS. */
  | 'no tls'
  | 'bad tls'
  /** A certificate for another host name. */
  | 'wrong name'
  | 'bad answer'
  /** Every key manager behind the proxy says UNAVAILABLE. */
  | 'no manager'
  | 'wrong integrity value'
  | ProxyError;

/** A proxy gave no usable answer. `detail` is for people and names no secret. */
export class ProxyTrouble extends Error {
  readonly problem: ProxyProblem;
  constructor(problem: ProxyProblem, detail: string) {
    super(detail);
    this.name = 'ProxyTrouble';
    this.problem = problem;
  }
}
