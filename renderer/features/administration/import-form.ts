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

/** Everything that is still needed, as the end of "Still needed: …"; null when nothing is. */
export function missingFor(form: ImportForm, realm: 'practice' | 'real'): string | null {
  const missing = [
    ...missingOf[form.kind](form),
    ...(form.name.trim() === '' ? ['a name'] : []),
    ...missingPlace(form, realm),
  ];
  const last = missing.pop();
  if (last === undefined) return null;
  return `${missing.length === 0 ? last : `${missing.join(', ')} and ${last}`}.`;
}

const ifSo = (so: boolean, what: string): readonly string[] => (so ? [what] : []);

function missingPlace(form: ImportForm, realm: 'practice' | 'real'): readonly string[] {
  if (realm === 'practice') {
    const asked = form.kind !== 'assume-role' && !fitsAddress(form.address);
    return ifSo(asked, 'the address of the practice KMS');
  }
  if (!form.otherAddress) return [];
  return [
    ...ifSo(!fitsAddress(form.address), 'the other address, as https://…'),
    ...ifSo(!form.trusted, 'your word that the other address is to be trusted'),
  ];
}

const missingOf: Readonly<Record<ImportKind, (form: ImportForm) => readonly string[]>> = {
  csv: ({ fileName }) => ifSo(fileName === null, 'the CSV file'),
  keys: (form) => [
    ...ifSo(!fitsAccessKeyId(form.accessKeyId), 'the access key ID'),
    ...ifSo(!form.secretTyped, 'the secret access key'),
  ],
  profile: ({ profile }) => ifSo(profile.trim() === '', 'the name of the profile'),
  'assume-role': (form) => [
    ...ifSo(form.source === '', 'the credential that takes the role on'),
    ...ifSo(!fitsRoleArn(form.roleArn), 'the ARN of the role'),
  ],
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
