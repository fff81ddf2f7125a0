import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { Group } from '../../keystore/rows.ts';

/** Why a KMS key cannot be a group's Active Key ID; null: it waits for its first material. */
function whyNot(
  { origin, spec, usage, state, currentMaterialId }: KmsKeyRead,
  { keySpec, keyUsage }: Group,
): string | null {
  if (origin !== 'EXTERNAL') return `its origin is ${origin}`;
  if (spec !== keySpec) return `its key spec is ${spec}, and the group makes ${keySpec}`;
  if (usage !== keyUsage) return `its key usage is ${usage}, and that of the group is ${keyUsage}`;
  return state !== 'PendingImport' || currentMaterialId !== null ? `its state is ${state}` : null;
}

/**
 * Reads the key that a group's template names, which has to wait for its first material.
 * @throws OperationError ACTIVE_KEY_UNUSABLE, also where AWS has no such key
 */
export async function requireWaiting(
  connection: CloudConnection,
  group: Group,
  id: string,
  context: CallContext = {},
): Promise<void> {
  const unusable = (problem: string, cause?: OperationError): OperationError => {
    const external = cause?.external;
    const details = { key: id, problem, group: group.name };
    return new OperationError('ACTIVE_KEY_UNUSABLE', details, external ? { external } : {});
  };
  const read = await connection.describeKey(id, context).catch((error: unknown) => {
    const gone = error instanceof OperationError && error.code === 'AWS_KEY_GONE';
    throw gone ? unusable('AWS has no such key in this Region', error) : error;
  });
  const problem = whyNot(read, group);
  if (problem !== null) throw unusable(problem);
}
