import { describe, expect, test } from 'vitest';
import { fromBase32, isCodeOf, totpAt } from './totp.ts';

/** RFC 6238, appendix B, with the last six of its eight digits. */
const seed = Buffer.from('12345678901234567890');

describe('codes of a virtual MFA device', () => {
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('after %i seconds', (seconds, code) => {
    expect(totpAt(seed, seconds * 1000)).toBe(code);
  });

  test('of the step before and after are taken, of others not', () => {
    const at = 1_111_111_109_000;
    const steps = [-60_000, -30_000, 0, 30_000, 60_000];
    expect(steps.map((offset) => isCodeOf(seed, '081804', at + offset))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});

test.each([
  ['GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', seed.toString()],
  ['gezd gnbv gy3t qojq gezd gnbv gy3t qojq', seed.toString()],
  ['MY======', 'f'],
  ['MZXW6YTBOI======', 'foobar'],
])('base32 %s', (text, bytes) => {
  expect(fromBase32(text)?.toString()).toBe(bytes);
});

test('what is no base32 is not read', () => {
  expect(fromBase32('MZXW6Y1')).toBeUndefined();
});
