import { OperationError } from '../../../shared/errors/operation-error.ts';
import { isListedRegion } from '../cloud/regions.ts';
import { importPolicy } from '../cloud/policy/import.ts';
import type { Group } from '../keystore/rows.ts';

type Template = Pick<Group, 'region' | 'policy' | 'mapping' | 'keySpec' | 'disableAfter'>;

/** What does not fit together, each with the field it is about. */
export interface TemplateProblem {
  readonly field: string;
  readonly error: OperationError;
}

/** Rules that hold over several fields of a group: BAD_INPUT, POLICY_INVALID. */
export function templateProblems(group: Template): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const wrong = (field: string, problem: string) =>
    problems.push({ field, error: new OperationError('BAD_INPUT', { field, problem }) });
  if (!isListedRegion(group.region)) {
    wrong('region', `${group.region} is not a Region that AWS KMS answers in`);
  }
  const unfit = group.policy === null ? null : policyProblem(group.policy);
  if (unfit) problems.push({ field: 'policy', error: unfit });
  if (group.mapping === 'material' && group.keySpec !== 'SYMMETRIC_DEFAULT') {
    wrong('mapping', 'AWS rotates AES-256 keys only: take key container mapping for this key type');
  }
  if (group.mapping === 'material' && group.disableAfter) {
    wrong(
      'disableAfterRotating',
      'all versions are in one KMS key in this mapping: disabling it would stop every one of them',
    );
  }
  return problems;
}

/** @throws OperationError BAD_INPUT, POLICY_INVALID */
export function requireSoundTemplate(group: Template): void {
  const [first] = templateProblems(group);
  if (first) throw first.error;
}

function policyProblem(text: string): OperationError | null {
  try {
    importPolicy(Buffer.from(text, 'utf8'));
    return null;
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}
