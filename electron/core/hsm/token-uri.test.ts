import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatTokenUri, parseTokenUri, type TokenUri } from './token-uri.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((s) => s.isWellFormed());
const uri = fc.record(
  {
    manufacturer: text,
    model: text,
    serial: text,
    token: text,
    id: fc.uint8Array({ maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
    object: text,
    type: fc.constantFrom('public', 'private', 'cert', 'secret-key', 'data'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<TokenUri>;

it('reads back what it wrote, for every text and id', () => {
  fc.assert(
    fc.property(uri, (value) => {
      const written = formatTokenUri(value);
      expect(written).toMatch(/^pkcs11:[A-Za-z0-9\-._~%;=]*$/);
      expect(parseTokenUri(written)).toEqual(value);
    }),
    { numRuns: 2000 },
  );
});

it('reads the example of RFC 7512 section 3', () => {
  expect(
    parseTokenUri(
      'pkcs11:token=Software%20PKCS%2311%20softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;object=my-certificate;type=cert;id=%69%95%3E%5C%F4%BD%EC%91;serial=',
    ),
  ).toEqual({
    token: 'Software PKCS#11 softtoken',
    manufacturer: 'Snake Oil, Inc.',
    model: '1.0',
    object: 'my-certificate',
    type: 'cert',
    id: Buffer.from('69953e5cf4bdec91', 'hex'),
    serial: '',
  });
});

it.each([
  ['a PIN', 'pkcs11:token=a?pin-value=1234'],
  ['a PIN source', 'pkcs11:token=a?pin-source=|/bin/cat%20pin'],
  ['a module path', 'pkcs11:token=a?module-path=/tmp/evil.so'],
  ['another scheme', 'http:token=a'],
  ['an attribute twice', 'pkcs11:token=a;token=b'],
  ['an unknown attribute', 'pkcs11:token=a;slot-id=1'],
  ['a slot by inheritance', 'pkcs11:__proto__=a'],
  ['raw spaces', 'pkcs11:token=a b'],
  ['a broken escape', 'pkcs11:token=%zz'],
  ['bytes that are no UTF-8', 'pkcs11:token=%ff%fe'],
  ['an unknown type', 'pkcs11:type=slot'],
  ['no name', 'pkcs11:=a'],
  ['endless text', `pkcs11:token=${'a'.repeat(3000)}`],
])('refuses %s', (_, input) => {
  expect(() => parseTokenUri(input)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});
