import {
  decryptSymmetric,
  type ParsedCiphertext,
  parseCiphertext,
} from '../material/symmetric-cipher.ts';
import type { KeyRecord } from '../model/records.ts';
import {
  dryRunSucceeded,
  incorrectKey,
  invalidCiphertext,
  KmsFailure,
  unsupported,
  validation,
} from '../wire/failures.ts';
import { blob, list, oneOf, optional, type Parsed, string, structure } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { defineAction } from './action.ts';
import { keyIdMember } from './fields.ts';
import { openKey } from './key-access.ts';
import {
  algorithmField,
  bytesOf,
  CRYPTO_FIELDS,
  originOf,
  recordUse,
  requireSymmetricUse,
} from './symmetric-use.ts';

export const recipientField = optional(
  structure({
    KeyEncryptionAlgorithm: optional(oneOf(['RSAES_OAEP_SHA_256'])),
    AttestationDocument: optional(blob({ min: 1, max: 262_144 })),
  }),
);

/** Attestation documents come from Nitro enclaves; there are none here. */
export function requireNoRecipient(recipient: unknown): void {
  if (recipient === undefined) return;
  throw unsupported('The practice KMS cannot verify attestation documents.');
}

const input = structure({
  CiphertextBlob: optional(blob({ min: 1, max: 6144 })),
  KeyId: optional(keyIdMember),
  EncryptionAlgorithm: algorithmField,
  Recipient: recipientField,
  DryRunModifiers: optional(list(string())),
  ...CRYPTO_FIELDS,
});
type Input = Parsed<typeof input>;

/** Without a KeyId the ciphertext itself names its key, and the texts betray nothing. */
function openByCiphertext(call: Call, request: Input, parsed: ParsedCiphertext): KeyRecord {
  const { account, region, keyId } = parsed.origin;
  const place = { account, region: region === '' ? call.region : region };
  if (place.region !== call.region) throw invalidCiphertext();
  const key = call.world.state.keys.find(place, keyId);
  if (key === undefined) {
    throw new KmsFailure(
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    );
  }
  return openKey(call, 'Decrypt', key.arn, { encryptionContext: request.EncryptionContext });
}

function madeBy(key: KeyRecord, parsed: ParsedCiphertext): boolean {
  const own = originOf(key, parsed.origin.materialId);
  const { account, region, keyId } = parsed.origin;
  return account === own.account && region === own.region && keyId === own.keyId;
}

function openDecryptionKey(call: Call, request: Input, parsed: ParsedCiphertext | undefined) {
  if (request.KeyId === undefined) {
    if (parsed === undefined) throw invalidCiphertext();
    return openByCiphertext(call, request, parsed);
  }
  const key = openKey(call, 'Decrypt', request.KeyId, {
    aliases: true,
    encryptionContext: request.EncryptionContext,
  });
  // A ciphertext of another key is reported before a key that could never decrypt.
  if (parsed !== undefined && !madeBy(key, parsed)) throw incorrectKey();
  return key;
}

export const decrypt = defineAction({
  name: 'Decrypt',
  input,
  act(call, request) {
    const blobBytes = request.CiphertextBlob;
    if (blobBytes === undefined) {
      throw validation('CiphertextBlob is required.');
    }
    const parsed = parseCiphertext(blobBytes);
    const key = openDecryptionKey(call, request, parsed);
    requireSymmetricUse(call, key, request.EncryptionAlgorithm);
    requireNoRecipient(request.Recipient);
    const material = call.world.state.materials
      .of(key)
      .find((candidate) => candidate.materialId === parsed?.origin.materialId);
    if (parsed === undefined || material === undefined) throw invalidCiphertext();
    const context = request.EncryptionContext ?? {};
    const plaintext = decryptSymmetric(parsed, bytesOf(key, material), context);
    if (plaintext === undefined) throw invalidCiphertext();
    if (request.DryRun === true) throw dryRunSucceeded();
    recordUse(call, key);
    return {
      KeyId: key.arn,
      Plaintext: plaintext.toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      KeyMaterialId: material.materialId,
    };
  },
});
