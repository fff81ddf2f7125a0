import type { FailureCode } from '../../../../../shared/errors/failures.ts';
import { OperationError, type SafeDetails } from '../../../../../shared/errors/operation-error.ts';
import { resultName } from './numbers.ts';

/** A PKCS#11 function answered with something other than CKR_OK. */
export class CryptokiError extends Error {
  /** The standard's name, e.g. `CKR_PIN_INCORRECT`. */
  readonly result: string;
  /** The function, e.g. `C_Login`. */
  readonly at: string;

  constructor(code: number, at: string) {
    const result = resultName(code);
    super(`${result} at ${at}`);
    this.name = 'CryptokiError';
    this.result = result;
    this.at = at;
  }

  is(...names: readonly string[]): boolean {
    return names.includes(this.result);
  }
}

/** Results after which nothing this process says about the token is to be trusted. */
const deviceGone: readonly string[] = [
  'CKR_GENERAL_ERROR',
  'CKR_FUNCTION_FAILED',
  'CKR_DEVICE_ERROR',
  'CKR_DEVICE_MEMORY',
  'CKR_DEVICE_REMOVED',
  'CKR_HOST_MEMORY',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_TOKEN_NOT_RECOGNIZED',
  'CKR_CRYPTOKI_NOT_INITIALIZED',
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_SESSION_CLOSED',
  'CKR_SESSION_COUNT',
];

const codes: Readonly<Record<string, FailureCode>> = {
  CKR_PIN_INCORRECT: 'HSM_PIN_REFUSED',
  CKR_PIN_INVALID: 'HSM_PIN_REFUSED',
  CKR_PIN_LEN_RANGE: 'HSM_PIN_REFUSED',
  CKR_PIN_EXPIRED: 'HSM_PIN_REFUSED',
  CKR_USER_PIN_NOT_INITIALIZED: 'HSM_PIN_REFUSED',
  CKR_PIN_LOCKED: 'HSM_PIN_LOCKED',
  CKR_USER_NOT_LOGGED_IN: 'HSM_PIN_NEEDED',
};

export const isDeviceGone = (error: CryptokiError): boolean => deviceGone.includes(error.result);

/** Our failure for a PKCS#11 result, with its own name and function beside it. */
export function failureOf(
  error: CryptokiError,
  options: { code?: FailureCode; details?: SafeDetails } = {},
): OperationError {
  const usual = isDeviceGone(error) ? 'HSM_UNAVAILABLE' : (codes[error.result] ?? 'HSM_REFUSED');
  return new OperationError(options.code ?? usual, options.details ?? {}, {
    external: { name: error.result, at: error.at },
    cause: error,
  });
}
