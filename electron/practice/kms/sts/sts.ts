import type { Authenticated } from '../auth/authenticate.ts';
import type { JournalEntry } from '../state/journal.ts';
import { KmsFailure } from '../wire/failures.ts';
import type { World } from '../world.ts';
import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { stsDocument, type XmlTree } from './xml.ts';

const stsVersion = '2011-06-15';

/** The query protocol has its own names and statuses for failures that KMS also knows. */
const queryFailures: Readonly<Record<string, readonly [code: string, status: number]>> = {
  UnrecognizedClientException: ['InvalidClientTokenId', 403],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  IncompleteSignatureException: ['IncompleteSignature', 400],
  MissingAuthenticationTokenException: ['MissingAuthenticationToken', 403],
  ExpiredTokenException: ['ExpiredToken', 403],
  AccessDeniedException: ['AccessDenied', 403],
  ValidationException: ['ValidationError', 400],
  ThrottlingException: ['Throttling', 400],
  KMSInternalException: ['InternalFailure', 500],
  ServiceUnavailableException: ['ServiceUnavailable', 503],
};

export interface StsAnswer {
  readonly status: number;
  readonly xml: string;
  readonly journal: Partial<JournalEntry>;
}

function perform(
  world: World,
  who: Authenticated,
  parameters: URLSearchParams,
  requestId: string,
): XmlTree {
  const names = [...parameters.keys()];
  if (new Set(names).size < names.length) throw new KmsFailure('MalformedInput');
  const action = parameters.get('Action') ?? '';
  const version = parameters.get('Version') || 'NO_VERSION_SPECIFIED';
  if (version === stsVersion && action === 'GetCallerIdentity') return getCallerIdentity(who);
  if (version === stsVersion && action === 'AssumeRole') {
    return assumeRole(world, who, parameters, requestId);
  }
  const text = `Could not find operation ${action} for version ${version}`;
  throw new KmsFailure('InvalidAction', text);
}

const inQuery = (failure: KmsFailure): readonly [code: string, status: number] =>
  queryFailures[failure.code] ?? [failure.code, failure.status];

export function failureXml(failure: KmsFailure, requestId: string): string {
  const [code, status] = inQuery(failure);
  return stsDocument('ErrorResponse', {
    Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: failure.text ?? '' },
    RequestId: requestId,
  });
}

/** Only what says which role; a token code or an external id is nobody's business. */
const shownParameters = (parameters: URLSearchParams) => ({
  RoleArn: parameters.get('RoleArn'),
  RoleSessionName: parameters.get('RoleSessionName'),
  DurationSeconds: parameters.get('DurationSeconds'),
});

/** Answers one STS call. `fault` is a rehearsed failure that replaces the work. */
export function answerSts(
  world: World,
  authenticate: () => Authenticated,
  parameters: URLSearchParams,
  requestId: string,
  fault: KmsFailure | null,
): StsAnswer {
  let who: Authenticated | null = null;
  const identity = () => ({
    account: who?.caller.account ?? null,
    region: who?.region ?? null,
    principal: who?.caller.arn ?? null,
    parameters: shownParameters(parameters),
  });
  try {
    who = authenticate();
    if (fault !== null) throw fault;
    const tree = perform(world, who, parameters, requestId);
    const root = `${parameters.get('Action') ?? ''}Response`;
    const xml = stsDocument(root, { ...tree, ResponseMetadata: { RequestId: requestId } });
    return { status: 200, xml, journal: identity() };
  } catch (error) {
    if (!(error instanceof KmsFailure)) throw error;
    const [code, status] = inQuery(error);
    const journal = { ...identity(), error: code, message: error.text ?? null };
    return { status, xml: failureXml(error, requestId), journal };
  }
}
