import { type KeyKind, nameOfKind, type UsageName } from '../model/key-kinds.ts';

/** What keys may be used for, as forms and lists say it. */
export const usageTexts: Readonly<Record<UsageName, string>> = {
  'encrypt-decrypt': 'Encrypt + Decrypt',
  'sign-verify': 'Sign + Verify',
  'generate-verify-mac': 'Generate + Verify MAC',
  'key-agreement': 'Key Agreement',
};

/** Length or curve, as a form says it beside the type. */
export const lengthText = (kind: Pick<KeyKind, 'keyType' | 'keyLength'>): string =>
  kind.keyType === 'ECC' ? String(kind.keyLength) : nameOfKind(kind);

/** `AES-256, Encrypt + Decrypt` */
export const kindText = (kind: KeyKind): string =>
  `${nameOfKind(kind)}, ${usageTexts[kind.keyUsage]}`;
