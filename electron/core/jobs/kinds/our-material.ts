import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { Key, RemoteKey } from '../../keystore/rows.ts';
import type { DeedServices } from './services.ts';

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

/**
 * Whether AWS encrypts under material of somebody else, so that the key was given several. In a KMS key
 * that versions share, that of another version is ours, too.
 */
export const hasOther = (
  { keys }: Pick<DeedServices, 'keys'>,
  { materialId, arn }: RemoteKey,
  current: string | null,
): boolean =>
  materialId !== null &&
  current !== null &&
  current !== materialId &&
  !keys.byKms(arn).some(({ remote }) => remote?.materialId === current);

/**
 * Whether AWS has our material now. A key that several were given waits for import as soon as one of
 * them is gone, and that may be another than ours.
 */
export async function hasOurs(
  services: Pick<DeedServices, 'keys'>,
  connection: CloudConnection,
  remote: RemoteKey,
  { state, currentMaterialId: current }: Pick<KmsKeyRead, 'state' | 'currentMaterialId'>,
  context: CallContext,
): Promise<boolean> {
  const { materialId, kmsKeyId, materialState } = remote;
  if (materialState === null) {
    if (state !== 'PendingImport') return true;
    if (materialId === null || !hasOther(services, remote, current)) return false;
  }
  const { materials } = await connection.listKeyMaterials(kmsKeyId, context);
  const ours = materials.find((material) => material.materialId === materialId);
  return ours !== undefined && ours.importState !== 'PENDING_IMPORT';
}
