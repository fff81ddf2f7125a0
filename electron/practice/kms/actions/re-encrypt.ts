import { dryRunSucceeded, validation } from '../wire/failures.ts';
import { blob, boolean, optional, required, stringMap, structure } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { defineAction } from './action.ts';
import { dryRunModifiers, ignoresCiphertext } from './dry-run-modifiers.ts';
import {
  decryptUnder,
  encryptUnder,
  keyOfCiphertext,
  openDecryptionKey,
  requireEncryption,
} from './encryption.ts';
import { grantTokens, keyIdMember } from './fields.ts';
import { findKey, openKey } from './key-access.ts';
import { endDryRun } from './outside-use.ts';
import { algorithmField, recordUse } from './symmetric-use.ts';

/** Permissions, and the texts of refusals, are those of the two halves. */
const half = (call: Call, operation: 'ReEncryptFrom' | 'ReEncryptTo'): Call => ({
  ...call,
  operation,
});

/** Looks up both keys: what is not there is told before what is not allowed. */
function isSameKey(
  from: Call,
  to: Call,
  request: {
    readonly SourceKeyId?: string;
    readonly DestinationKeyId: string;
    readonly CiphertextBlob?: Buffer;
  },
): boolean {
  const source =
    request.SourceKeyId === undefined
      ? keyOfCiphertext(from, request.CiphertextBlob)
      : findKey(from, request.SourceKeyId, true);
  return source?.arn === findKey(to, request.DestinationKeyId, true).arn;
}

/** Null: the dry run does without, and the source is the key that is named. */
function ciphertextOf(request: {
  readonly CiphertextBlob?: Buffer;
  readonly SourceKeyId?: string;
  readonly DryRun?: boolean;
  readonly DryRunModifiers?: readonly string[];
}): Buffer | null {
  if (ignoresCiphertext(request)) {
    if (request.SourceKeyId !== undefined) return null;
    throw validation('SourceKeyId is required with IGNORE_CIPHERTEXT.');
  }
  if (request.CiphertextBlob !== undefined) return request.CiphertextBlob;
  throw validation('CiphertextBlob is required.');
}

export const reEncrypt = defineAction({
  name: 'ReEncrypt',
  input: structure({
    CiphertextBlob: optional(blob({ min: 1, max: 6144 })),
    SourceEncryptionContext: optional(stringMap),
    SourceKeyId: optional(keyIdMember),
    DestinationKeyId: required(keyIdMember),
    DestinationEncryptionContext: optional(stringMap),
    SourceEncryptionAlgorithm: algorithmField,
    DestinationEncryptionAlgorithm: algorithmField,
    GrantTokens: grantTokens,
    DryRun: optional(boolean),
    DryRunModifiers: dryRunModifiers,
  }),
  act(call, request) {
    const from = half(call, 'ReEncryptFrom');
    const to = half(call, 'ReEncryptTo');
    const ciphertext = ciphertextOf(request);
    const given = {
      algorithm: request.SourceEncryptionAlgorithm,
      context: request.SourceEncryptionContext,
    };
    const wanted = {
      algorithm: request.DestinationEncryptionAlgorithm,
      context: request.DestinationEncryptionContext,
    };
    const facts = { 'kms:reencryptonsamekey': [String(isSameKey(from, to, request))] };
    const keyId = request.SourceKeyId;
    const source =
      ciphertext === null
        ? openKey(from, 'ReEncrypt', keyId ?? '', { aliases: true, facts })
        : openDecryptionKey(from, { operation: 'ReEncrypt', keyId, ciphertext, facts });
    requireEncryption(from, source, given);
    const destination = openKey(to, 'ReEncrypt', request.DestinationKeyId, {
      aliases: true,
      facts,
    });
    requireEncryption(to, destination, wanted);
    if (ciphertext === null) throw dryRunSucceeded();
    // With a key of KMS's own on one side, that side could be tried; the answer would be the same.
    endDryRun(source, request.DryRun);
    endDryRun(destination, request.DryRun);
    const opened = decryptUnder(from, source, { bytes: ciphertext, ...given });
    const sealed = encryptUnder(to, destination, { bytes: opened.bytes, ...wanted });
    if (request.DryRun === true) throw dryRunSucceeded();
    recordUse(call, source);
    recordUse(call, destination);
    return {
      CiphertextBlob: sealed.bytes.toString('base64'),
      SourceKeyId: source.arn,
      KeyId: destination.arn,
      SourceEncryptionAlgorithm: opened.algorithm,
      DestinationEncryptionAlgorithm: sealed.algorithm,
      ...(opened.materialId === null ? {} : { SourceKeyMaterialId: opened.materialId }),
      ...(sealed.materialId === null ? {} : { DestinationKeyMaterialId: sealed.materialId }),
    };
  },
});
