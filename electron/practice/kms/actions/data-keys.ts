import { randomBytes } from 'node:crypto';
import { validation } from '../wire/failures.ts';
import { integer, oneOf, optional } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';
import { settleUse } from './key-use.ts';
import { cryptoFields, encryptWith, requireSymmetricUse } from './symmetric-use.ts';

/** Members that GenerateDataKey and its form without plaintext share. */
export const dataKeyFields = {
  ...keyIdField,
  NumberOfBytes: optional(integer({ min: 1, max: 1024 })),
  KeySpec: optional(oneOf(['AES_256', 'AES_128'])),
  ...cryptoFields,
};

interface DataKeyRequest {
  readonly KeyId: string;
  readonly NumberOfBytes?: number;
  readonly KeySpec?: 'AES_256' | 'AES_128';
  readonly EncryptionContext?: Readonly<Record<string, string>>;
  readonly DryRun?: boolean;
}

/** @throws ValidationException unless exactly one of the two says how long the data key is. */
function lengthOf(request: DataKeyRequest): number {
  if ((request.KeySpec === undefined) === (request.NumberOfBytes === undefined)) {
    throw validation('Please specify either number of bytes or key spec.');
  }
  return request.NumberOfBytes ?? (request.KeySpec === 'AES_128' ? 16 : 32);
}

/**
 * Draws the key and encrypts it. `beforeUse` stands between the checks of the request and those of the key's
 * state, where GenerateDataKey looks at its recipient.
 */
export function makeDataKey(
  call: Call,
  operation: 'GenerateDataKey' | 'GenerateDataKeyWithoutPlaintext',
  request: DataKeyRequest,
  beforeUse: () => void = () => undefined,
) {
  const context = request.EncryptionContext;
  const key = openKey(call, operation, request.KeyId, { aliases: true });
  requireSymmetricUse(call, key);
  const length = lengthOf(request);
  beforeUse();
  settleUse(call, key, request.DryRun);
  const plaintext = call.steps.once('data key', () => randomBytes(length));
  const { ciphertext, materialId } = encryptWith(call, key, plaintext, context);
  const reply = {
    CiphertextBlob: ciphertext.toString('base64'),
    KeyId: key.arn,
    KeyMaterialId: materialId,
  };
  return { plaintext, reply };
}
