import { expect, it } from 'vitest';
import { whyNotReached } from './unreached.ts';

const name = 'xks.example.com';
const failed = (code: string): Error => Object.assign(new Error(`${code} x`), { code });

it.each([
  ['ENOTFOUND', 'xks.example.com leads to no IPv4 address: look at its A record. (ENOTFOUND)'],
  ['ETIMEDOUT', 'There is no way to xks.example.com'],
  ['ECONNRESET', 'xks.example.com ended the connection'],
  ['CERT_NOT_YET_VALID', 'not valid yet: look at both clocks'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'The certificate is not for xks.example.com.'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'leads to no authority that is trusted here'],
  ['EMFILE', 'The proxy was not reached: EMFILE.'],
])('says what %s means, and what to look at', (code, said) => {
  expect(whyNotReached(failed(code), name)).toContain(said);
});

it('repeats what has no code', () => {
  expect(whyNotReached(new Error('no answer within 5 s'), name)).toBe(
    'The proxy was not reached: no answer within 5 s.',
  );
});
