import { describe, expect, it } from 'vitest';
import {
  keyTypes,
  kindOf,
  lengthsOf,
  nameOfSpec,
  specOf,
  unfitKind,
  usagesOf,
  wholeKind,
} from './key-kinds.ts';
import { keySpecNames, keySpecs } from './key-specs.ts';

describe('a kind of key', () => {
  it.each(keySpecNames)('of AWS comes back from the words of a form: %s', (spec) => {
    for (const usage of keySpecs[spec].usages) {
      const kind = kindOf(spec, usage);
      expect(unfitKind(kind)).toBeNull();
      expect(specOf(kind)).toEqual({ keySpec: spec, keyUsage: usage });
    }
  });

  it.each(keyTypes)('that names its type only is one that AWS takes: %s', (type) => {
    expect(unfitKind(wholeKind(type, undefined, undefined))).toBeNull();
  });

  it('is what it was before there were others where nothing is named', () => {
    const usual = wholeKind('AES', undefined, undefined);
    expect(usual).toEqual({ keyType: 'AES', keyLength: 256, keyUsage: 'encrypt-decrypt' });
    expect(specOf(usual)).toEqual({ keySpec: 'SYMMETRIC_DEFAULT', keyUsage: 'ENCRYPT_DECRYPT' });
  });

  it.each([
    [{ keyType: 'HMAC', keyLength: 2048 }, 'HMAC keys have 224, 256, 384 or 512 bits'],
    [{ keyType: 'AES', keyLength: 512 }, 'AES keys have 256 bits'],
    [
      { keyType: 'ECC', keyLength: 256 },
      'the curve of an ECC key is P-256, P-384, P-521 or secp256k1',
    ],
    [{ keyType: 'RSA', keyLength: 'P-256' }, 'RSA keys have 2048, 3072 or 4096 bits'],
    [
      { keyType: 'ECC', keyLength: 'secp256k1', keyUsage: 'key-agreement' },
      'the usage of an ECC secp256k1 key is sign-verify',
    ],
    [
      { keyType: 'RSA', keyLength: 4096, keyUsage: 'key-agreement' },
      'the usage of an RSA-4096 key is encrypt-decrypt or sign-verify',
    ],
  ] as const)('that does not fit is told with what would: %j', (asked, problem) => {
    const usage = 'keyUsage' in asked ? asked.keyUsage : undefined;
    const kind = wholeKind(asked.keyType, asked.keyLength, usage);
    expect(unfitKind(kind)?.problem).toBe(problem);
    expect(() => specOf(kind)).toThrow(problem);
  });

  it('of every type has lengths and usages to choose from', () => {
    for (const type of keyTypes) {
      for (const length of lengthsOf(type)) expect(usagesOf(type, length)).not.toEqual([]);
    }
    expect(keySpecNames.map(nameOfSpec)).toEqual([
      'AES-256',
      'HMAC-224',
      'HMAC-256',
      'HMAC-384',
      'HMAC-512',
      'RSA-2048',
      'RSA-3072',
      'RSA-4096',
      'ECC P-256',
      'ECC P-384',
      'ECC P-521',
      'ECC secp256k1',
    ]);
  });
});
