import { expect, it } from 'vitest';
import { counted, sayCount } from './counted.ts';

it('writes every count the same, with its word', () => {
  expect([0, 1, 999, 1000, 10_000, 1_234_567].map((n) => sayCount(n))).toEqual([
    '0',
    '1',
    '999',
    '1,000',
    '10,000',
    '1,234,567',
  ]);
  expect(counted(1, 'key')).toBe('1 key');
  expect(counted(10_000, 'key')).toBe('10,000 keys');
  expect(counted(2, 'entry', 'entries')).toBe('2 entries');
});
