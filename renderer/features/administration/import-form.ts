import type { Credential } from './credential-words.ts';

export type ImportKind = 'csv' | 'keys' | 'profile' | 'assume-role';

/** What a person filled in that is no secret. The secret parts stay in their fields. */
export interface ImportForm {
  readonly kind: ImportKind;
  readonly name: string;
  readonly fileName: string | null;
  readonly accessKeyId: string;
  readonly secretTyped: boolean;
  readonly profile: string;
  readonly source: string;
  readonly roleArn: string;
  readonly externalId: string;
  readonly mfaSerial: string;
  readonly otherAddress: boolean;
  readonly address: string;
  readonly trusted: boolean;
}

export const emptyForm: ImportForm = {
  kind: 'csv',
  name: '',
  fileName: null,
  accessKeyId: '',
  secretTyped: false,
  profile: '',
  source: '',
  roleArn: '',
  externalId: '',
  mfaSerial: '',
  otherAddress: false,
  address: '',
  trusted: false,
};

const accessKeyId = /^[A-Z0-9]{16,128}$/;
const roleArn = /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

export const fitsAccessKeyId = (text: string): boolean => accessKeyId.test(text.trim());
export const fitsRoleArn = (text: string): boolean => roleArn.test(text.trim());

export function fitsAddress(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text.trim()).protocol);
  } catch {
    return false;
  }
}

/** What is still needed, as the end of "Still needed: …"; null when nothing is. */
export function missingFor(form: ImportForm, realm: 'practice' | 'real'): string | null {
  if (form.name.trim() === '') return 'a name.';
  const own = missingOf[form.kind](form);
  if (own !== null) return own;
  if (realm === 'practice' && form.kind !== 'assume-role' && !fitsAddress(form.address))
    return 'the address of the practice KMS.';
  if (realm === 'real' && form.otherAddress) {
    if (!fitsAddress(form.address)) return 'the other address, as https://…';
    if (!form.trusted) return 'your word that the other address is to be trusted.';
  }
  return null;
}

const missingOf: Readonly<Record<ImportKind, (form: ImportForm) => string | null>> = {
  csv: ({ fileName }) => (fileName === null ? 'the CSV file.' : null),
  keys: (form) => {
    if (!fitsAccessKeyId(form.accessKeyId)) return 'the access key ID.';
    return form.secretTyped ? null : 'the secret access key.';
  },
  profile: ({ profile }) => (profile.trim() === '' ? 'the name of the profile.' : null),
  'assume-role': (form) => {
    if (form.source === '') return 'the credential that takes the role on.';
    return fitsRoleArn(form.roleArn) ? null : 'the ARN of the role.';
  },
};

/** Where it talks to, as the call takes it. */
export function addressOf(form: ImportForm, realm: 'practice' | 'real') {
  const other = realm === 'practice' ? form.address.trim() !== '' : form.otherAddress;
  return {
    endpoint: other ? form.address.trim() : null,
    trustEndpoint: realm === 'real' && form.otherAddress && form.trusted,
  };
}

/** A name for a file as AWS calls it: `payments-kms_accessKeys.csv` becomes `payments-kms`. */
export const nameFrom = (fileName: string): string =>
  fileName.replace(/\.csv$/i, '').replace(/_(accessKeys|credentials)$/i, '');

/** Credentials that can take a role on: a role cannot. */
export const sources = (credentials: readonly Credential[]): readonly Credential[] =>
  credentials.filter(({ kind }) => kind !== 'assume-role');
