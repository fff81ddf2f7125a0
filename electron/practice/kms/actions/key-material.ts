import type { CiphertextOrigin } from '../material/symmetric-cipher.ts';
import type { KeyRecord, MaterialRecord } from '../model/records.ts';

/** What a ciphertext of this key says about its origin. Multi-Region keys share ciphertexts. */
export const originOf = (key: KeyRecord, materialId: string): CiphertextOrigin => ({
  account: key.account,
  region: key.multiRegion ? '' : key.region,
  keyId: key.keyId,
  materialId,
});

/** The bytes of a material of an enabled key; anything else is our own mistake. */
export function bytesOf(key: KeyRecord, material: MaterialRecord | undefined): Buffer {
  if (material === undefined || material.bytes === null)
    throw new Error(`${key.arn} is enabled without its key material`);
  return material.bytes;
}
