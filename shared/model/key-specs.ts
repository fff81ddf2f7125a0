/** What a KMS key may be used for, by AWS's names (CreateKey, KeyUsage). */
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC' | 'KEY_AGREEMENT';

/** How material travels to AWS (GetParametersForImport, WrappingAlgorithm). */
export const wrappingAlgorithms = [
  'RSAES_OAEP_SHA_256',
  'RSAES_OAEP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
] as const;
export type WrappingAlgorithm = (typeof wrappingAlgorithms)[number];

/** Key types whose material AWS KMS imports, by its names (CreateKey, KeySpec). */
export const keySpecNames = [
  'SYMMETRIC_DEFAULT',
  'HMAC_224',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
] as const;
export type KeySpec = (typeof keySpecNames)[number];

/** `aes` and `hmac` are secrets of plain bytes, `rsa` and `ecc` private keys in PKCS#8. */
export type KeyFamily = 'aes' | 'hmac' | 'rsa' | 'ecc';

interface SpecFacts {
  readonly family: KeyFamily;
  /** Of an AES key, a hash, a modulus or a field: what the name says. */
  readonly bits: number;
  /** Bytes of the secret that is made for it; null for a private key. */
  readonly secretBytes: number | null;
  /** Usages that AWS allows, the usual one first. */
  readonly usages: readonly KeyUsage[];
  /** What carries it to AWS, the better first. */
  readonly wrapping: readonly WrappingAlgorithm[];
}

const oaep = ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'] as const;
/**
 * AWS takes elliptic-curve keys by OAEP too. They are not sent so: tokens wrap no private key that
 * way (SoftHSM: not wrappable), and what carries RSA keys carries them all.
 */
const rsaAes = ['RSA_AES_KEY_WRAP_SHA_256', 'RSA_AES_KEY_WRAP_SHA_1'] as const;

const hmac = (bits: number, secretBytes: number): SpecFacts => ({
  family: 'hmac',
  bits,
  secretBytes,
  usages: ['GENERATE_VERIFY_MAC'],
  wrapping: oaep,
});
const rsa = (bits: number): SpecFacts => ({
  family: 'rsa',
  bits,
  secretBytes: null,
  usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  wrapping: rsaAes,
});
const ecc = (bits: number, usages: readonly KeyUsage[]): SpecFacts => ({
  family: 'ecc',
  bits,
  secretBytes: null,
  usages,
  wrapping: rsaAes,
});

/** What is true of each (AWS KMS: CreateKey, importing key material). */
export const keySpecs: Readonly<Record<KeySpec, SpecFacts>> = {
  SYMMETRIC_DEFAULT: {
    family: 'aes',
    bits: 256,
    secretBytes: 32,
    usages: ['ENCRYPT_DECRYPT'],
    wrapping: oaep,
  },
  // AWS takes 28 to 128 bytes; 32 are kept exactly also where a key wrap works in steps of 8.
  HMAC_224: hmac(224, 32),
  HMAC_256: hmac(256, 32),
  HMAC_384: hmac(384, 48),
  HMAC_512: hmac(512, 64),
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: ecc(256, ['SIGN_VERIFY', 'KEY_AGREEMENT']),
  ECC_NIST_P384: ecc(384, ['SIGN_VERIFY', 'KEY_AGREEMENT']),
  ECC_NIST_P521: ecc(521, ['SIGN_VERIFY', 'KEY_AGREEMENT']),
  ECC_SECG_P256K1: ecc(256, ['SIGN_VERIFY']),
};
