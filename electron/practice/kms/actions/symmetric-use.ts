import { type EncryptionContext, encryptSymmetric } from '../material/symmetric-cipher.ts';
import { encryptionAlgorithms } from '../model/key-specs.ts';
import { currentMaterial } from '../model/metadata.ts';
import type { KeyRecord } from '../model/records.ts';
import { KmsFailure } from '../wire/failures.ts';
import { boolean, oneOf, optional, stringMap } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { grantTokens } from './fields.ts';
import { bytesOf, originOf } from './key-material.ts';
import { encryptOutside, isOutside } from './outside-use.ts';

/** Members that the symmetric operations share. */
export const cryptoFields = {
  EncryptionContext: optional(stringMap),
  GrantTokens: grantTokens,
  DryRun: optional(boolean),
};

export const algorithmField = optional(oneOf(encryptionAlgorithms));

/** @throws InvalidKeyUsageException for keys that cannot protect data keys. */
export function requireSymmetricUse(call: Call, key: KeyRecord): void {
  if (key.spec === 'SYMMETRIC_DEFAULT') return;
  throw new KmsFailure(
    'InvalidKeyUsageException',
    key.usage === 'ENCRYPT_DECRYPT'
      ? `Algorithm SYMMETRIC_DEFAULT is incompatible with key spec ${key.spec}.`
      : `${key.arn} key usage is ${key.usage} which is not valid for ${call.operation}.`,
  );
}

/** Encrypts under the current material and records the use. */
export function encryptWith(
  call: Call,
  key: KeyRecord,
  plaintext: Buffer,
  context: EncryptionContext | undefined,
): { readonly ciphertext: Buffer; readonly materialId: string } {
  const current = currentMaterial(call.world.state.materials.of(key));
  const materialId = current?.materialId ?? '';
  if (isOutside(key)) {
    const ciphertext = encryptOutside(call, key, current, plaintext, context);
    recordUse(call, key);
    return { ciphertext, materialId };
  }
  const bytes = bytesOf(key, current);
  const origin = originOf(key, materialId);
  recordUse(call, key);
  return { ciphertext: encryptSymmetric(origin, bytes, plaintext, context ?? {}), materialId };
}

/** For GetKeyLastUsage. */
export function recordUse(call: Call, key: KeyRecord): void {
  const use = { operation: call.operation, at: call.now, requestId: call.requestId };
  call.world.state.keys.recordUse(key, use);
}
