import { type KeySpec, keySpecNames, keySpecs, type KeyUsage } from './key-specs.ts';

/** The kinds of key in the words of a form, beside AWS's own names (key-specs.ts). */

export const keyTypes = ['AES', 'HMAC', 'RSA', 'ECC'] as const;
export type KeyType = (typeof keyTypes)[number];

/** Bits, or the curve: two curves have the same number of bits. */
export const keyBits = [224, 256, 384, 512, 2048, 3072, 4096] as const;
export const curves = ['P-256', 'P-384', 'P-521', 'secp256k1'] as const;
export type KeyLength = (typeof keyBits)[number] | (typeof curves)[number];

export const usageNames = [
  'encrypt-decrypt',
  'sign-verify',
  'generate-verify-mac',
  'key-agreement',
] as const;
export type UsageName = (typeof usageNames)[number];

export interface KeyKind {
  readonly keyType: KeyType;
  readonly keyLength: KeyLength;
  readonly keyUsage: UsageName;
}

const lengths: Readonly<Record<KeySpec, KeyLength>> = {
  SYMMETRIC_DEFAULT: 256,
  HMAC_224: 224,
  HMAC_256: 256,
  HMAC_384: 384,
  HMAC_512: 512,
  RSA_2048: 2048,
  RSA_3072: 3072,
  RSA_4096: 4096,
  ECC_NIST_P256: 'P-256',
  ECC_NIST_P384: 'P-384',
  ECC_NIST_P521: 'P-521',
  ECC_SECG_P256K1: 'secp256k1',
};

const usages: Readonly<Record<KeyUsage, UsageName>> = {
  ENCRYPT_DECRYPT: 'encrypt-decrypt',
  SIGN_VERIFY: 'sign-verify',
  GENERATE_VERIFY_MAC: 'generate-verify-mac',
  KEY_AGREEMENT: 'key-agreement',
};

/** What a length stands at where none is named. RSA-2048 is not taken: NIST ends it in 2030. */
const usualLength: Readonly<Record<KeyType, KeyLength>> = {
  AES: 256,
  HMAC: 256,
  RSA: 3072,
  ECC: 'P-256',
};

const typeOf = (spec: KeySpec): KeyType => keySpecs[spec].family.toUpperCase() as KeyType;

/** AWS's names in the words of a form. */
export const kindOf = (spec: KeySpec, usage: KeyUsage): KeyKind => ({
  keyType: typeOf(spec),
  keyLength: lengths[spec],
  keyUsage: usages[usage],
});

const specsOf = (type: KeyType): readonly KeySpec[] =>
  keySpecNames.filter((spec) => typeOf(spec) === type);

/** Lengths of a type, in the order of a form. */
export const lengthsOf = (type: KeyType): readonly KeyLength[] =>
  specsOf(type).map((spec) => lengths[spec]);

/** Usages of a type and length, the usual one first; none where the two do not fit. */
export function usagesOf(type: KeyType, length: KeyLength): readonly UsageName[] {
  const spec = specsOf(type).find((each) => lengths[each] === length);
  return spec === undefined ? [] : keySpecs[spec].usages.map((usage) => usages[usage]);
}

/** Type, length and usage, with what is usual where one is not named. */
export function wholeKind(
  keyType: KeyType,
  keyLength: KeyLength | undefined,
  keyUsage: UsageName | undefined,
): KeyKind {
  const length = keyLength ?? usualLength[keyType];
  const usual = usagesOf(keyType, length)[0] ?? usagesOf(keyType, usualLength[keyType])[0];
  return { keyType, keyLength: length, keyUsage: keyUsage ?? usual ?? 'encrypt-decrypt' };
}

/** What does not fit together, with what would. */
export interface Unfit {
  readonly field: 'keyLength' | 'keyUsage';
  readonly problem: string;
}

/** Why no key can be so; null when AWS takes such keys. */
export function unfitKind({ keyType, keyLength, keyUsage }: KeyKind): Unfit | null {
  const fitting = usagesOf(keyType, keyLength);
  if (fitting.length === 0) {
    const all = either(lengthsOf(keyType).map(String));
    const problem =
      keyType === 'ECC' ? `the curve of an ECC key is ${all}` : `${keyType} keys have ${all} bits`;
    return { field: 'keyLength', problem };
  }
  if (fitting.includes(keyUsage)) return null;
  const name = nameOfKind({ keyType, keyLength });
  return { field: 'keyUsage', problem: `the usage of an ${name} key is ${either(fitting)}` };
}

/**
 * The names of AWS for a kind that fits.
 * @throws RangeError when {@link unfitKind} says that it does not
 */
export function specOf(kind: KeyKind): { readonly keySpec: KeySpec; readonly keyUsage: KeyUsage } {
  const unfit = unfitKind(kind);
  const keySpec = specsOf(kind.keyType).find((spec) => lengths[spec] === kind.keyLength);
  if (unfit || keySpec === undefined) throw new RangeError(unfit?.problem ?? 'no such key');
  const keyUsage = keySpecs[keySpec].usages.find((usage) => usages[usage] === kind.keyUsage);
  if (keyUsage === undefined) throw new RangeError('no such usage');
  return { keySpec, keyUsage };
}

const either = (names: readonly string[]): string =>
  names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;

/** `AES-256`, `HMAC-512`, `RSA-3072`, `ECC P-384`: how sentences name a kind. */
export const nameOfKind = ({
  keyType,
  keyLength,
}: Pick<KeyKind, 'keyType' | 'keyLength'>): string =>
  keyType === 'ECC' ? `ECC ${keyLength}` : `${keyType}-${keyLength}`;

/** The same of AWS's name. */
export const nameOfSpec = (spec: KeySpec): string =>
  nameOfKind({ keyType: typeOf(spec), keyLength: lengths[spec] });

/** RSA and ECC: keys of two halves, one of them public. */
export const isAsymmetric = (spec: KeySpec): boolean => keySpecs[spec].secretBytes === null;
