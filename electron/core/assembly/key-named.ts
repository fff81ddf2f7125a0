import type { SafeDetails } from '../../../shared/errors/operation-error.ts';
import type { DomainModel } from '../keystore/domain.ts';

/**
 * The group of a KMS key by its ARN, and the version where it holds one only: what people here call what AWS
 * knows by its id. Empty where the keystore does not know it.
 */
export function keyNamed(domain: Pick<DomainModel, 'keys' | 'groups'>, arn: string): SafeDetails {
  const found = domain.keys.byKms(arn);
  const [first] = found;
  const group = first ? domain.groups.byId(first.key.groupId) : null;
  if (!first || !group) return {};
  return { group: group.name, ...(found.length === 1 ? { version: first.key.version } : {}) };
}
