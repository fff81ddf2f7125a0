import { createHash } from 'node:crypto';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { isAsymmetric } from '../../../../shared/model/key-kinds.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { Key } from '../../keystore/rows.ts';
import type { Proof } from '../kind.ts';
import { proof, shortId } from './reading.ts';
import type { DeedServices } from './services.ts';

/**
 * Holds the public key that AWS derived from our material against the one kept here: proof that it
 * has this very key. Null where there is nothing to compare: the key has no public half, or it is off.
 * A credential without the permission is told, for the import itself was accepted.
 * @throws OperationError READ_BACK_DIFFERS
 */
export async function comparePublicKey(
  { keys }: Pick<DeedServices, 'keys'>,
  key: Key,
  connection: CloudConnection,
  { keyId, state }: Pick<KmsKeyRead, 'keyId' | 'state'>,
  context: CallContext,
): Promise<Proof | null> {
  if (!isAsymmetric(key.spec) || state !== 'Enabled') return null;
  const ours = keys.publicKey(key.id);
  if (ours === null) return null;
  try {
    const read = await connection.publicKey(keyId, context);
    if (Buffer.from(ours).equals(read.publicKey)) {
      return proof('public key in AWS equals ours', read.requestId);
    }
    throw new OperationError('READ_BACK_DIFFERS', {
      what: 'public key',
      expected: shortId(sha256(ours)),
      found: shortId(sha256(read.publicKey)),
      keyId,
    });
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'AWS_ACCESS_DENIED') throw error;
    return proof('public key not compared: kms:GetPublicKey is missing');
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
