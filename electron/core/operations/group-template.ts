import { OperationError } from '../../../shared/errors/operation-error.ts';
import { addSpan } from '../../../shared/model/span.ts';
import { isListedRegion } from '../cloud/regions.ts';
import { importPolicy } from '../cloud/policy/import.ts';
import type { Group } from '../keystore/rows.ts';

const day = 86_400_000;
/** Time a custodian has to bring material back before AWS would delete it unseen. */
const graceDays = 7;

/**
 * Rules that hold over several fields of a group.
 * @throws OperationError BAD_INPUT, POLICY_INVALID
 */
export function requireSoundTemplate(
  group: Pick<Group, 'region' | 'policy' | 'materialDays' | 'rotate' | 'rotateEvery'>,
  now: number,
): void {
  if (!isListedRegion(group.region)) {
    throw new OperationError('BAD_INPUT', {
      field: 'region',
      problem: `${group.region} is not a Region that AWS KMS answers in`,
    });
  }
  if (group.policy !== null) importPolicy(Buffer.from(group.policy, 'utf8'));
  if (group.materialDays !== null && group.rotate) {
    const rotation = (addSpan(now, group.rotateEvery) - now) / day;
    if (group.materialDays < rotation + graceDays) {
      throw new OperationError('BAD_INPUT', {
        field: 'awsDeletesMaterialAfterDays',
        problem: `AWS would delete the material after ${group.materialDays} days, before the next rotation and ${graceDays} days of grace`,
      });
    }
  }
}
