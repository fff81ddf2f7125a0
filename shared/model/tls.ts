/**
 * Why no TLS connection came about.
 * - `unknown-issuer`: no authority that is trusted for AWS here issued the server's certificate.
 * - `wrong-host`: it is for other host names.
 * - `not-in-its-time`: it, or one above it, is over or has not begun.
 * - `client-refused`: the server wants a client certificate, or another one.
 * - `other`: whatever else Node names.
 */
export const tlsTroubles = [
  'unknown-issuer',
  'wrong-host',
  'not-in-its-time',
  'client-refused',
  'other',
] as const;
export type TlsTrouble = (typeof tlsTroubles)[number];
