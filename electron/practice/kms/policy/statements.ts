import { z } from 'zod';
import { operatorOf } from './operators.ts';

const oneOrMore = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value));

/** `*`, or a name behind that of its service: AWS refuses a policy whose author forgot that. */
const actions = oneOrMore.refine(
  (names) => names.every((name) => name === '*' || /^[\w*?-]+:[^:]+$/.test(name)),
  { error: 'must be prefaced by a service, e.g. kms:Encrypt' },
);

const principalMap = z.union([
  z.literal('*').transform(() => ({ AWS: ['*'], Service: [], Federated: [] })),
  z
    .strictObject({
      AWS: oneOrMore.optional(),
      Service: oneOrMore.optional(),
      Federated: oneOrMore.optional(),
    })
    .refine((map) => Object.keys(map).length > 0, { error: 'names nobody' })
    .transform((map) => ({
      AWS: map.AWS ?? [],
      Service: map.Service ?? [],
      Federated: map.Federated ?? [],
    })),
]);

const conditionValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const conditions = z
  .record(
    z.string(),
    z.record(
      z.string().min(1),
      z
        .union([conditionValue, z.array(conditionValue).min(1)])
        .transform((value) => (Array.isArray(value) ? value : [value])),
    ),
  )
  .superRefine((blocks, context) => {
    for (const [name, keys] of Object.entries(blocks)) {
      const refuse = (message: string, ...at: string[]) =>
        context.addIssue({ code: 'custom', path: [name, ...at], message });
      if (operatorOf(name) === undefined) refuse('no such condition operator');
      const bare = Object.keys(keys).find((key) => !/^[^:]+:./.test(key));
      if (bare !== undefined) refuse(`must be prefaced by a service, e.g. kms:${bare}`, bare);
    }
  });

const common = {
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: actions.optional(),
  NotAction: actions.optional(),
  Condition: conditions.optional(),
};
const principals = { Principal: principalMap.optional(), NotPrincipal: principalMap.optional() };
const resources = { Resource: oneOrMore.optional(), NotResource: oneOrMore.optional() };

interface ReadStatement {
  readonly Sid?: string | undefined;
  readonly Effect: 'Allow' | 'Deny';
  /** Of a policy of a version that knows no variables: `${…}` stands for itself. */
  readonly literal?: boolean | undefined;
  /** Of a key policy, and without an action or a resource: AWS keeps it, and it has no effect. */
  readonly idle?: boolean | undefined;
  readonly Principal?: PrincipalMap | undefined;
  readonly NotPrincipal?: PrincipalMap | undefined;
  readonly Action?: readonly string[] | undefined;
  readonly NotAction?: readonly string[] | undefined;
  readonly Resource?: readonly string[] | undefined;
  readonly NotResource?: readonly string[] | undefined;
  readonly Condition?:
    | Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
    | undefined;
}

export interface PrincipalMap {
  readonly AWS: readonly string[];
  readonly Service: readonly string[];
  readonly Federated: readonly string[];
}

export type PolicyStatement = ReadStatement;
export interface PolicyDocument {
  readonly Version?: '2012-10-17' | '2008-10-17' | undefined;
  readonly Id?: string | undefined;
  readonly Statement: readonly PolicyStatement[];
}

const exactlyOne = (a: unknown, b: unknown): boolean => (a === undefined) !== (b === undefined);
const notBoth = (a: unknown, b: unknown): boolean => a === undefined || b === undefined;
const hasAction = (s: ReadStatement): boolean => exactlyOne(s.Action, s.NotAction);
const hasResource = (s: ReadStatement): boolean => exactlyOne(s.Resource, s.NotResource);
const hasPrincipal = (s: ReadStatement): boolean => exactlyOne(s.Principal, s.NotPrincipal);
const action = { error: 'a statement needs an action' };
const resource = { error: 'a statement needs a resource' };
const principal = { error: 'a statement needs a principal' };

const shapeOf = <S extends z.ZodType<ReadStatement>>(statement: S) =>
  z.strictObject({
    Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
    Id: z.string().optional(),
    Statement: z
      .union([statement, z.array(statement).min(1)])
      .transform((value): readonly PolicyStatement[] => (Array.isArray(value) ? value : [value])),
  });

const documentOf = <S extends z.ZodType<ReadStatement>>(statement: S) =>
  shapeOf(statement).transform(({ Statement, ...rest }): PolicyDocument => {
    const literal = rest.Version !== '2012-10-17';
    return { ...rest, Statement: literal ? Statement.map((s) => ({ ...s, literal })) : Statement };
  });

/**
 * The policy of a key: whom, what, and `*` or the key as resource. A statement that lacks one of the
 * last two is kept and does nothing (API reference, PutKeyPolicy).
 */
export const keyPolicySchema = documentOf(
  z
    .strictObject({ ...common, ...principals, ...resources })
    .refine(hasPrincipal, principal)
    .refine((s) => notBoth(s.Action, s.NotAction), { error: 'has both Action and NotAction' })
    .refine((s) => notBoth(s.Resource, s.NotResource), {
      error: 'has both Resource and NotResource',
    })
    .transform((s): ReadStatement => (hasAction(s) && hasResource(s) ? s : { ...s, idle: true })),
);

/** False when two statements have the same Sid. */
export function ownSids({ Statement }: PolicyDocument): boolean {
  const sids = Statement.flatMap(({ Sid }) => (Sid ? [Sid] : []));
  return new Set(sids).size === sids.length;
}
export const ownSidsRule = { error: 'two statements have the same Sid' };

/** IAM is stricter with its own policies than KMS with those of keys. */
const iam = {
  ...common,
  Sid: z
    .string()
    .regex(/^[A-Za-z0-9]*$/, 'must be alphanumeric')
    .optional(),
};
const iamResource = oneOrMore.refine(
  (names) => names.every((name) => name === '*' || name.startsWith('arn:')),
  { error: 'a resource must be an ARN or *' },
);
const iamResources = { Resource: iamResource.optional(), NotResource: iamResource.optional() };

/** What a user or role may do; whom it is for is where it is attached. */
export const identityPolicySchema = documentOf(
  z
    .strictObject({ ...iam, ...iamResources })
    .refine(hasAction, action)
    .refine(hasResource, resource),
).refine(ownSids, ownSidsRule);

/** Who may take on a role; the role itself is the resource. */
export const trustPolicySchema = documentOf(
  z
    .strictObject({ ...iam, ...principals })
    .refine(hasPrincipal, principal)
    .refine(hasAction, action),
).refine(ownSids, ownSidsRule);
