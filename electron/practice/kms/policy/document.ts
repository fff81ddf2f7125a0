import { z } from 'zod';
import { partitionOf } from '../model/arn.ts';
import { limitExceeded, malformedPolicy } from '../wire/failures.ts';
import { layoutPolicy } from './layout.ts';

/** A key policy is limited to this many bytes (32 KB); the model's own limit is higher. */
export const MAX_POLICY_BYTES = 32_768;

const oneOrMore = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const principalMap = z.union([
  z.literal('*').transform(() => ({ AWS: ['*'], Service: [], Federated: [] })),
  z
    .strictObject({
      AWS: oneOrMore.optional(),
      Service: oneOrMore.optional(),
      Federated: oneOrMore.optional(),
    })
    .refine((map) => Object.keys(map).length > 0)
    .transform((map) => ({
      AWS: map.AWS ?? [],
      Service: map.Service ?? [],
      Federated: map.Federated ?? [],
    })),
]);

const conditionValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const conditions = z.record(
  z.string(),
  z.record(
    z.string(),
    z
      .union([conditionValue, z.array(conditionValue)])
      .transform((value) => (Array.isArray(value) ? value : [value])),
  ),
);

const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: principalMap.optional(),
    NotPrincipal: principalMap.optional(),
    Action: oneOrMore.optional(),
    NotAction: oneOrMore.optional(),
    Resource: oneOrMore.optional(),
    NotResource: oneOrMore.optional(),
    Condition: conditions.optional(),
  })
  .refine((s) => (s.Principal === undefined) !== (s.NotPrincipal === undefined), {
    error: 'a statement needs a principal',
  })
  .refine((s) => (s.Action === undefined) !== (s.NotAction === undefined), {
    error: 'a statement needs an action',
  })
  .refine((s) => (s.Resource === undefined) !== (s.NotResource === undefined), {
    error: 'a statement needs a resource',
  });

const document = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z
    .union([statement, z.array(statement).min(1)])
    .transform((value) => (Array.isArray(value) ? value : [value])),
});

export type PolicyDocument = z.infer<typeof document>;
export type PolicyStatement = z.infer<typeof statement>;
export type PrincipalMap = NonNullable<PolicyStatement['Principal']>;

const PRINCIPAL =
  /^(?:\*|\d{12}|arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|user\/.+|role\/.+)|sts::\d{12}:(?:assumed-role|federated-user)\/.+))$/;

function requireKnownPrincipals(policy: PolicyDocument): void {
  const names = policy.Statement.flatMap((s) => (s.Principal ?? s.NotPrincipal)?.AWS ?? []);
  if (names.every((name) => PRINCIPAL.test(name))) return;
  throw malformedPolicy('Policy contains a statement with one or more invalid principals.');
}

/**
 * Reads a key policy that a client sent.
 * Raises LimitExceededException above 32 KB and MalformedPolicyDocumentException for text that
 * is no JSON or no key policy. `text` in the answer is what AWS would return for it later.
 */
export function readPolicy(text: string): {
  readonly policy: PolicyDocument;
  readonly text: string;
} {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) {
    throw limitExceeded(`The policy is larger than the maximum of ${MAX_POLICY_BYTES} bytes.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformedPolicy('The policy document is not valid JSON.');
  }
  const parsed = document.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
    throw malformedPolicy(`The policy document is not a valid key policy${where}.`);
  }
  requireKnownPrincipals(parsed.data);
  return { policy: parsed.data, text: layoutPolicy(value) };
}

const STORED = new Map<string, PolicyDocument>();
const MAX_STORED = 256;

/** Reads a policy that was accepted before; most keys share a few texts. */
export function storedPolicy(text: string): PolicyDocument {
  const known = STORED.get(text);
  if (known !== undefined) return known;
  const policy = document.parse(JSON.parse(text));
  if (STORED.size >= MAX_STORED) STORED.clear();
  STORED.set(text, policy);
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
