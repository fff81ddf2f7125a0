import { expect, it } from 'vitest';
import { formatTokenUri } from './token-uri.ts';

it('writes a token as RFC 7512 has it, whatever its name holds', () => {
  expect(formatTokenUri({ token: 'Software PKCS#11 softtoken', serial: '' })).toBe(
    'pkcs11:token=Software%20PKCS%2311%20softtoken;serial=',
  );
  expect(formatTokenUri({ token: 'a;b=c?d/é' })).toBe('pkcs11:token=a%3Bb%3Dc%3Fd%2F%C3%A9');
  expect(formatTokenUri({ token: 'k', object: 'one', type: 'data' })).toBe(
    'pkcs11:token=k;object=one;type=data',
  );
  expect(formatTokenUri({ id: Buffer.from('69953e5cf4bdec91', 'hex') })).toBe(
    'pkcs11:id=i%95%3E%5C%F4%BD%EC%91',
  );
});
