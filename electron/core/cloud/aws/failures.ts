import type { FailureCode } from '../../../../shared/errors/failures.ts';
import {
  type ExternalCause,
  OperationError,
  type SafeDetails,
} from '../../../../shared/errors/operation-error.ts';
import { socketName, WireFailure } from './wire-failure.ts';

/**
 * How a failure is met.
 * - `throttled`: refused before anything was done; again after a pause, and slower.
 * - `unsent`: never left this computer; again after a pause, whatever the call.
 * - `transient`: may pass; again after a pause when the call may be repeated.
 * - `credential`, `permission`, `state`, `permanent`: asking again changes nothing.
 * - `ambiguous`: may have been carried out; look before acting again.
 */
export type RetryClass =
  | 'throttled'
  | 'unsent'
  | 'transient'
  | 'credential'
  | 'permission'
  | 'state'
  | 'permanent'
  | 'ambiguous';

type Row = readonly [FailureCode, RetryClass];

/** AWS's error names (KMS, STS and the common front end) and what they mean here. */
const table: Readonly<Record<string, Row>> = {
  ThrottlingException: ['AWS_THROTTLED', 'throttled'],
  Throttling: ['AWS_THROTTLED', 'throttled'],
  ThrottledException: ['AWS_THROTTLED', 'throttled'],
  RequestLimitExceeded: ['AWS_THROTTLED', 'throttled'],
  RequestThrottled: ['AWS_THROTTLED', 'throttled'],
  RequestThrottledException: ['AWS_THROTTLED', 'throttled'],
  TooManyRequestsException: ['AWS_THROTTLED', 'throttled'],
  SlowDown: ['AWS_THROTTLED', 'throttled'],

  KMSInternalException: ['AWS_FAILED', 'transient'],
  DependencyTimeoutException: ['AWS_FAILED', 'transient'],
  KeyUnavailableException: ['AWS_FAILED', 'transient'],
  InternalFailure: ['AWS_FAILED', 'transient'],
  InternalError: ['AWS_FAILED', 'transient'],
  InternalServerError: ['AWS_FAILED', 'transient'],
  ServiceUnavailable: ['AWS_FAILED', 'transient'],
  ServiceUnavailableException: ['AWS_FAILED', 'transient'],
  RequestTimeout: ['AWS_FAILED', 'transient'],
  RequestTimeoutException: ['AWS_FAILED', 'transient'],

  UnrecognizedClientException: ['CREDENTIAL_REJECTED', 'credential'],
  InvalidClientTokenId: ['CREDENTIAL_REJECTED', 'credential'],
  InvalidAccessKeyId: ['CREDENTIAL_REJECTED', 'credential'],
  InvalidSignatureException: ['CREDENTIAL_REJECTED', 'credential'],
  SignatureDoesNotMatch: ['CREDENTIAL_REJECTED', 'credential'],
  IncompleteSignature: ['CREDENTIAL_REJECTED', 'credential'],
  IncompleteSignatureException: ['CREDENTIAL_REJECTED', 'credential'],
  MissingAuthenticationToken: ['CREDENTIAL_REJECTED', 'credential'],
  MissingAuthenticationTokenException: ['CREDENTIAL_REJECTED', 'credential'],
  ExpiredToken: ['CREDENTIAL_REJECTED', 'credential'],
  ExpiredTokenException: ['CREDENTIAL_REJECTED', 'credential'],
  InvalidToken: ['CREDENTIAL_REJECTED', 'credential'],
  AuthFailure: ['CREDENTIAL_REJECTED', 'credential'],
  OptInRequired: ['CREDENTIAL_REJECTED', 'credential'],
  RegionDisabledException: ['CREDENTIAL_REJECTED', 'credential'],
  CredentialsProviderError: ['CREDENTIAL_REJECTED', 'credential'],

  RequestTimeTooSkewed: ['AWS_CLOCK_SKEW', 'credential'],
  RequestExpired: ['AWS_CLOCK_SKEW', 'credential'],
  RequestInTheFuture: ['AWS_CLOCK_SKEW', 'credential'],

  AccessDenied: ['AWS_ACCESS_DENIED', 'permission'],
  AccessDeniedException: ['AWS_ACCESS_DENIED', 'permission'],
  NotAuthorized: ['AWS_ACCESS_DENIED', 'permission'],
  NotAuthorizedException: ['AWS_ACCESS_DENIED', 'permission'],
  UnauthorizedOperation: ['AWS_ACCESS_DENIED', 'permission'],

  KMSInvalidStateException: ['AWS_KEY_STATE', 'state'],
  DisabledException: ['AWS_KEY_STATE', 'state'],
  ConflictException: ['AWS_KEY_STATE', 'state'],
  NotFoundException: ['AWS_KEY_GONE', 'state'],

  AlreadyExistsException: ['ALIAS_HELD_ELSEWHERE', 'state'],
  LimitExceededException: ['AWS_LIMIT', 'permanent'],
  CustomKeyStoreInvalidStateException: ['XKS_STORE_STATE', 'state'],
  CustomKeyStoreNotFoundException: ['XKS_STORE_GONE', 'state'],
  CustomKeyStoreHasCMKsException: ['XKS_STORE_IN_USE', 'state'],
  CustomKeyStoreNameInUseException: ['NAME_TAKEN', 'permanent'],
  XksKeyNotFoundException: ['XKS_KEY_UNUSABLE', 'permanent'],
  XksKeyInvalidConfigurationException: ['XKS_KEY_UNUSABLE', 'permanent'],
  XksKeyAlreadyInUseException: ['XKS_KEY_UNUSABLE', 'permanent'],
  XksKeyInvalidResponseException: ['XKS_KEY_UNUSABLE', 'permanent'],
  XksProxyIncorrectAuthenticationCredentialException: ['XKS_PROXY_REFUSED', 'permanent'],
  XksProxyInvalidConfigurationException: ['XKS_PROXY_REFUSED', 'permanent'],
  XksProxyInvalidResponseException: ['XKS_PROXY_REFUSED', 'permanent'],
  XksProxyUriEndpointInUseException: ['XKS_PROXY_REFUSED', 'permanent'],
  XksProxyUriInUseException: ['XKS_PROXY_REFUSED', 'permanent'],
  XksProxyUriUnreachableException: ['XKS_PROXY_REFUSED', 'permanent'],
  XksProxyVpcEndpointServiceInUseException: ['XKS_PROXY_REFUSED', 'permanent'],
  XksProxyVpcEndpointServiceInvalidConfigurationException: ['XKS_PROXY_REFUSED', 'permanent'],
  XksProxyVpcEndpointServiceNotFoundException: ['XKS_PROXY_REFUSED', 'permanent'],

  MalformedPolicyDocumentException: ['AWS_POLICY_REFUSED', 'permanent'],
  ExpiredImportTokenException: ['IMPORT_TOKEN_EXPIRED', 'permanent'],
  InvalidImportTokenException: ['IMPORT_TOKEN_EXPIRED', 'permanent'],
  IncorrectKeyMaterialException: ['IMPORT_WRONG_MATERIAL', 'permanent'],
};

/** A classified failure: the error to raise and how to meet it. */
export interface Classified {
  readonly error: OperationError;
  readonly retry: RetryClass;
}

export interface FailedCall {
  readonly operation: string;
  /** False for CreateKey and its like: an unknown outcome must be looked up. */
  readonly repeatable: boolean;
  readonly changes: boolean;
  /** The key was made by us a moment ago: AWS may not see it everywhere yet. */
  readonly justMade: boolean;
  /** Our clock minus AWS's, ms. */
  readonly skew: number | null;
  /** Address of the practice KMS; null for AWS. */
  readonly practice: string | null;
  /** What people here call the credential it was signed with; null where nobody said. */
  readonly credential: string | null;
  /** What people here call the KMS key of an ARN; nothing where it is not known. */
  readonly ofKey: (arn: string) => SafeDetails;
}

/** Beyond this AWS refuses signatures (its limit is five minutes either way). Milliseconds. */
export const skewLimit = 5 * 60_000;
export const skewWarning = 60_000;

/** Turns whatever a call threw into the one error that is shown, with AWS's own words kept. */
export function classify(cause: unknown, call: FailedCall): Classified {
  if (cause instanceof OperationError) return { error: cause, retry: retryClassOf(cause) };
  if (cause instanceof WireFailure) return classifyWire(cause, call);
  if (isAwsError(cause)) return classifyAws(cause, call);
  return classifyWire(new WireFailure('foreign', 'unreadable reply', { cause }), call);
}

/** May a call that ended like this have been carried out? AWS's answer that it refused says no. */
export function mayHaveHappened({ error, retry }: Classified): boolean {
  if (retry === 'ambiguous') return true;
  // of what passes by itself, these two are refusals
  return retry === 'transient' && error.code !== 'AWS_KEY_GONE' && error.code !== 'AWS_KEY_STATE';
}

/**
 * Does this refusal follow from an earlier attempt whose answer was lost? AWS may take an import token
 * once, and material only where there is none: a repeated import is then refused because the first
 * one took effect. Neither says that anything is wrong, only that nobody knows yet.
 */
export function tellsOfLostAnswer({ error }: Classified): boolean {
  const { name, at } = error.external ?? {};
  return (
    at === 'ImportKeyMaterial' &&
    (name === 'InvalidImportTokenException' || name === 'KMSInvalidStateException')
  );
}

/** What such a refusal amounts to: the earlier attempt may have been carried out, look. */
export const answerLost = (lost: Classified, refused: Classified): Classified => ({
  retry: 'ambiguous',
  error: new OperationError(
    'AWS_ANSWER_LOST',
    { ...lost.error.details, retry: 'ambiguous' },
    {
      ...(lost.error.external ? { external: lost.error.external } : {}),
      cause: refused.error,
    },
  ),
});

/** The class an error of this adapter was raised with. */
function retryClassOf(error: OperationError): RetryClass {
  const { retry } = error.details;
  return isRetryClass(retry) ? retry : 'permanent';
}

const classes: readonly string[] = [
  'throttled',
  'unsent',
  'transient',
  'credential',
  'permission',
  'state',
  'permanent',
  'ambiguous',
];
const isRetryClass = (value: unknown): value is RetryClass =>
  typeof value === 'string' && classes.includes(value);

interface AwsError extends Error {
  readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** The SDK marks the errors it read from a reply; its own failures to read one have no fault. */
const isAwsError = (cause: unknown): cause is AwsError =>
  cause instanceof Error &&
  '$fault' in cause &&
  '$metadata' in cause &&
  typeof cause.$metadata === 'object';

function classifyAws(cause: AwsError, call: FailedCall): Classified {
  const { operation } = call;
  const name = cause.name;
  const status = cause.$metadata.httpStatusCode ?? 0;
  const requestId = cause.$metadata.requestId;
  const message =
    cause.message === 'UnknownError' || cause.message === '' ? undefined : cause.message;
  const external: ExternalCause = {
    name,
    at: operation,
    ...(message === undefined ? {} : { message: message.slice(0, 1000) }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  const [code, retry] = rowOf(name, status, call, message ?? '');
  const details = { operation, retry, ...detailsOf(code, name, message ?? '', call) };
  return { error: new OperationError(code, details, { external, cause }), retry };
}

function rowOf(name: string, status: number, call: FailedCall, message: string): Row {
  if (status === 429) return ['AWS_THROTTLED', 'throttled'];
  const row = table[name] ?? (status >= 500 ? table['InternalFailure'] : undefined);
  if (row === undefined) return ['AWS_REFUSED', 'permanent'];
  const [code, retry] = row;
  if (retry === 'transient' && !call.repeatable) return ['AWS_ANSWER_LOST', 'ambiguous'];
  if (name === 'NotFoundException' && call.justMade) return [code, 'transient'];
  // seconds after CreateKey or a replica's making: a state that passes by itself
  if (code === 'AWS_KEY_STATE' && /is (creating|updating)\.?$/.test(message))
    return [code, 'transient'];
  if (code === 'CREDENTIAL_REJECTED' && isAboutTime(message, call.skew)) {
    return ['AWS_CLOCK_SKEW', 'credential'];
  }
  if (name === 'AlreadyExistsException' && call.operation !== 'CreateAlias') {
    return ['AWS_REFUSED', 'permanent'];
  }
  return row;
}

/** AWS reports a clock that is off as a bad signature and says so in the text only. */
const isAboutTime = (message: string, skew: number | null): boolean =>
  /signature (expired|not yet current)|too skewed/i.test(message) ||
  (skew !== null && Math.abs(skew) > skewLimit);

function detailsOf(
  code: FailureCode,
  name: string,
  message: string,
  call: FailedCall,
): SafeDetails {
  if (code === 'AWS_ACCESS_DENIED') {
    const action = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1];
    const resource = /on resource: (arn:[\w+=,.@/:-]+)/.exec(message)?.[1];
    const on = resource === undefined ? {} : { resource, ...call.ofKey(resource) };
    return { permission: action ?? `kms:${call.operation}`, ...on, ...byName(call.credential) };
  }
  if (code === 'CREDENTIAL_REJECTED') return byName(call.credential);
  if (code === 'AWS_CLOCK_SKEW') {
    return call.skew === null ? {} : { seconds: Math.round(call.skew / 1000) };
  }
  if (name === 'InvalidCiphertextException' && call.operation === 'ImportKeyMaterial') {
    return { problem: 'AWS could not open what was wrapped' };
  }
  return {};
}

/** Whose refusal it is, for the words of a failure. */
export const byName = (credential: string | null | undefined): SafeDetails =>
  credential ? { credential } : {};

/** What a firewall must let through, or what must run: said wherever nobody could be reached. */
const reachable = ({ practice }: FailedCall): SafeDetails =>
  practice === null ? { host: '*.amazonaws.com', port: 443, direction: 'outbound' } : { practice };

function classifyWire(cause: WireFailure, call: FailedCall): Classified {
  const { operation, repeatable } = call;
  const external: ExternalCause = {
    name: cause.external,
    at: operation,
    ...(cause.message === cause.external ? {} : { message: cause.message }),
    ...(cause.requestId === null ? {} : { requestId: cause.requestId }),
  };
  const fail = (code: FailureCode, retry: RetryClass, details: SafeDetails = {}): Classified => ({
    error: new OperationError(code, { operation, retry, ...details }, { external, cause }),
    retry,
  });
  if (socketName(cause.cause) === 'REALM_MISMATCH') {
    return fail('REALM_MISMATCH', 'permanent', {
      problem: 'the host name leads to the other realm',
    });
  }
  if (cause.phase === 'unsent') {
    const { tls } = cause;
    if (tls === null) return fail('AWS_UNREACHABLE', 'unsent', reachable(call));
    // waiting does not help
    const met = { tls: tls.trouble, host: tls.host };
    return fail('AWS_UNREACHABLE', 'permanent', { ...reachable(call), ...met });
  }
  if (!repeatable) return fail('AWS_ANSWER_LOST', 'ambiguous');
  if (cause.phase === 'lost') {
    return call.changes
      ? fail('AWS_ANSWER_LOST', 'transient')
      : fail('AWS_UNREACHABLE', 'transient');
  }
  if (cause.phase === 'server') return fail('AWS_FAILED', 'transient');
  return fail('AWS_UNREACHABLE', 'transient', {
    ...reachable(call),
    problem: 'something else answered',
    foreign: cause.external,
  });
}
