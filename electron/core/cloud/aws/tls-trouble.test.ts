import { expect, it } from 'vitest';
import { tlsTroubleOf } from './tls-trouble.ts';

/** As Node writes it; `alert` is what the other side sent, if it sent one. */
const openssl = (reason: string, alert?: number) =>
  new Error(
    `write EPROTO 80AB:error:0A000410:SSL routines:ssl3_read_bytes:${reason}:../deps/rec.c:916:${alert === undefined ? '' : `SSL alert number ${alert}`}\n`,
  );

it.each([
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    new Error('self-signed certificate'),
    'unknown-issuer',
    'self-signed certificate',
  ],
  [
    'CERT_HAS_EXPIRED',
    new Error('certificate has expired'),
    'not-in-its-time',
    'certificate has expired',
  ],
  ['CERT_REVOKED', new Error('certificate revoked'), 'other', 'certificate revoked'],
  ['EPROTO', openssl('wrong version number'), 'other', 'wrong version number'],
  ['EPROTO', openssl('tlsv1 alert unknown ca', 48), 'client-refused', 'tlsv1 alert unknown ca'],
  [
    'EPROTO',
    openssl('sslv3 alert handshake failure', 40),
    'client-refused',
    'sslv3 alert handshake failure',
  ],
  // the TLS library of Electron has names of its own, and the number
  [
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    openssl('SSLV3_ALERT_BAD_CERTIFICATE', 42),
    'client-refused',
    'SSLV3_ALERT_BAD_CERTIFICATE',
  ],
  [
    'ERR_SSL_TLSV1_CERTIFICATE_REQUIRED',
    openssl('TLSV1_CERTIFICATE_REQUIRED', 116),
    'client-refused',
    'TLSV1_CERTIFICATE_REQUIRED',
  ],
  [
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    openssl('tlsv1 alert protocol version', 70),
    'other',
    'tlsv1 alert protocol version',
  ],
])('reads %s', (name, cause, trouble, words) => {
  expect(tlsTroubleOf(name, cause)).toEqual({ trouble, words });
});

it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPROTO'])('takes no %s for one', (name) => {
  expect(tlsTroubleOf(name, new Error(name))).toBeNull();
});
