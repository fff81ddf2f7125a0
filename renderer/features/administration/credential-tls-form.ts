import type { TlsView } from '../../../shared/contract/credential-tls.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';

/** What a person filled in that is no secret. The private key and its passphrase stay in their fields. */
export interface TlsForm {
  readonly trusted: 'amazon' | 'custom';
  readonly ca: string;
  readonly validateHost: boolean;
  readonly client: 'none' | 'kept' | 'new';
  readonly certificate: string;
  readonly keyName: string | null;
  /** The two sentences, read and agreed to. */
  readonly knowing: boolean;
  readonly knowingAnyHost: boolean;
}

/** How the form begins for what is kept; null: as delivered. */
export const formOf = (tls: (TlsView & { readonly ca: string }) | null): TlsForm => ({
  trusted: tls === null ? 'amazon' : 'custom',
  ca: tls?.ca ?? '',
  validateHost: tls?.validateHost ?? true,
  client: tls?.client ? 'kept' : 'none',
  certificate: '',
  keyName: null,
  knowing: false,
  knowingAnyHost: false,
});

/** A text that is worth being read as certificates. */
const looksLikePem = (text: string): boolean =>
  /-----BEGIN CERTIFICATE-----[^]+-----END CERTIFICATE-----/.test(text);

/** A text that has no place where certificates go. */
export const holdsPrivateKey = (text: string): boolean => text.includes('PRIVATE KEY-----');

/** What the core is asked to read, before anything is kept; null: there is not enough yet. */
export function previewOf({ trusted, ca, client, certificate }: TlsForm) {
  if (trusted !== 'custom' || !looksLikePem(ca)) return null;
  return { ca, client: client === 'new' && looksLikePem(certificate) ? { certificate } : null };
}

/** What is still needed, as a sentence; null when nothing is. */
export function missingForTls(form: TlsForm, kept: boolean): string | null {
  if (form.trusted === 'amazon') return kept ? null : 'It is so already.';
  if (!looksLikePem(form.ca)) return 'Choose or paste the CA certificate.';
  if (form.client === 'new' && !looksLikePem(form.certificate))
    return 'Choose or paste the client certificate.';
  if (form.client === 'new' && form.keyName === null)
    return 'Choose the private key of the client certificate.';
  const agreed = form.knowing && (form.validateHost || form.knowingAnyHost);
  return agreed ? null : 'Agree to what it means.';
}

const fieldWords: Readonly<Record<string, string>> = {
  ca: 'the CA certificate',
  client: 'the client certificate',
  'client.certificate': 'the client certificate',
  'client.privateKey': 'the private key',
  'client.passphrase': 'the passphrase of the private key',
};

/** A refusal that names what is wrong as this form does. */
export function inFormWords(failure: Failure): Failure {
  const { field } = failure.details;
  const words = typeof field === 'string' ? fieldWords[field] : undefined;
  return words === undefined
    ? failure
    : { ...failure, details: { ...failure.details, field: words } };
}
