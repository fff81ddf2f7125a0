import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CanonicalPart, canonicalBytes } from './canonical.ts';
import { canonicalJson } from './canonical-json.ts';

const part: fc.Arbitrary<CanonicalPart> = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 4 }),
);
const spelled = (parts: readonly CanonicalPart[]): string =>
  JSON.stringify(parts.map((p) => (p instanceof Uint8Array ? ['bytes', ...p] : p)));

it('gives different bytes for different lists', () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const bytes = canonicalBytes('test', parts).toString('hex');
      const before = seen.get(bytes);
      if (before !== undefined) expect(before).toBe(spelled(parts));
      seen.set(bytes, spelled(parts));
    }),
    { numRuns: 2000 },
  );
});

it('keeps apart what plain joining would mix up', () => {
  const lists: CanonicalPart[][] = [
    ['ab', 'c'],
    ['a', 'bc'],
    ['abc'],
    ['abc', ''],
    [''],
    [],
    [null],
    [0],
    ['0'],
    [false],
    [Buffer.from('abc')],
  ];
  const encoded = new Set(lists.map((list) => canonicalBytes('x', list).toString('hex')));
  expect(encoded.size).toBe(lists.length);
  expect(canonicalBytes('x', ['a'])).not.toEqual(canonicalBytes('y', ['a']));
  expect(() => canonicalBytes('x', [1.5])).toThrow(RangeError);
});

it('spells JSON in one way', () => {
  expect(canonicalJson({ b: [1, 'ü', null, true], a: { d: '"', c: -3 } })).toBe(
    '{"a":{"c":-3,"d":"\\""},"b":[1,"ü",null,true]}',
  );
  for (const bad of [1.5, Number.NaN, -0, 2 ** 53, '\ud800']) {
    expect(() => canonicalJson(bad)).toThrow(RangeError);
  }
});
