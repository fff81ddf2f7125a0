import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { ImportSubject } from './import-steps.ts';

/**
 * AWS says that ours is not the material of the KMS key, and not which one is: what it named after an
 * earlier import of ours, else what the KMS key has as it says now.
 */
export async function withMaterials(
  error: OperationError,
  { key, kmsKeyId, connection, named, materialId }: ImportSubject,
  context: CallContext,
): Promise<OperationError> {
  const expected = named ?? materialId ?? (await currentMaterial(connection, kmsKeyId, context));
  const details = {
    ...error.details,
    version: key.version,
    kcv: key.kcv.value,
    ...(expected === null ? {} : { expected }),
  };
  const external = error.external ? { external: error.external } : {};
  return new OperationError(error.code, details, { ...external, cause: error });
}

/** Null where AWS names none, or does not answer: what it refused is told all the same. */
async function currentMaterial(
  connection: CloudConnection,
  kmsKeyId: string,
  context: CallContext,
): Promise<string | null> {
  try {
    return (await connection.describeKey(kmsKeyId, context)).currentMaterialId;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return null;
  }
}
