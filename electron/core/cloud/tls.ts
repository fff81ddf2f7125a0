import type { Secret } from '../kernel/secret.ts';

/**
 * Whom a connection with real keys believes to be AWS. Whoever supplies the wrapping key can open
 * what is wrapped under it, so every choice but `amazon-roots` is shown as an exception.
 * - `amazon-roots`: the roots that Amazon Trust Services runs, taken from the bundled list.
 * - `global-roots`: all well-known public CAs that come with the runtime.
 * - `custom-ca`: only the given CA, for a gateway or a private endpoint.
 */
export type TlsChoice =
  | { readonly kind: 'amazon-roots' }
  | { readonly kind: 'global-roots' }
  | {
      readonly kind: 'custom-ca';
      /** One or more PEM certificates. */
      readonly caPem: string;
      /** Compare the server's names with the host asked for. Off only as an exception. */
      readonly validateHost: boolean;
      readonly client?: { readonly certificatePem: string; readonly privateKeyPem: Secret };
    };

/** A way in which a connection with real keys departs from AWS's own endpoint and roots. */
export type ConnectionException =
  | 'custom-url'
  | 'custom-ca'
  | 'public-roots'
  | 'host-not-validated'
  | 'proxy';
