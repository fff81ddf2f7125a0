import { identityPolicySchema } from '../policy/statements.ts';
import { describeIssue } from '../principals/issues.ts';
import { KmsFailure } from '../wire/failures.ts';
import { integer, optional, readInput, required, string, structure } from '../wire/members.ts';

/** As STS's model prints it for ARNs and for policies. */
const arnText = String.raw`[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`;
const policyText = String.raw`[\u0009\u000A\u000D\u0020-\u00FF]+`;
export const longestPolicy = 2048;

/** The constraints of STS's own model, for the parameters that are known here. */
const input = structure({
  RoleArn: required(
    string({
      min: 20,
      max: 2048,
      pattern: /^[\t\n\r -~\u0085\u00A0-\uFFFD]+$/,
      patternText: arnText,
    }),
  ),
  RoleSessionName: required(
    string({ min: 2, max: 64, pattern: /^[\w+=,.@-]*$/, patternText: String.raw`[\w+=,.@-]*` }),
  ),
  DurationSeconds: optional(integer({ min: 900, max: 43_200 })),
  ExternalId: optional(
    string({
      min: 2,
      max: 1224,
      pattern: /^[\w+=,.@:/-]*$/,
      patternText: String.raw`[\w+=,.@:\/-]*`,
    }),
  ),
  SerialNumber: optional(
    string({
      min: 9,
      max: 256,
      pattern: /^[\w+=/:,.@-]*$/,
      patternText: String.raw`[\w+=/:,.@-]*`,
    }),
  ),
  TokenCode: optional(
    string({ min: 6, max: 6, pattern: /^\d*$/, patternText: String.raw`[\d]*`, secret: true }),
  ),
  Policy: optional(
    string({
      min: 1,
      max: longestPolicy,
      pattern: /^[\t\n\r -\u00FF]+$/,
      patternText: policyText,
    }),
  ),
});

const notHere = /^(PolicyArns|Tags|TransitiveTagKeys|SourceIdentity|ProvidedContexts)\b/;

/** What the practice KMS does not know would otherwise be lost in silence. */
function requireNothingElse(parameters: URLSearchParams): void {
  const name = [...parameters.keys()].find((each) => notHere.test(each));
  if (name === undefined) return;
  const text = `The practice KMS does not know the parameter ${name}.`;
  throw new KmsFailure('ValidationError', text);
}

/** @throws MalformedPolicyDocument for a session policy that is none. */
function requirePolicy(text: string | undefined): void {
  if (text === undefined) return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new KmsFailure('MalformedPolicyDocument', 'This policy contains invalid Json');
  }
  const parsed = identityPolicySchema.safeParse(value);
  if (!parsed.success) {
    throw new KmsFailure('MalformedPolicyDocument', describeIssue(parsed.error));
  }
}

/** A number of the query protocol is text that must be one. */
function numberOf(text: string): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new KmsFailure('MalformedInput');
}

/** @throws ValidationException (constraints), MalformedInput and MalformedPolicyDocument. */
export function readAssumeRole(parameters: URLSearchParams) {
  const { DurationSeconds: duration, ...texts } = Object.fromEntries(parameters);
  const given = {
    ...texts,
    ...(duration === undefined ? {} : { DurationSeconds: numberOf(duration) }),
  };
  const request = readInput(input, given);
  requirePolicy(request.Policy);
  requireNothingElse(parameters);
  return request;
}
