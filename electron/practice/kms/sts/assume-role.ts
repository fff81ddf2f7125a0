import type { Authenticated } from '../auth/authenticate.ts';
import { newSession, sessionCaller, sessionToken } from '../auth/sessions.ts';
import { identityPolicySchema } from '../policy/statements.ts';
import { describeIssue } from '../principals/issues.ts';
import { KmsFailure } from '../wire/failures.ts';
import type { World } from '../world.ts';
import { checkMfa } from './mfa.ts';
import { assumeDenied, requireTrust } from './trust.ts';
import type { XmlTree } from './xml.ts';

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/([\w+=,.@/-]{1,512})$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const USUAL_SECONDS = 3600;
const SHORTEST_SECONDS = 900;
const LONGEST_SECONDS = 43_200;
const CHAINED_SECONDS = 3600;
const LONGEST_POLICY = 2048;

const invalid = (text: string) => new KmsFailure('ValidationError', text);

const violated = (value: string | null, path: string, rule: string): KmsFailure => {
  const shown = value === null ? 'Value null' : `Value '${value}'`;
  return invalid(
    `1 validation error detected: ${shown} at '${path}' failed to satisfy constraint: Member must ${rule}`,
  );
};

function readDuration(text: string | null): number {
  const value = text === null ? USUAL_SECONDS : Number(text);
  if (Number.isInteger(value) && value >= SHORTEST_SECONDS && value <= LONGEST_SECONDS)
    return value;
  const rule =
    value < SHORTEST_SECONDS
      ? `greater than or equal to ${SHORTEST_SECONDS}`
      : `less than or equal to ${LONGEST_SECONDS}`;
  throw violated(text ?? '', 'durationSeconds', `have value ${rule}`);
}

function readSessionName(name: string | null): string {
  if (name !== null && SESSION_NAME.test(name)) return name;
  const rule =
    name === null ? 'not be null' : String.raw`satisfy regular expression pattern: [\w+=,.@-]*`;
  throw violated(name, 'roleSessionName', rule);
}

function readExternalId(text: string | null): string | null {
  if (text === null || EXTERNAL_ID.test(text)) return text;
  const rule = String.raw`satisfy regular expression pattern: [\w+=,.@:\/-]*`;
  throw violated(text, 'externalId', rule);
}

/** The session policy as text. Raises MalformedPolicyDocument. */
function readPolicy(text: string | null): string | null {
  if (text === null) return null;
  if (text.length > LONGEST_POLICY) {
    throw violated(text, 'policy', `have length less than or equal to ${LONGEST_POLICY}`);
  }
  try {
    const parsed = identityPolicySchema.safeParse(JSON.parse(text));
    if (parsed.success) return text;
    throw new KmsFailure('MalformedPolicyDocument', describeIssue(parsed.error));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new KmsFailure('MalformedPolicyDocument', 'This policy contains invalid Json');
    }
    throw error;
  }
}

const NOT_HERE = /^(PolicyArns|Tags|TransitiveTagKeys|SourceIdentity|ProvidedContexts)\b/;

/** What the practice KMS does not know would otherwise be lost in silence. */
function requireNothingElse(parameters: URLSearchParams): void {
  const name = [...parameters.keys()].find((each) => NOT_HERE.test(each));
  if (name !== undefined) throw invalid(`The practice KMS does not know the parameter ${name}.`);
}

function requireDuration(wanted: number, longest: number, who: Authenticated): void {
  if (who.caller.kind === 'session' && wanted > CHAINED_SECONDS) {
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (wanted > longest) {
    throw invalid(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
}

/**
 * Gives out session credentials. Where the users and roles of an account were written down, the
 * role must exist and its trust policy must let the caller in; elsewhere every role name can be
 * taken on, and holds every IAM permission.
 */
export function assumeRole(
  world: World,
  who: Authenticated,
  parameters: URLSearchParams,
  requestId: string,
): XmlTree {
  const roleArn = parameters.get('RoleArn') ?? '';
  const match = ROLE_ARN.exec(roleArn);
  if (match === null) throw invalid(`${roleArn} is invalid`);
  const [, account = '', roleName = ''] = match;
  const sessionName = readSessionName(parameters.get('RoleSessionName'));
  const duration = readDuration(parameters.get('DurationSeconds'));
  const externalId = readExternalId(parameters.get('ExternalId'));
  const policy = readPolicy(parameters.get('Policy'));
  requireNothingElse(parameters);
  const role = world.directory.findRole(roleArn);
  if (role === undefined || world.mischiefs.strikesAction('sts:AssumeRole')) {
    throw assumeDenied(who, roleArn);
  }
  const claim = { serialNumber: parameters.get('SerialNumber'), code: parameters.get('TokenCode') };
  const devices = world.directory.mfaDevicesOf(who.caller.arn);
  const mfa = checkMfa(claim, devices, world.spentCodes, Date.now());
  requireTrust({ world, who, role, requestId, externalId, sessionName, mfa });
  requireDuration(duration, role.maxSessionSeconds, who);
  const issuedAt = world.clock.now();
  const expiresAt = issuedAt + duration * 1000;
  const wish = { account, role: roleName, session: sessionName, issuedAt, expiresAt, policy };
  const session = newSession(wish);
  const caller = sessionCaller(session, who.region, world.directory);
  return {
    AssumeRoleResult: {
      AssumedRoleUser: { AssumedRoleId: caller.userId, Arn: caller.arn },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: sessionToken(world.seals.session, session),
        Expiration: new Date(expiresAt).toISOString(),
      },
    },
  };
}
