import type { TlsTrouble } from '../../../../shared/model/tls.ts';

const byName: Readonly<Record<string, TlsTrouble>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-issuer',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-issuer',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unknown-issuer',
  CERT_UNTRUSTED: 'unknown-issuer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-host',
  CERT_HAS_EXPIRED: 'not-in-its-time',
  CERT_NOT_YET_VALID: 'not-in-its-time',
};

/** Names Node gives when a server's certificate was refused; alerts and the like begin with ERR_SSL_. */
const ofTls = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|^ERR_TLS_|^ERR_SSL_/;

/**
 * Alerts by which a server says that what it was shown, or that nothing was, will not do (RFC 8446,
 * section 6). By number: OpenSSL and the TLS library of Electron name them differently.
 */
const clientRefused: ReadonlySet<number> = new Set([
  40, // handshake_failure: how TLS 1.2 asks for a certificate that did not come
  41, // no_certificate
  42, // bad_certificate
  43, // unsupported_certificate
  44, // certificate_revoked
  45, // certificate_expired
  46, // certificate_unknown
  48, // unknown_ca
  49, // access_denied
  116, // certificate_required
]);

/** Node's way out, for whoever starts it; not of use to a person in front of this console. */
const forDevelopers = /; if the root CA is installed locally.*$/;

/**
 * What went wrong with TLS, by Node's name for it, and the words that name what: null if it was
 * something else. Where the alert comes while something is written Node calls it EPROTO.
 */
export function tlsTroubleOf(
  name: string,
  cause: unknown,
): { readonly trouble: TlsTrouble; readonly words: string } | null {
  const message = cause instanceof Error ? cause.message : name;
  const [, words] = reasonIn.exec(message) ?? [];
  if (words === undefined && !ofTls.test(name)) return null;
  const [, alert] = /:SSL alert number (\d+)/.exec(message) ?? [];
  if (words !== undefined && alert !== undefined && clientRefused.has(Number(alert)))
    return { trouble: 'client-refused', words };
  return { trouble: byName[name] ?? 'other', words: words ?? message.replace(forDevelopers, '') };
}

/** The TLS library's own words; around them stand addresses and its source files. */
const reasonIn = /:SSL routines:[^:]*:([^:]+):/;
