import { partitionOf } from '../model/arn.ts';
import type { KeyRecord } from '../model/records.ts';
import type { Directory } from '../principals/directory.ts';
import { describeIssue } from '../principals/issues.ts';
import { limitExceeded, malformedPolicy } from '../wire/failures.ts';
import { layoutPolicy } from './layout.ts';
import { repeatedMember } from './repeated-member.ts';
import { keyPolicySchema, ownSidsRule, ownSids, type PolicyDocument } from './statements.ts';

/** A key policy is limited to this many bytes (32 KB); the model's own limit is higher. */
const maxPolicyBytes = 32_768;

/** A part of a name is no pattern: AWS takes `*` for everybody and nowhere else. */
const principal =
  /^(?:\*|\d{12}|arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|(?:user|role)\/[^*?]+)|sts::\d{12}:(?:assumed-role|federated-user)\/[^*?]+))$/;

const service = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;

const people = /^arn:aws[a-z-]*:iam::(\d{12}):(user|role)\//;

/** Users and roles are looked up where they were written down; others are taken at their word. */
function exists(name: string, directory: Directory): boolean {
  const [, account = '', kind] = people.exec(name) ?? [];
  if (!directory.isWrittenDown(account)) return true;
  return (kind === 'user' ? directory.findUser(name) : directory.findRole(name)) !== undefined;
}

function requireKnownPrincipals(policy: PolicyDocument, directory: Directory): void {
  const all = policy.Statement.map((s) => s.Principal ?? s.NotPrincipal);
  const names = all.flatMap((principals) => principals?.AWS ?? []);
  const services = all.flatMap((principals) => principals?.Service ?? []);
  const known = names.every((name) => principal.test(name) && exists(name, directory));
  if (known && services.every((name) => service.test(name))) return;
  throw malformedPolicy('Policy contains a statement with one or more invalid principals.');
}

const singleValued = /^(kms:encryptioncontext:|aws:requesttag\/)/;

/** A set operator on a key with one value would also allow requests that do not have the key. */
function requireNarrowConditions(policy: PolicyDocument): void {
  for (const { Condition: blocks = {} } of policy.Statement) {
    for (const [operator, keys] of Object.entries(blocks)) {
      if (!operator.startsWith('ForAllValues:')) continue;
      const key = Object.keys(keys).find((each) => singleValued.test(each.toLowerCase()));
      if (key === undefined) continue;
      const what = key.toLowerCase().startsWith('aws:') ? 'tag' : 'encryption context';
      throw malformedPolicy(
        `OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches requests without the specified ${what} or with an unspecified ${what}. To fix, remove ForAllValues.`,
      );
    }
  }
}

/** @throws LimitExceededException above 32 KB. */
export function requirePolicySize(text: string): void {
  if (Buffer.byteLength(text) <= maxPolicyBytes) return;
  throw limitExceeded(`The policy is larger than the maximum of ${maxPolicyBytes} bytes.`);
}

/**
 * Reads a key policy that a client sent. @throws MalformedPolicyDocumentException for text that
 * is no JSON or no key policy, and where an element or a Sid is repeated (AWS's advice on that error). `text` in the answer is what AWS would return for it later.
 */
export function readPolicy(
  text: string,
  directory: Directory,
): {
  readonly policy: PolicyDocument;
  readonly text: string;
} {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformedPolicy('The policy document is not valid JSON.');
  }
  const invalid = (why: string) =>
    malformedPolicy(`The policy document is not a valid key policy (${why}).`);
  const repeated = repeatedMember(text);
  if (repeated !== undefined) throw invalid(`${repeated} stands there twice`);
  const parsed = keyPolicySchema.safeParse(value);
  if (!parsed.success) throw invalid(describeIssue(parsed.error));
  if (!ownSids(parsed.data)) throw invalid(ownSidsRule.error);
  requireKnownPrincipals(parsed.data, directory);
  requireNarrowConditions(parsed.data);
  return { policy: parsed.data, text: layoutPolicy(value) };
}

const stored = new Map<string, PolicyDocument>();
const maxStored = 256;

function readStored(text: string): PolicyDocument | undefined {
  try {
    return keyPolicySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * The policy of a key; most keys share a few texts. What was put without checks and cannot be read
 * counts as the default policy.
 */
export function policyOf(key: Pick<KeyRecord, 'policy' | 'account' | 'region'>): PolicyDocument {
  const known = stored.get(key.policy);
  if (known !== undefined) return known;
  const policy = readStored(key.policy) ?? readStored(defaultPolicy(key.account, key.region));
  if (policy === undefined) throw new Error('the default policy cannot be read');
  if (stored.size >= maxStored) stored.clear();
  stored.set(key.policy, policy);
  return policy;
}

/** The policy of a key that was created without one: the account decides through IAM. */
export function defaultPolicy(account: string, region: string): string {
  return layoutPolicy({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:${partitionOf(region)}:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
}
