import { isRsaSpec } from '../material/private-key.ts';
import {
  decryptRsa,
  encryptRsa,
  isRsaAlgorithm,
  longestPlaintext,
} from '../material/rsa-cipher.ts';
import {
  decryptSymmetric,
  type EncryptionContext,
  type ParsedCiphertext,
  parseCiphertext,
} from '../material/symmetric-cipher.ts';
import type { encryptionAlgorithms } from '../model/key-specs.ts';
import { currentMaterial } from '../model/metadata.ts';
import type { KeyRecord } from '../model/records.ts';
import { deniedFailure } from '../policy/denial-text.ts';
import type { FactRecord } from '../policy/facts.ts';
import { incorrectKey, invalidCiphertext, validation } from '../wire/failures.ts';
import type { Call } from '../world.ts';
import { openKey } from './key-access.ts';
import { bytesOf, originOf } from './key-material.ts';
import { requireUsage } from './key-use.ts';
import { decryptOutside, isOutside } from './outside-use.ts';
import { encryptWith } from './symmetric-use.ts';

export type EncryptionAlgorithm = (typeof encryptionAlgorithms)[number];

interface Text {
  readonly bytes: Buffer;
  readonly algorithm: EncryptionAlgorithm | undefined;
  readonly context: EncryptionContext | undefined;
}

/** What came out of a key, and which of its materials did it (symmetric keys only). */
export interface Turned {
  readonly bytes: Buffer;
  readonly algorithm: EncryptionAlgorithm;
  readonly materialId: string | null;
}

/** @throws what goes before any cryptography: usage, algorithm, context where there is none. */
export function requireEncryption(
  call: Call,
  key: KeyRecord,
  { algorithm = 'SYMMETRIC_DEFAULT', context }: Pick<Text, 'algorithm' | 'context'>,
): EncryptionAlgorithm {
  requireUsage(call, key, 'ENCRYPT_DECRYPT', algorithm);
  if (algorithm !== 'SYMMETRIC_DEFAULT' && context !== undefined) {
    throw validation('EncryptionContext is only valid for symmetric encryption keys.');
  }
  return algorithm;
}

const materialOf = (call: Call, key: KeyRecord): Buffer =>
  bytesOf(key, currentMaterial(call.world.state.materials.of(key)));

/** Under symmetric or RSA keys. @throws ValidationException for a text that the RSA key cannot take */
export function encryptUnder(call: Call, key: KeyRecord, text: Text): Turned {
  const algorithm = requireEncryption(call, key, text);
  if (!isRsaAlgorithm(algorithm) || !isRsaSpec(key.spec)) {
    const { ciphertext, materialId } = encryptWith(call, key, text.bytes, text.context);
    return { bytes: ciphertext, algorithm, materialId };
  }
  const longest = longestPlaintext(key.spec, algorithm);
  if (text.bytes.length > longest) {
    throw validation(
      `Algorithm ${algorithm} and key spec ${key.spec} cannot encrypt data larger than ${longest} bytes.`,
    );
  }
  const bytes = encryptRsa(materialOf(call, key), algorithm, text.bytes);
  return { bytes, algorithm, materialId: null };
}

/** @throws InvalidCiphertextException for whatever this key did not make this way. */
export function decryptUnder(call: Call, key: KeyRecord, text: Text): Turned {
  const algorithm = requireEncryption(call, key, text);
  if (isRsaAlgorithm(algorithm)) {
    const bytes = decryptRsa(materialOf(call, key), algorithm, text.bytes);
    if (bytes === undefined) throw invalidCiphertext();
    return { bytes, algorithm, materialId: null };
  }
  const parsed = parseCiphertext(text.bytes);
  const material = call.world.state.materials
    .of(key)
    .find((candidate) => candidate.materialId === parsed?.origin.materialId);
  if (parsed === undefined || material === undefined) throw invalidCiphertext();
  if (isOutside(key)) {
    const opened = decryptOutside(call, key, material, parsed, text.context);
    return { bytes: opened, algorithm, materialId: material.materialId };
  }
  const bytes = decryptSymmetric(parsed, bytesOf(key, material), text.context ?? {});
  if (bytes === undefined) throw invalidCiphertext();
  return { bytes, algorithm, materialId: material.materialId };
}

export interface DecryptionRequest {
  readonly operation: 'Decrypt' | 'ReEncrypt';
  readonly keyId: string | undefined;
  readonly ciphertext: Buffer;
  /** What only the operation itself can tell policies. */
  readonly facts?: FactRecord;
}

function madeBy(key: KeyRecord, parsed: ParsedCiphertext): boolean {
  const own = originOf(key, parsed.origin.materialId);
  const { account, region, keyId } = parsed.origin;
  return account === own.account && region === own.region && keyId === own.keyId;
}

/** The key that a ciphertext names; undefined for one of another Region and for no ciphertext. */
export function keyOfCiphertext(call: Call, ciphertext: Buffer | undefined): KeyRecord | undefined {
  const parsed = ciphertext && parseCiphertext(ciphertext);
  if (parsed === undefined) return undefined;
  const { account, region, keyId } = parsed.origin;
  const place = { account, region: region === '' ? call.region : region };
  return place.region === call.region ? call.world.state.keys.find(place, keyId) : undefined;
}

/** Without a KeyId the ciphertext itself names its key, and the texts betray nothing. */
function openByCiphertext(call: Call, request: DecryptionRequest): KeyRecord {
  const parsed = parseCiphertext(request.ciphertext);
  if (parsed === undefined || !['', call.region].includes(parsed.origin.region)) {
    throw invalidCiphertext();
  }
  const key = keyOfCiphertext(call, request.ciphertext);
  if (key === undefined) {
    throw deniedFailure(
      { allowed: false, by: 'resource', explicit: false },
      {
        principal: call.caller.arn,
        action: `kms:${call.operation}`,
        resource: '',
        target: 'ciphertext',
        foreign: true,
      },
    );
  }
  const facts = request.facts ?? {};
  return openKey(call, request.operation, key.arn, { target: 'ciphertext', facts });
}

/** The key that is to decrypt: the one named, or the one that the ciphertext names. */
export function openDecryptionKey(call: Call, request: DecryptionRequest): KeyRecord {
  if (request.keyId === undefined) return openByCiphertext(call, request);
  const key = openKey(call, request.operation, request.keyId, {
    aliases: true,
    facts: request.facts ?? {},
  });
  const parsed = parseCiphertext(request.ciphertext);
  // A ciphertext of another key is reported before a key that could never decrypt.
  if (parsed !== undefined && !madeBy(key, parsed)) throw incorrectKey();
  return key;
}
