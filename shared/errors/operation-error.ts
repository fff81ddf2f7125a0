import { type FailureCode, failures } from './failures.ts';

/** Values that may be shown to a person and written to the audit log. Never a secret. */
export type SafeValue = string | number | boolean | null | readonly string[];
export type SafeDetails = Readonly<Record<string, SafeValue>>;

/** The name another system gave, shown verbatim beside our wording. */
export interface ExternalCause {
  /** `AccessDeniedException`, `CKR_PIN_INCORRECT`, `ENOSPC` … */
  readonly name: string;
  /** The call it answered: `UpdateAlias`, `C_WrapKey`, `fsync` … */
  readonly at: string;
  /** The other system's own sentence, if it gave one. */
  readonly message?: string | undefined;
  /** AWS request id. */
  readonly requestId?: string | undefined;
}

export interface Failure {
  readonly code: FailureCode;
  readonly details: SafeDetails;
  readonly external?: ExternalCause | undefined;
}

/** The only error that crosses a process boundary; its cause and stack stay where it was made. */
export class OperationError extends Error {
  readonly code: FailureCode;
  readonly details: SafeDetails;
  readonly external: ExternalCause | undefined;

  constructor(
    code: FailureCode,
    details: SafeDetails = {},
    options: { external?: ExternalCause; cause?: unknown } = {},
  ) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OperationError';
    this.code = code;
    this.details = details;
    this.external = options.external;
  }

  toFailure(): Failure {
    const { code, details, external } = this;
    return external ? { code, details, external } : { code, details };
  }

  static from(failure: Failure): OperationError {
    return new OperationError(
      failure.code,
      failure.details,
      failure.external ? { external: failure.external } : {},
    );
  }
}

/**
 * What was named is not there. The word that named it is not said again: one that fits nothing may be
 * a secret typed in the wrong place.
 * @param what What was looked for, as a person calls it.
 * @param known A name that Keyreeve itself has, where that helps to find it.
 */
export const notFound = (what: string, known?: string): OperationError =>
  new OperationError('NOT_FOUND', known === undefined ? { what } : { what, reference: known });

export const isFailureCode = (code: string): code is FailureCode => Object.hasOwn(failures, code);
