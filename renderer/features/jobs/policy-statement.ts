import type { Failure } from '../../../shared/errors/operation-error.ts';

/** Actions that need a permission on the alias and on the key it names. */
const onAliases = ['kms:CreateAlias', 'kms:UpdateAlias', 'kms:DeleteAlias'];
/** Actions that AWS allows for all resources or not at all. */
const onAll = ['kms:CreateKey', 'kms:ListKeys', 'kms:ListAliases'];

/**
 * The statement that was missing when AWS did not allow a call, for the policy of the credential's
 * user or role. Null for any other failure.
 */
export function policyStatement(
  { code, details }: Failure,
  place: { readonly account: string | null; readonly region: string; readonly alias: string },
): string | null {
  const { permission, resource } = details;
  if (code !== 'AWS_ACCESS_DENIED' || typeof permission !== 'string') return null;
  const statement = {
    Sid: `Keyreeve${permission.replaceAll(/\W|^\w+:/g, '')}`,
    Effect: 'Allow',
    Action: permission,
    Resource: resourceOf(permission, typeof resource === 'string' ? resource : null, place),
  };
  return JSON.stringify(statement, null, 2);
}

function resourceOf(
  permission: string,
  denied: string | null,
  { account, region, alias }: { account: string | null; region: string; alias: string },
): string | readonly string[] {
  if (onAll.includes(permission) || !permission.startsWith('kms:')) return '*';
  const partition = denied?.split(':')[1] ?? partitionOf(region);
  const here = account === null ? null : `arn:${partition}:kms:${region}:${account}`;
  const key = denied !== null && /:key\//.test(denied) ? denied : `${here ?? denied ?? ''}:key/*`;
  if (here === null) return denied ?? '*';
  // The alias moves from a key to another: each of them must allow it, and the next is not known yet.
  return onAliases.includes(permission) ? [`${here}:alias/${alias}`, `${here}:key/*`] : key;
}

const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
