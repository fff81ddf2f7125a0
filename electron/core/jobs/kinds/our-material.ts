import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { Key, RemoteKey } from '../../keystore/rows.ts';

/**
 * The name under which AWS shall delete our material: without one it deletes what it encrypts under,
 * which may be somebody else's. Undefined only where AWS names none, and has taken our copy: of keys
 * that are not symmetric it never does, and they keep their first material for life.
 * @throws OperationError MATERIAL_NOT_NAMED
 */
export function nameOfOurs(
  { version }: Key,
  { materialId, kmsKeyId, taken }: RemoteKey,
  current: string | null,
): string | undefined {
  if (materialId !== null) return materialId;
  if (current === null && taken) return undefined;
  throw new OperationError('MATERIAL_NOT_NAMED', { version, keyId: kmsKeyId });
}

/** Whether AWS encrypts under other material than ours, so that the key was given several. */
export const hasOther = (materialId: string | null, current: string | null): boolean =>
  materialId !== null && current !== null && current !== materialId;

/**
 * Whether AWS has our material now. A key that several were given waits for import as soon as one of
 * them is gone, and that may be another than ours.
 */
export async function hasOurs(
  connection: CloudConnection,
  { materialId, kmsKeyId }: RemoteKey,
  { state, currentMaterialId: current }: Pick<KmsKeyRead, 'state' | 'currentMaterialId'>,
  context: CallContext,
): Promise<boolean> {
  if (state !== 'PendingImport') return true;
  if (materialId === null || !hasOther(materialId, current)) return false;
  const { materials } = await connection.listKeyMaterials(kmsKeyId, context);
  const ours = materials.find((material) => material.materialId === materialId);
  return ours !== undefined && ours.importState !== 'PENDING_IMPORT';
}
