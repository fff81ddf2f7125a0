/**
 * The error names of the XKS proxy API v1 and their HTTP status; a retryable one makes KMS count
 * the proxy as unreliable, so what the caller did wrong never has one of those names.
 */
export const statusOf = {
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

export type XksErrorName = keyof typeof statusOf;

/** The one way in which a request is refused. `message` goes to the log of the caller's account. */
export class XksFailure extends Error {
  override readonly name = 'XksFailure';
  readonly errorName: XksErrorName;
  /** What decided it, for the audit only: a rule's id, the HSM's own error. */
  readonly detail: string | null;

  constructor(errorName: XksErrorName, message: string, detail: string | null = null) {
    super(message);
    this.errorName = errorName;
    this.detail = detail;
  }
}

/** What KMS is sent: a status and one line of JSON. */
export interface XksAnswer {
  readonly status: number;
  readonly body: string;
}

export const okAnswer = (content: object): XksAnswer => ({
  status: 200,
  body: JSON.stringify(content),
});

const longestMessage = 500;

/** GET and other methods on an API path have no error name of their own. */
export const methodAnswer: XksAnswer = {
  status: 405,
  body: errorBody('UnsupportedOperationException', 'This API answers POST requests.'),
};

/** Requests of another major version of HTTP have none either. */
export const versionAnswer: XksAnswer = {
  status: 505,
  body: errorBody('UnsupportedOperationException', 'This API is spoken over HTTP/1.1.'),
};

export const failureAnswer = (failure: XksFailure): XksAnswer => ({
  status: statusOf[failure.errorName],
  body: errorBody(failure.errorName, failure.message),
});

function errorBody(errorName: XksErrorName, message: string): string {
  return JSON.stringify({ errorName, errorMessage: printable(message) });
}

/** Printable ASCII only, under 512 characters, whatever a request brought into the sentence. */
export function printable(text: string): string {
  return text.slice(0, longestMessage).replaceAll(/[^\x20-\x7e]/g, '?');
}
