/** How a failure is to be met: by nobody, by editing the input, later, or by a person. */
export type Remedy = 'never' | 'after-edit' | 'later' | 'person';

export interface FailureTraits {
  /** Exit code of the CLI (docs/cli.md lists them). */
  readonly exit: number;
  /** HTTP status of the console host. */
  readonly http: number;
  readonly remedy: Remedy;
}

const usage = (http = 400): FailureTraits => ({ exit: 64, http, remedy: 'after-edit' });
const data = (http = 422): FailureTraits => ({ exit: 65, http, remedy: 'person' });
const missing = (): FailureTraits => ({ exit: 66, http: 404, remedy: 'after-edit' });
const later = (http = 503): FailureTraits => ({ exit: 75, http, remedy: 'later' });
const person = (http = 409): FailureTraits => ({ exit: 78, http, remedy: 'person' });
const denied = (http = 403): FailureTraits => ({ exit: 77, http, remedy: 'person' });
const broken = (): FailureTraits => ({ exit: 70, http: 500, remedy: 'person' });

/**
 * Every way an operation or a job step can fail: a closed set. Each code has operator wording in
 * shared/text/failures.ts; a code without wording does not compile.
 */
export const failures = {
  // the call itself
  BAD_INPUT: usage(),
  NO_SUCH_OPERATION: usage(404),
  CALLER_NOT_TRUSTED: denied(),
  CONSOLE_NOT_ALLOWED: denied(),
  CONNECTION_LOST: later(),
  CONFIRMATION_NEEDED: usage(409),
  NOT_FOUND: missing(),
  AMBIGUOUS_NAME: usage(409),
  NAME_TAKEN: usage(409),
  PLAN_CHANGED: { exit: 73, http: 409, remedy: 'person' },
  NOTHING_TO_DO: usage(409),
  NEEDS_DAEMON: usage(409),
  NEEDS_CONSOLE: usage(409),
  PORT_TAKEN: usage(409),
  HOLDER_GONE: later(),
  KEYSTORE_RENEWING: later(423),
  CANCELLED_BY_PERSON: { exit: 130, http: 409, remedy: 'never' },
  INTERNAL: broken(),

  // keystore
  KEYSTORE_LOCKED: { exit: 77, http: 423, remedy: 'person' },
  KEYSTORE_CHECKING: later(423),
  KEYSTORE_READ_ONLY: denied(423),
  KEYSTORE_NOT_FOUND: missing(),
  KEYSTORE_EXISTS: usage(409),
  KEYSTORE_IN_USE: later(423),
  KEYSTORE_NOT_A_FILE: data(),
  KEYSTORE_HEADER_MISSING: data(),
  KEYSTORE_HEADER_DAMAGED: data(),
  KEYSTORE_DAMAGED: data(),
  KEYSTORE_TAMPERED: data(),
  KEYSTORE_OLDER_THAN_ANCHOR: data(),
  KEYSTORE_NEWER_VERSION: data(),
  UNLOCK_REFUSED: denied(),
  PASSPHRASE_TOO_SHORT: usage(),
  SLOT_LAST: usage(409),
  DISK_FULL: later(507),
  DISK_READ_ONLY: person(507),
  DISK_FAILED: person(507),
  REALM_MISMATCH: denied(409),

  // second person
  APPROVAL_NEEDED: { exit: 77, http: 409, remedy: 'person' },
  APPROVAL_OVER: usage(409),
  APPROVER_REFUSED: denied(),
  APPROVER_NEEDED: usage(409),

  // backup
  BACKUP_PLACE_MISSING: person(),
  BACKUP_PLACE_UNUSABLE: person(),
  BACKUP_INVALID: data(),
  BACKUP_NEEDED_FIRST: person(),

  // audit
  AUDIT_BROKEN: data(),

  // HSM
  HSM_NOT_ATTACHED: person(),
  HSM_MODULE_UNUSABLE: person(),
  HSM_UNAVAILABLE: later(),
  HSM_TIMEOUT: later(),
  HSM_WRONG_TOKEN: person(),
  HSM_PIN_NEEDED: denied(),
  HSM_PIN_REFUSED: denied(),
  HSM_PIN_LAST_TRY: denied(),
  HSM_PIN_LOCKED: denied(),
  HSM_MASTER_MISSING: person(),
  HSM_MASTER_DIFFERS: person(),
  HSM_CANNOT_SEND: person(),
  HSM_CANNOT_CARRY: person(),
  HSM_REFUSED: person(),
  HSM_KEY_DIFFERS: data(),

  // credentials, policies
  CREDENTIAL_FILE_INVALID: usage(),
  CREDENTIAL_IN_USE: usage(409),
  CREDENTIAL_REJECTED: denied(),
  POLICY_INVALID: usage(),

  // groups and keys
  ACCOUNT_MISMATCH: denied(409),
  GROUP_NOT_EMPTY: usage(409),
  GROUP_HAS_KEYS: usage(409),
  ALIAS_HELD_ELSEWHERE: person(),
  ALIAS_TAKEN_IN_KEYSTORE: usage(409),
  ACTIVE_KEY_UNUSABLE: person(),
  KEY_NOT_IN_AWS: person(),
  ROTATION_OVERTAKEN: person(),
  KEY_NOT_ENABLED: person(),
  COPY_NOT_PROVED: person(),
  MATERIAL_NOT_NAMED: person(),
  MAPPING_FIXED: usage(409),
  MATERIAL_NOT_CURRENT: usage(409),
  MATERIAL_MISSING: person(),
  MATERIAL_PENDING: person(),
  MATERIAL_FORGOTTEN: usage(409),
  ROTATION_LIMIT: person(),
  BRING_IN_NOT_PREPARED: usage(409),
  BRING_IN_NOT_TAKEN: usage(409),
  BRING_IN_NOT_OPENED: data(),
  BRING_IN_WRONG_LENGTH: data(),
  BRING_IN_KCV_DIFFERS: data(),
  BRING_IN_KNOWN: usage(409),
  COPY_KEY_NOT_TAKEN: usage(409),
  COPY_KEY_KNOWN: usage(409),
  NAME_NOT_TYPED: usage(409),
  ALREADY_RUNNING: usage(409),
  NOT_DESIGNATED: denied(409),
  SOFTWARE_KEY_TO_REAL_AWS: denied(409),

  // external key stores
  XKS_NO_STORE: usage(409),
  XKS_STORE_IN_USE: usage(409),
  XKS_TWO_CREDENTIALS: usage(409),
  XKS_LAST_CREDENTIAL: usage(409),
  XKS_KEY_BOUND: usage(409),
  XKS_ONLY_IN_HSM: usage(409),
  XKS_UNSUPPORTED: usage(409),
  XKS_NOT_PUBLISHED: later(),
  XKS_NOT_SERVED: later(),
  XKS_PROXY_NOT_STARTED: person(),
  XKS_STORE_STATE: person(),
  XKS_STORE_GONE: person(),
  XKS_CONNECT_FAILED: person(),
  XKS_PROXY_REFUSED: person(),
  XKS_KEY_UNUSABLE: person(),
  XKS_AUDIT_BROKEN: data(),
  XKS_NOT_RELEASED: person(),
  XKS_FOLDER_IN_USE: usage(409),

  // jobs
  JOB_NOT_CANCELLABLE: usage(409),
  JOB_NOT_WAITING_FOR_YOU: usage(409),
  JOB_UNREADABLE: data(),
  /** details.reason: `inherited`, `interrupted-twice` or `went-in-circles`. */
  JOB_NEEDS_REVIEW: person(),

  // AWS
  AWS_UNREACHABLE: later(502),
  AWS_THROTTLED: later(429),
  AWS_ACCESS_DENIED: denied(),
  AWS_ANSWER_LOST: later(502),
  AWS_KEY_STATE: person(),
  AWS_KEY_GONE: person(),
  AWS_LIMIT: person(),
  AWS_REFUSED: person(),
  AWS_FAILED: later(502),
  AWS_POLICY_REFUSED: person(),
  AWS_CLOCK_SKEW: person(),
  AWS_NOT_PRACTICE: denied(409),
  PRACTICE_NOT_STARTED: later(),
  PRACTICE_NOT_RUNNING: person(),
  PRACTICE_REFUSED: usage(),
  IMPORT_TOKEN_EXPIRED: later(409),
  IMPORT_NOT_OPENED: person(),
  IMPORT_WRONG_MATERIAL: data(),
  IMPORT_OVER_PRESENT: usage(409),
  WRAPPING_KEY_CHANGED: person(),
  WRAPPING_KEY_WEAK: person(),
  READ_BACK_DIFFERS: person(),
} as const satisfies Record<string, FailureTraits>;

export type FailureCode = keyof typeof failures;

/** Codes that any operation may answer with, so that no operation lists them. */
export const universalFailures: readonly FailureCode[] = [
  'BAD_INPUT',
  'NO_SUCH_OPERATION',
  'CALLER_NOT_TRUSTED',
  'CONSOLE_NOT_ALLOWED',
  'KEYSTORE_LOCKED',
  'KEYSTORE_CHECKING',
  'KEYSTORE_RENEWING',
  'KEYSTORE_READ_ONLY',
  'DISK_FULL',
  'DISK_READ_ONLY',
  'DISK_FAILED',
  'INTERNAL',
];
