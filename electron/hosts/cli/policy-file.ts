import { OperationError } from '../../../shared/errors/operation-error.ts';
import { fileBytes } from './secret-files.ts';

/** What AWS takes as a key policy at most. Bytes. */
const longestPolicy = 32_768;

/** A key policy from a file. @throws OperationError POLICY_INVALID where it is not text */
export function policyFile(path: string): string {
  const bytes = fileBytes(path, 'policy', longestPolicy);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const problem = `${path} is not UTF-8 text`;
    throw new OperationError('POLICY_INVALID', { field: 'policy', problem }, { cause: error });
  }
}
