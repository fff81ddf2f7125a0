import type { KeyKind } from '../model/key-kinds.ts';

/** What one material in two KMS keys means for what either of them made. */
export function acrossKmsKeys({
  keyType,
  keyUsage,
}: Pick<KeyKind, 'keyType' | 'keyUsage'>): string {
  switch (keyUsage) {
    case 'generate-verify-mac':
      return 'MACs that one KMS key made are verified by the other, too';
    case 'sign-verify':
      return 'Signatures that one KMS key made are verified by the other, and with one public key outside AWS';
    case 'key-agreement':
      return 'Both KMS keys derive the same shared secrets: their public key is one';
    case 'encrypt-decrypt':
      return keyType === 'RSA'
        ? 'What is encrypted with the public key is decrypted by either KMS key'
        : 'Ciphertexts of one KMS key are not decrypted by the other, although the material is the same: AWS binds a ciphertext to its KMS key';
  }
}
