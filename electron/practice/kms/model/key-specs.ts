/**
 * Key specs in the order in which AWS was seen to list them (it shows in constraint texts), then
 * those that came later.
 */
export const keySpecs = [
  'RSA_2048',
  'ECC_NIST_P384',
  'ECC_NIST_P256',
  'ECC_NIST_P521',
  'HMAC_384',
  'RSA_3072',
  'ECC_SECG_P256K1',
  'RSA_4096',
  'SYMMETRIC_DEFAULT',
  'HMAC_256',
  'HMAC_224',
  'HMAC_512',
  'SM2',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'ML_KEM_512',
  'ML_KEM_768',
  'ML_KEM_1024',
  'ECC_NIST_EDWARDS25519',
] as const;
export type KeySpec = (typeof keySpecs)[number];

/** What the deprecated CustomerMasterKeySpec takes: no spec that came after it. */
export const customerMasterKeySpecs = keySpecs.slice(0, keySpecs.indexOf('SM2') + 1);

export const keyUsages = [
  'ENCRYPT_DECRYPT',
  'SIGN_VERIFY',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
  'KEY_ENCAPSULATION',
] as const;
export type KeyUsage = (typeof keyUsages)[number];

export const origins = ['EXTERNAL', 'AWS_CLOUDHSM', 'AWS_KMS', 'EXTERNAL_KEY_STORE'] as const;
export type Origin = (typeof origins)[number];

/** Which KeyMetadata list names the algorithms of a usage. */
export const algorithmFields = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
  KEY_ENCAPSULATION: 'EncapsulationAlgorithms',
} as const satisfies Record<KeyUsage, string>;

export const encryptionAlgorithms = [
  'SYMMETRIC_DEFAULT',
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'SM2PKE',
] as const;

type Usages = Partial<Record<KeyUsage, readonly string[]>>;

const rsa: Usages = {
  ENCRYPT_DECRYPT: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  SIGN_VERIFY: [
    'RSASSA_PKCS1_V1_5_SHA_256',
    'RSASSA_PKCS1_V1_5_SHA_384',
    'RSASSA_PKCS1_V1_5_SHA_512',
    'RSASSA_PSS_SHA_256',
    'RSASSA_PSS_SHA_384',
    'RSASSA_PSS_SHA_512',
  ],
};
const ecc = (algorithm: string): Usages => ({
  SIGN_VERIFY: [algorithm],
  KEY_AGREEMENT: ['ECDH'],
});
const hmac = (bits: number): Usages => ({ GENERATE_VERIFY_MAC: [`HMAC_SHA_${bits}`] });
const mlDsa: Usages = { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] };
const mlKem: Usages = { KEY_ENCAPSULATION: ['ML_KEM'] };

/** Facts 2.2: which usages a spec allows, and the algorithms in AWS's order. */
export const specUsages: Partial<Record<KeySpec, Usages>> = {
  SYMMETRIC_DEFAULT: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: ecc('ECDSA_SHA_256'),
  ECC_NIST_P384: ecc('ECDSA_SHA_384'),
  ECC_NIST_P521: ecc('ECDSA_SHA_512'),
  ECC_SECG_P256K1: { SIGN_VERIFY: ['ECDSA_SHA_256'] },
  ECC_NIST_EDWARDS25519: { SIGN_VERIFY: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
  ML_DSA_44: mlDsa,
  ML_DSA_65: mlDsa,
  ML_DSA_87: mlDsa,
  ML_KEM_512: mlKem,
  ML_KEM_768: mlKem,
  ML_KEM_1024: mlKem,
};

/** The groups that decide what may be imported how. */
export type SpecFamily = 'symmetric' | 'hmac' | 'rsa' | 'ecc' | 'other';

export function familyOf(spec: KeySpec): SpecFamily {
  if (spec === 'SYMMETRIC_DEFAULT') return 'symmetric';
  if (spec.startsWith('HMAC_')) return 'hmac';
  if (spec.startsWith('RSA_')) return 'rsa';
  if (spec.startsWith('ECC_NIST_P') || spec === 'ECC_SECG_P256K1') return 'ecc';
  return 'other';
}

/** Facts 3.1: bytes of raw material a spec takes, for the specs that take raw bytes. */
export const rawMaterialLengths: Partial<Record<KeySpec, { min: number; max: number }>> = {
  SYMMETRIC_DEFAULT: { min: 32, max: 32 },
  HMAC_224: { min: 28, max: 128 },
  HMAC_256: { min: 32, max: 128 },
  HMAC_384: { min: 48, max: 128 },
  HMAC_512: { min: 64, max: 128 },
};
