import { constants, createPublicKey, privateDecrypt, publicEncrypt } from 'node:crypto';
import { modulusBits, type RsaSpec, rsaKey } from './private-key.ts';

const rsaAlgorithms = {
  RSAES_OAEP_SHA_1: { hash: 'sha1', overhead: 42 },
  RSAES_OAEP_SHA_256: { hash: 'sha256', overhead: 66 },
} as const;
export type RsaAlgorithm = keyof typeof rsaAlgorithms;

export const isRsaAlgorithm = (algorithm: string): algorithm is RsaAlgorithm =>
  Object.hasOwn(rsaAlgorithms, algorithm);

/** Facts 2.2: how many bytes fit. */
export const longestPlaintext = (spec: RsaSpec, algorithm: RsaAlgorithm): number =>
  modulusBits[spec] / 8 - rsaAlgorithms[algorithm].overhead;

const padded = (algorithm: RsaAlgorithm) => ({
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: rsaAlgorithms[algorithm].hash,
});

export const encryptRsa = (material: Buffer, algorithm: RsaAlgorithm, plain: Buffer): Buffer =>
  publicEncrypt({ key: createPublicKey(rsaKey(material)), ...padded(algorithm) }, plain);

/** Undefined for bytes that this key did not encrypt this way. */
export function decryptRsa(
  material: Buffer,
  algorithm: RsaAlgorithm,
  ciphertext: Buffer,
): Buffer | undefined {
  try {
    return privateDecrypt({ key: rsaKey(material), ...padded(algorithm) }, ciphertext);
  } catch {
    // No reason is given for a ciphertext that does not open, by AWS neither.
    return undefined;
  }
}
