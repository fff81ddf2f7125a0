import { expect, it } from 'vitest';
import type { SafeDetails } from '../errors/operation-error.ts';
import { renderFailure } from './failures.ts';

/** Who cannot reach AWS is sent where it helps: to the firewall only where nothing answered. */
it.each<[string, SafeDetails, RegExp, RegExp]>([
  [
    'the certificate is by an authority nobody trusts here',
    { tls: 'unknown-issuer', host: 'kms.example.test', port: 443 },
    /^No trusted authority.*Nothing was sent to \S*kms\.example\.test.*set its CA under TLS/ms,
    /firewall|port 443/,
  ],
  [
    'the certificate is for another host',
    { tls: 'wrong-host', host: 'kms.example.test', port: 443 },
    /for another host\..*Correct the address .* names \S*kms\.example\.test/ms,
    /firewall|port 443/,
  ],
  [
    'the server wants a client certificate',
    { tls: 'client-refused', host: 'kms.example.test', port: 443 },
    /^The server broke off TLS.*Set the client certificate that \S*kms\.example\.test/ms,
    /firewall|port 443/,
  ],
  [
    'a proxy answered with a page of its own',
    { foreign: 'HTTP 400', host: '*.amazonaws.com', port: 443 },
    /^Something that is not AWS answered.*Find out what stands between/ms,
    /firewall|port 443/,
  ],
  [
    'the settings of the credential changed',
    { closed: true },
    /^The connection was closed.*Test the connection/ms,
    /firewall|port 443/,
  ],
  [
    'nothing answers at all',
    { host: '*.amazonaws.com', port: 443 },
    /^AWS cannot be reached\..*Allow outbound port 443 to \S*amazonaws\.com/ms,
    /TLS|certificate/,
  ],
])('says what is so where %s', (_what, details, said, not) => {
  const { headline, forYourKeys, next } = renderFailure({ code: 'AWS_UNREACHABLE', details });
  const told = [headline, forYourKeys, next].join('\n');
  expect(told).toMatch(said);
  expect(told).not.toMatch(not);
});
