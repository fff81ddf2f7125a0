import { refusal as refuse, unsupported, validation } from '../wire/failures.ts';
import { familyOf, type KeySpec, type SpecFamily } from './key-specs.ts';

export const wrappingAlgorithms = [
  'RSAES_PKCS1_V1_5',
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
  'SM2PKE',
] as const;
export type WrappingAlgorithm = (typeof wrappingAlgorithms)[number];

export const wrappingKeySpecs = ['RSA_2048', 'RSA_3072', 'RSA_4096', 'SM2'] as const;
export type WrappingKeySpec = (typeof wrappingKeySpecs)[number];

export type OaepAlgorithm = 'RSAES_OAEP_SHA_1' | 'RSAES_OAEP_SHA_256';
/** What an import may really be wrapped with. */
export const usableWrappings = [
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
] as const satisfies readonly WrappingAlgorithm[];
export type UsableWrapping = (typeof usableWrappings)[number];
export type RsaWrappingSpec = 'RSA_2048' | 'RSA_3072' | 'RSA_4096';

export const oaepHashes = {
  RSAES_OAEP_SHA_1: 'SHA-1',
  RSAES_OAEP_SHA_256: 'SHA-256',
} as const satisfies Record<OaepAlgorithm, string>;

/** Facts 3.2: the families each algorithm carries, before the size exception for P-521. */
const carries: Readonly<Record<WrappingAlgorithm, ReadonlySet<SpecFamily>>> = {
  RSAES_PKCS1_V1_5: new Set<SpecFamily>(),
  RSAES_OAEP_SHA_1: new Set<SpecFamily>(['symmetric', 'hmac', 'ecc']),
  RSAES_OAEP_SHA_256: new Set<SpecFamily>(['symmetric', 'hmac', 'ecc']),
  RSA_AES_KEY_WRAP_SHA_1: new Set<SpecFamily>(['rsa', 'ecc']),
  RSA_AES_KEY_WRAP_SHA_256: new Set<SpecFamily>(['rsa', 'ecc']),
  SM2PKE: new Set<SpecFamily>(),
};

const isOaep = (algorithm: WrappingAlgorithm): algorithm is OaepAlgorithm =>
  algorithm in oaepHashes;

const isUsable = (algorithm: WrappingAlgorithm): algorithm is UsableWrapping =>
  (usableWrappings as readonly string[]).includes(algorithm);

/** The hash of the OAEP part, and whether an AES key stands between it and the material. */
export const describeWrapping = (
  algorithm: UsableWrapping,
): { readonly oaep: OaepAlgorithm; readonly throughAes: boolean } => ({
  oaep: algorithm.endsWith('SHA_1') ? 'RSAES_OAEP_SHA_1' : 'RSAES_OAEP_SHA_256',
  throughAes: algorithm.startsWith('RSA_AES'),
});

/**
 * The wrapping an import may use, or the refusal AWS gives.
 * Combinations that AWS never allows are refused with `code`; the RSA_AES wrap of a
 * key that is not RSA or ECC is a ValidationException (both codes unrecorded: facts 3.2, 3.3).
 */
export function requireWrapping(
  keySpec: KeySpec,
  algorithm: WrappingAlgorithm,
  wrappingSpec: WrappingKeySpec,
  code: string,
): { readonly algorithm: UsableWrapping; readonly spec: RsaWrappingSpec } {
  const family = familyOf(keySpec);
  const refusal = `Wrapping algorithm ${algorithm} with wrapping key spec ${wrappingSpec} is not supported for key spec ${keySpec}.`;
  if (family === 'other') {
    throw unsupported(`Key material of key spec ${keySpec} cannot be imported.`);
  }
  if (wrappingSpec === 'SM2' || !carries[algorithm].has(family)) {
    const aesWrap = algorithm.startsWith('RSA_AES') && wrappingSpec !== 'SM2';
    throw aesWrap ? validation(refusal) : refuse(code, refusal);
  }
  if (keySpec === 'ECC_NIST_P521' && wrappingSpec === 'RSA_2048' && isOaep(algorithm)) {
    throw refuse(code, refusal);
  }
  if (!isUsable(algorithm)) throw refuse(code, refusal);
  return { algorithm, spec: wrappingSpec };
}
