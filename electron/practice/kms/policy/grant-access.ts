import type { GrantConstraints, GrantRecord } from '../model/records.ts';

type Context = Readonly<Record<string, string>>;

const contains = (outer: Context, inner: Context): boolean =>
  Object.entries(inner).every(([name, value]) => outer[name] === value);

const same = (a: Context, b: Context): boolean =>
  Object.keys(a).length === Object.keys(b).length && contains(a, b);

/** Operations that have no encryption context, so that a constraint says nothing about them. */
const withoutContext: ReadonlySet<string> = new Set(['DescribeKey', 'RetireGrant']);

/** True when a use with this encryption context keeps to the constraints of a grant. */
function contextFits(constraints: GrantConstraints | null, context: Context): boolean {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = constraints ?? {};
  if (equals !== undefined && !same(context, equals)) return false;
  return subset === undefined || contains(context, subset);
}

/** True when a grant under these constraints allows nothing that the parent's do not. */
function asStrict(parent: GrantConstraints | null, child: GrantConstraints | null): boolean {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = parent ?? {};
  const { EncryptionContextEquals: childEquals, EncryptionContextSubset: childSubset } =
    child ?? {};
  if (equals !== undefined) return childEquals !== undefined && same(childEquals, equals);
  if (subset === undefined) return true;
  return [childEquals, childSubset].some((pairs) => pairs !== undefined && contains(pairs, subset));
}

/** What CreateGrant asks for, as far as a parent grant limits it. */
export interface ChildGrant {
  readonly operations: readonly string[];
  readonly constraints: GrantConstraints | null;
}

/** One use that a grant may allow. */
export interface GrantUse {
  /** Without the `kms:` prefix. */
  readonly operation: string;
  readonly context: Context;
  /** For CreateGrant: a grantee can only pass on what it was given. */
  readonly child: ChildGrant | null;
}

/** Why a grant does not allow the use; null: it does. */
export function grantMiss(
  grant: GrantRecord,
  { operation, context, child }: GrantUse,
): 'operation' | 'source' | 'constraint' | 'child' | null {
  if (!grant.operations.includes(operation)) return 'operation';
  // Here everybody calls for himself; on behalf of a resource call AWS services alone.
  if (grant.constraints?.SourceArn !== undefined && operation !== 'RetireGrant') return 'source';
  if (operation === 'CreateGrant' && child !== null) {
    const within = child.operations.every((each) => grant.operations.includes(each));
    return within && asStrict(grant.constraints, child.constraints) ? null : 'child';
  }
  if (withoutContext.has(operation)) return null;
  return contextFits(grant.constraints, context) ? null : 'constraint';
}
